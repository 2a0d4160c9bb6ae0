# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The report of RFC 3918 as text: every section with the parameters that the RFC wants reported."""

from accounts import DISTURBED
from report import WARNING, count, microseconds, percent, table

DEVIATIONS = """\
Where this deviates from RFC 3918 and RFC 2544:
- tester and device are two processes of one machine; wires are shared memory (memif) or veth pairs, which have no media rate,
  so loads are frames per second and no percentage of it
- trials last as long as "trial duration" says; the RFC recommends 30 s and more (--seconds 30)
- a rate fails when two trials in a row lose something, since the machine has other work, too
- frame sizes count 4 octets of FCS, which these wires do not carry
- each group has one source; no mixed class throughput (4.1), tunnels (4.4) or interaction (8)
- 5.1 stamps a frame when it is handed to the wire and reads the clock when a burst is taken from it: a copy waits there for the
  bursts of the other receivers
- 6.1 and 6.2 send traffic first and then the report; their resolution is the time between two frames of a group"""


def _section(number, title, parameters, text):
    print(f"\n{number} {title}\n{parameters}\n\n{text}")


def _delay(line):
    delay = line["delay_ns"]
    return [*(microseconds(delay[name]) for name in ("min", "mean", "p50", "p99", "max")),
            microseconds(line["resolution_ns"])]


def _throughput(report, common):
    rows = [[str(line["frame_size"]), count(line["throughput_fps"]), count(line["copies_per_second"]),
             percent(line["worker_load"]), line["limit"]] for line in report["4.3"]]
    _section("4.3", "Aggregated multicast throughput", f"{common}; groups: {report['groups']}",
             table(["frame size", "frames/s", "copies/s", "worker busy", "above it"], rows))


def _matrix(report, common):
    rows = [[count(line["groups"]), count(line["offered_fps"]), count(line["aggregate_fps"]),
             count(min(line["forwarding_fps"])), count(max(line["forwarding_fps"])), count(line["copies_lost"]), line["verdict"]]
            for line in report["4.2"]]
    size = report["4.2"][0]["frame_size"]
    _section("4.2", "Scaled group forwarding matrix",
             f"{common}; frame size: {size}; load: half of its throughput; groups in turn, one frame each",
             table(["groups", "offered frames/s", "forwarded", "slowest receiver", "fastest", "copies lost", "verdict"], rows))


def _latency(report, common):
    rows = []
    for line in report["5"]:
        for number, delay in enumerate(line["receivers_latency_ns"]):
            rows.append([str(line["frame_size"]), percent(line["share"]), count(line["offered_pps"]), str(number),
                         *(microseconds(delay[name]) for name in ("min", "mean", "p50", "p99", "p99_9", "max")), line["verdict"]])
    _section("5.1", "Multicast latency (microseconds)", f"{common}; groups: {report['groups']}; load: share of the throughput",
             table(["frame size", "load", "frames/s", "receiver", "min", "mean", "p50", "p99", "p99.9", "max", "verdict"], rows))
    rows = [[str(line["frame_size"]), percent(line["share"]), microseconds(line["min_max_latency_ns"]),
             *(microseconds(line["spread_ns"][name]) for name in ("p50", "p99", "max"))] for line in report["5"]]
    _section("5.2", "Min/max multicast latency (microseconds)", f"{common}; groups: {report['groups']}; and within one packet",
             table(["frame size", "load", "max - min", "of a packet: p50", "p99", "max"], rows))


def _memberships(report, common):
    heads = ["min", "mean", "p50", "p99", "max", "resolution"]
    load = f"{common}; frame size: 64; load: {count(report['delay_load_fps'])} frames/s to the groups in turn"
    rows = [[str(line["state"]), count(line["groups"]), *_delay(line)] for line in report["6.1"]]
    _section("6.1", "Group join delay (microseconds)",
             f"{load}; state 0: nobody has the group, state 1: it goes to the other receivers",
             table(["state", "groups", *heads], rows))
    rows = [[line["fast_leave"], count(line["groups"]), *_delay(line), count(line["packets_after"])] for line in report["6.2"]]
    _section("6.2", "Group leave delay (microseconds)",
             f"{load}; fast_leave off: the hosts are asked first, twice, 1 s each",
             table(["fast_leave", "groups", *heads, "frames after"], rows))


def _capacity(report, common):
    capacity = report["7.1"]
    failed = f"; failed at {count(capacity['failed_at'])}" if "failed_at" in capacity else ""
    _section("7.1", "Multicast group capacity",
             f"{common}; receivers: {capacity['receivers']}; frame size: {capacity['frame_size']}; load: "
             f"{count(capacity['load_fps'])} frames/s, two frames per group; step: {count(capacity['step'])} groups",
             f"{count(capacity['groups'])} groups{failed} (configured: mfib_entries = {capacity['configured_entries']})")


def print_report(report):
    print(f"\n{'=' * 8} RFC 3918 over {report['transport']}")
    common = f"IGMP version: {report['igmp_version']}; trial duration: {report['trial_seconds']:g} s"
    with_receivers = f"receivers: {report['receivers']}; {common}"
    _matrix(report, with_receivers)
    _throughput(report, with_receivers)
    _latency(report, with_receivers)
    _memberships(report, with_receivers)
    _capacity(report, common)
    if any(DISTURBED in line["limit"] for line in report["4.3"]):
        print(f"\n{WARNING}")
    print(f"\n{DEVIATIONS}")
