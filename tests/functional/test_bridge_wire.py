# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""What a bridge sends and relays, octet by octet as it arrives behind each of its ports."""

import socket

import pytest

from netlab import frames
from netlab.igmp_wire import QUERY, Wire, expect_envelope, expect_spacing, mac_of
from netlab.waiting import LabError, wait_until

GROUP = "239.5.1.1"
ALL_HOSTS, ALL_ROUTERS_V2 = "224.0.0.1", "224.0.0.2"
HOST = "10.0.2.2"
IS_EX, TO_IN, TO_EX = 2, 3, 4
RARE = {"query_interval": 200.0, "startup_query_count": 1}  # general queries after the first are far away


def with_querier(lab, address=None, **snooping):
    """All LANs as one bridge."""
    settings = {**({"querier_address": address} if address else {}), **snooping}
    return {"interface": [], "bridge": [{"name": "br10", "members": [f"p-{lan}" for lan in lab.lans], "snooping": settings}]}


class HandmadeFrames:
    """All frames from the MAC of netlab/frames.py that reach a host."""

    def __init__(self, namespace):
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind(("eth0", 3))
        self.socket.setblocking(False)
        self.seen = []

    def from_host(self):
        try:
            while True:
                self.seen.append(self.socket.recv(2000))
        except BlockingIOError:
            pass
        return [frame for frame in self.seen if frame[6:12] == b"\x02\x00\x00\x00\x00\x99"]

    def close(self):
        self.socket.close()


@pytest.mark.parametrize("address", [None, "10.0.2.77"], ids=["without-address", "with-address"])
def test_general_queries_reach_every_port(lab, opened, address):
    wires = {lan: opened(Wire(lab[host], [QUERY])) for lan, host in (("lan1", "src"), ("lan2", "rx1"), ("lan3", "rx3"))}
    lab.start_router(**with_querier(lab, address, query_interval=100.0, query_response_interval=5.0, startup_query_interval=0.8))
    for lan, wire in wires.items():
        wait_until(lambda wire=wire: len(wire.messages()) == 2, f"two queries on {lan}", 10)
        expect_spacing(wire.messages(), 0.8)
        for query in wire.messages():
            expect_envelope(query, address or "0.0.0.0", ALL_HOSTS, mac_of(lab, lan))
            assert query.payload == bytes.fromhex("1132 ec69 00000000 0264 0000")


def test_bridge_asks_the_port_of_a_leave_alone(lab, opened):
    #  src ── lan1 ┤bridge├ lan2 ── switch ── rx1 (leaves), rx2
    #                      └ lan3 ── rx3 (another member)
    asked, others = opened(Wire(lab["rx2"], [QUERY])), [opened(Wire(lab[host], [QUERY])) for host in ("src", "rx3")]
    router = lab.start_router(**with_querier(lab, **RARE, fast_leave="off", last_member_query_interval=0.6, last_member_query_count=2))
    ports = lambda: {one["port"] for one in router.entries("show.snooping", group=GROUP)}  # noqa: E731
    for role, address in (("rx1", HOST), ("rx3", "10.0.3.2")):
        opened(frames.RawSocket(lab[role])).send(frames.report_frame(address, frames.v3_report(frames.v3_record(TO_EX, GROUP))))
    wait_until(lambda: ports() == {"p-lan2", "p-lan3"}, "both joins")
    opened(frames.RawSocket(lab["rx1"])).send(frames.report_frame(HOST, frames.v3_report(frames.v3_record(TO_IN, GROUP))))
    wait_until(lambda: ports() == {"p-lan3"}, "nobody answers on lan2", 10)
    queries = asked.messages(destination=GROUP)
    assert len(queries) == 2
    expect_spacing(queries, 0.6)
    for query in queries:
        expect_envelope(query, "0.0.0.0", GROUP, mac_of(lab, "lan2"))
        assert query.payload[:2] + query.payload[4:] == bytes.fromhex("1106 ef050101 0289 0000")
    assert [wire.messages(destination=GROUP) for wire in others] == [[], []]


def test_reports_reach_router_ports_only_and_untouched(lab, opened):
    #  src ── lan1 ┤bridge├ lan2 ── switch ── rx1 (reports), rx2
    #                      └ lan3 (router) ── rx3
    router = lab.start_router(**with_querier(lab, router_ports=["p-lan3"]))
    to_router, to_others = opened(HandmadeFrames(lab["rx3"])), opened(HandmadeFrames(lab["src"]))
    host = opened(frames.RawSocket(lab["rx1"]))
    bare = frames.v3_report(frames.v3_record(TO_EX, GROUP))
    more = frames.igmp(0x22, bare[4:] + b"after the records")  # counts for the checksum, means nothing
    odd = frames.ipv4(HOST, frames.ALL_ROUTERS, 2, bare, ttl=1, options=b"\x94\x04\x00\x00\x01\x01\x01\x01")
    sent = [
        frames.report_frame(HOST, bare),
        frames.report_frame(HOST, more),
        frames.ethernet(frames.ALL_ROUTERS, odd),
        frames.report_frame("0.0.0.0", frames.v3_report(frames.v3_record(IS_EX, GROUP))),
        frames.report_frame(HOST, frames.igmp(0x12, socket.inet_aton(GROUP)), to=GROUP),
        frames.report_frame(HOST, frames.igmp(0x16, socket.inet_aton(GROUP)), to=GROUP),
        frames.report_frame(HOST, frames.igmp(0x17, socket.inet_aton(GROUP)), to=ALL_ROUTERS_V2),
    ]
    sent = [frame.ljust(60, b"\0") for frame in sent]  # the shortest frame of a real Ethernet
    for frame in sent:
        host.send(frame)
    marker = frames.data_frame(HOST, "224.0.0.251", 5353, 1, ttl=1)
    wait_until(lambda: len(to_router.from_host()) == len(sent), "all of them at the router")
    host.send(marker)
    wait_until(lambda: marker in to_others.from_host(), "what is for everybody, sent after them")
    assert to_router.from_host()[:len(sent)] == sent
    assert to_others.from_host() == [marker]
    [bridge] = router.call("show.snooping")["bridges"]
    assert {port["port"]: port["router"] for port in bridge["ports"]} == {"p-lan1": False, "p-lan2": False, "p-lan3": True}


def test_topology_change_asks_every_port_and_floods_meanwhile(lab, opened):
    wires = [opened(Wire(lab[host], [QUERY])) for host in ("src", "rx1", "rx3")]
    router = lab.start_router(**with_querier(lab, **RARE, learning_time=1.0))
    ports = lambda: router.call("show.snooping")["bridges"][0]["ports"]  # noqa: E731
    wait_until(lambda: all(port["learning"] is None for port in ports()), "the end of learning at the start", 10)
    asked = [len(wire.messages()) for wire in wires]
    assert asked == [1, 1, 1]
    router.call("snooping.topology_change", bridge="br10")
    assert all(0 < port["learning"] <= 1 for port in ports())
    for wire in wires:
        wait_until(lambda wire=wire: len(wire.messages()) > 1, "another query", 10)
    with pytest.raises(LabError, match="no bridge 'br11'; there are: br10"):
        router.call("snooping.topology_change", bridge="br11")
