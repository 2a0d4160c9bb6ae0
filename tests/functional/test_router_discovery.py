# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Multicast router discovery (RFC 4286): what switches hear of this router, and a Linux bridge that believes it."""

import json
import socket

from scapy.layers.inet import IP, IPOption_Router_Alert
from scapy.layers.l2 import Ether

from netlab import frames
from netlab.waiting import wait_until

ADVERTISEMENT, SOLICITATION, TERMINATION = 0x30, 0x31, 0x32
ALL_SNOOPERS, EVERY_ROUTER = "224.0.0.106", "224.0.0.2"


class DiscoveryListener:
    """The router discovery messages that reach a host, taken apart by scapy."""

    def __init__(self, namespace):
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind(("eth0", 3))
        self.socket.setblocking(False)
        self.seen = []

    def messages(self, kind):
        try:
            while True:
                packet = Ether(self.socket.recv(2000))
                if IP in packet and packet[IP].proto == 2 and bytes(packet[IP].payload)[0] in (ADVERTISEMENT, TERMINATION):
                    self.seen.append(packet)
        except BlockingIOError:
            pass
        return [packet for packet in self.seen if bytes(packet[IP].payload)[0] == kind]

    def close(self):
        self.socket.close()


def message_of(packet):
    """The octets of the message behind the IP header, without the padding of the frame."""
    header = packet[IP]
    assert (header.src, header.dst, header.ttl, header.tos) == ("10.0.2.1", ALL_SNOOPERS, 1, 0xC0)
    assert [type(option) for option in header.options] == [IPOption_Router_Alert]
    assert packet[Ether].dst == "01:00:5e:00:00:6a"
    payload = bytes(header)[header.ihl * 4:header.len]
    assert frames.checksum(payload) == 0
    return payload


def counters(router, interface="lan2"):
    return router.entries("show.igmp.interfaces", interface=interface)[0]["counters"]


def test_advertisements_answers_and_termination_on_the_wire(lab):
    #  src ── lan1 ┤router├ lan2 ── switch ── rx1 (listens, asks), rx2
    listener = DiscoveryListener(lab["rx1"])
    host = frames.RawSocket(lab["rx1"])
    try:
        router = lab.start_router()
        wait_until(lambda: len(listener.messages(ADVERTISEMENT)) == 3, "three advertisements at the start", seconds=10)
        for packet in listener.messages(ADVERTISEMENT):
            message = message_of(packet)
            assert (message[:2], message[4:]) == (b"\x30\x14", b"\x00\x7d\x00\x02"), "20 s, query interval 125 s, robustness 2"
        host.send(frames.report_frame("10.0.2.2", frames.igmp(SOLICITATION, b""), to=EVERY_ROUTER))
        wait_until(lambda: len(listener.messages(ADVERTISEMENT)) == 4, "the answer within 2 s", seconds=4)
        assert counters(router)["received_router_solicitation"] == 1
        assert counters(router)["sent_router_advertisement"] == 4
        assert counters(router, "lan1")["sent_router_advertisement"] == 3
        assert 17 < router.entries("show.igmp.interfaces", interface="lan2")[0]["next_advertisement"] < 20.5
        assert not listener.messages(TERMINATION)
        router.stop()
        wait_until(lambda: listener.messages(TERMINATION), "the termination at the end")
        assert [message_of(packet) for packet in listener.messages(TERMINATION)] == [b"\x32\x00\xcd\xff"]
    finally:
        host.close()
        listener.close()


def router_ports(switch):
    """Ports behind which the Linux bridge of a namespace knows a multicast router."""
    tables = json.loads(switch.run("bridge", "-json", "-details", "mdb", "show") or "[]")
    return {port["port"] for table in tables for ports in table.get("router", {}).values() for port in ports}


def test_linux_bridge_learns_from_the_advertisement_where_the_router_is(lab):
    #  src ── lan1 ┤router├ lan2 ── switch (snoops from after the first query on) ── rx1, rx2
    switch = lab["lan2-switch"]
    router = lab.start_router(interface=[{"name": lan, "port": f"p-{lan}", "address": [address], "router_discovery": {"interval": 4}}
                                         for lan, address in lab.lans.items()])
    wait_until(lambda: counters(router)["sent_router_advertisement"] == 3, "the start is over", seconds=10)
    switch.ip("link set br0 type bridge mcast_snooping 1 mcast_querier 0")
    assert router_ports(switch) == set(), "no query since then: the next one comes 31 s after the first"
    wait_until(lambda: router_ports(switch) == {"uplink"}, "the bridge knows the router", seconds=6)
    assert counters(router)["sent_general_query"] == 1
    assert counters(router)["sent_router_advertisement"] == 4
