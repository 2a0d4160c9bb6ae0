# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""How soon a join and a leave take effect, measured on the host's wire."""

import pytest

from netlab.lab import SOURCE
from netlab.verdict import faults
from netlab.waiting import wait_until

GROUPS = [f"239.2.0.{n}" for n in range(1, 21)]
LAST_MEMBER_QUERY_TIME = 1.0  # seconds: interval 0.5, twice
QUICK_LEAVE = {"last_member_query_interval": 0.5, "last_member_query_count": 2}


def latencies(router, interface):
    return router.entries("show.igmp.interfaces", interface=interface)[0]["latency"]


def test_join_of_a_flowing_group(make_lab, measured):
    #  src ── lan1 ┤router├ lan2 ── rx1 (IGMPv2)
    #                     ├ lan3 ── rx2 (IGMPv3)
    #                     └ lan4 ── rx3 (IGMPv3, source-specific)
    lab = make_lab({"lan2": ["rx1"], "lan3": ["rx2"], "lan4": ["rx3"]})
    router = lab.start_router()
    flows = [(SOURCE, group, 5000) for group in GROUPS] + [(SOURCE, group.replace("239", "232"), 5000) for group in GROUPS]
    sender = lab.sender(flows, rate=20_000).start()
    wait_until(lambda: len(router.entries("show.mfib", state="negative")) == len(flows), "all groups flow, unwanted")

    delays = []
    for host, version, source in (("rx1", 2, None), ("rx2", 3, None), ("rx3", 3, SOURCE)):
        receiver = lab.receiver(host, version)
        for group in GROUPS:
            group = group.replace("239", "232") if source else group
            receiver.join(group, source)
            first = receiver.wait_for("first_data", group=group)
            delays.append((first["data_ns"] - first["report_ns"]) / 1e6)
    sender.finish()

    delays.sort()
    at = {name: delays[int(share * (len(delays) - 1))] for name, share in
          (("min", 0), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1))}
    measured(f"{len(delays)} joins, report to first data in ms: " + ", ".join(f"{k} {v:.2f}" for k, v in at.items()))
    assert len(delays) >= 50
    assert at["max"] < 50

    latency = {lan: latencies(router, lan) for lan in ("lan1", "lan2", "lan3", "lan4")}
    inside = {lan: latency[lan]["join"] for lan in latency}
    assert [inside[lan]["count"] for lan in inside] == [0, len(GROUPS), len(GROUPS), len(GROUPS)]
    assert all(latency[lan]["leave"]["count"] == 0 for lan in latency)
    for lan in ("lan2", "lan3", "lan4"):
        assert sum(bucket["changes"] for bucket in inside[lan]["buckets_ns"]) == len(GROUPS)
        assert 0 < inside[lan]["p50_ns"] <= inside[lan]["p99_ns"] <= inside[lan]["max_ns"] < at["max"] * 1e6
    measured("report received to version live in ms: " + ", ".join(
        f"{lan} p50 {inside[lan]['p50_ns'] / 1e6:.3f} max {inside[lan]['max_ns'] / 1e6:.3f}" for lan in ("lan2", "lan3", "lan4")))
    assert f"lan2: in force after: joins {len(GROUPS)} (p50 " in router.ctl("show", "igmp", "interfaces")[1]
    router.call("clear.counters")
    assert latencies(router, "lan2")["join"]["count"] == 0


@pytest.mark.parametrize("version, group, source", [(2, "239.3.0.1", None), (3, "239.3.0.1", None), (3, "232.3.0.1", SOURCE)],
                         ids=["v2", "v3", "v3-source-specific"])
def test_leave(lab, measured, version, group, source):
    #  src ── lan1 ┤router├ lan2 ── switch ── rx1 (leaves first), rx2 (leaves last)
    #                     └ lan3 ── rx3 (stays)
    router = lab.start_router(igmp=QUICK_LEAVE)
    rx1, rx2, rx3 = (lab.receiver(host, version) for host in ("rx1", "rx2", "rx3"))
    # One after the other: an IGMPv2 host sends a leave only if it was the last one to report, and rx1 has to.
    for receiver, address in ((rx2, "10.0.2.3"), (rx1, "10.0.2.2"), (rx3, "10.0.3.2")):
        receiver.join(group, source)
        wait_until(lambda address=address: router.entries("show.igmp.groups", group=group, last_reporter=address),
                   f"the report of {address}")
    for neighbour in (rx1, rx2):
        neighbour.want(group, source)
    flow = (SOURCE, group, 5000)
    sender = lab.sender([flow], rate=1000).start()
    for receiver in (rx1, rx2, rx3):
        receiver.wait_for("first_data", group=group)

    rx1.leave(group, source)
    left_at = rx1.stats()["time_ns"]
    rx2_goes_on = lambda: rx2.flows()[flow]["last_ns"] > left_at + 2 * LAST_MEMBER_QUERY_TIME * 1e9  # noqa: E731
    wait_until(rx2_goes_on, "rx2 still receives after the leave of rx1")
    assert rx2.stats()["lost"] == 0

    rx1.unwant(group, source)
    rx1.events.clear()
    rx2.leave(group, source)
    rx2.unwant(group, source)
    quiet = rx2.wait_for("quiet", group=group, seconds=LAST_MEMBER_QUERY_TIME + 5)
    went_on = (quiet["last_data_ns"] - quiet["leave_ns"]) / 1e9
    measured(f"traffic went on for {went_on:.3f} s after the last leave, allowed {LAST_MEMBER_QUERY_TIME:g}")
    assert went_on < LAST_MEMBER_QUERY_TIME + 0.1
    assert went_on > LAST_MEMBER_QUERY_TIME * 0.8, "a host that still wants the group needs the time to say so"
    leaves = latencies(router, "lan2")["leave"]
    assert leaves["count"] == 1, "the leave of rx1 changed nothing"
    assert LAST_MEMBER_QUERY_TIME < leaves["max_ns"] / 1e9 < LAST_MEMBER_QUERY_TIME + 0.1

    seen = rx3.flows()[flow]["last_ns"]
    wait_until(lambda: rx3.flows()[flow]["last_ns"] > seen + 2e8, "rx3 still receives")
    sent = sender.finish()[flow]
    wait_until(lambda: rx3.flows()[flow]["received"] == sent, "rx3 has every packet")
    for receiver in (rx1, rx2, rx3):
        assert faults(receiver.stats()) == {}
