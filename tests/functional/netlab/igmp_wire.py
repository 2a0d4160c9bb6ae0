# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""What IGMP looks like on a host's wire: every message, taken apart by scapy, with the kernel's time of its arrival, so
that a test that was not running meanwhile still sees when things happened."""

import ctypes
import json
import socket
import struct

from scapy.contrib.igmp import IGMP
from scapy.contrib.igmpv3 import IGMPv3
from scapy.layers.inet import IP, IPOption_Router_Alert
from scapy.layers.l2 import Ether

from . import frames

ETH_P_ALL = 3
TIMESTAMP_NS = 35  # SO_TIMESTAMPNS, which Python's socket module does not name
ATTACH_FILTER = 26  # SO_ATTACH_FILTER
#  ldh [12]; jeq IPv4; ldb [23]; jeq IGMP; ret all; ret nothing: data would push the messages out of the socket's buffer.
IGMP_ONLY = struct.pack("=" + "HBBI" * 6, 0x28, 0, 0, 12, 0x15, 0, 3, 0x0800, 0x30, 0, 0, 23, 0x15, 0, 1, 2, 0x06, 0, 0, 0xFFFF, 0x06, 0, 0, 0)
QUERY, REPORT_V1, REPORT_V2, LEAVE, REPORT_V3 = 0x11, 0x12, 0x16, 0x17, 0x22
MEMBERSHIP = (QUERY, REPORT_V1, REPORT_V2, LEAVE, REPORT_V3)
LATE = 0.7  # seconds that a loaded machine may add to an interval, or take from the one after it


class Message:
    """One IGMP message as it arrived."""

    def __init__(self, frame, at):
        self.frame, self.at = frame, at
        self.packet = Ether(frame)
        self.ip = self.packet[IP]
        self.payload = bytes(self.ip)[self.ip.ihl * 4:self.ip.len]  # without the padding of the frame
        self.type = self.payload[0]

    @property
    def igmp(self):
        return (IGMPv3 if len(self.payload) >= 12 else IGMP)(self.payload)

    def facts(self):
        """What a query asks: (group, S flag, sources)."""
        query = self.igmp
        return query.gaddr, bool(query.s), sorted(query.srcaddrs)


def expect_envelope(message, source, destination, mac):
    """Ethernet and IP header of everything that a router sends (RFC 9776 section 4), and both checksums."""
    assert message.packet.src == mac
    assert message.frame[:6] == frames.group_mac(destination)
    assert message.packet.type == frames.ETH_P_IP
    header = message.ip
    assert (header.version, header.ihl, header.tos, header.ttl, header.proto) == (4, 6, 0xC0, 1, 2)
    assert (int(header.flags) & 1, header.frag) == (0, 0), "no fragment"
    assert (header.src, header.dst) == (source, destination)
    assert [type(option) for option in header.options] == [IPOption_Router_Alert]
    assert bytes(header)[20:24] == b"\x94\x04\x00\x00"
    assert header.len == 24 + len(message.payload)
    assert frames.checksum(bytes(header)[:24]) == 0
    assert frames.checksum(message.payload) == 0
    assert not any(message.frame[14 + header.len:]), "padding is zeros"


class Wire:
    """The IGMP messages of the types `kinds` that reach a host."""

    def __init__(self, namespace, kinds=MEMBERSHIP):
        self.kinds = kinds
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind(("eth0", ETH_P_ALL))
        program = ctypes.create_string_buffer(IGMP_ONLY)
        self.socket.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, struct.pack("HP", len(IGMP_ONLY) // 8, ctypes.addressof(program)))
        self.socket.setsockopt(socket.SOL_SOCKET, TIMESTAMP_NS, 1)
        self.socket.setblocking(False)
        self.seen = []

    def messages(self, **facts):
        """All so far, those with these facts: source, destination."""
        try:
            while True:
                frame, ancillary, _, address = self.socket.recvmsg(2000, 128)
                if address[2] != socket.PACKET_OUTGOING and frame[12:14] == b"\x08\x00" and frame[23] == 2:
                    seconds, nanoseconds = struct.unpack("=qq", ancillary[0][2][:16])
                    message = Message(frame, seconds + nanoseconds / 1e9)
                    if message.type in self.kinds:
                        self.seen.append(message)
        except BlockingIOError:
            pass
        where = {"source": "src", "destination": "dst"}
        return [one for one in self.seen if all(getattr(one.ip, where[key]) == facts[key] for key in facts)]

    def close(self):
        self.socket.close()


def expect_spacing(messages, interval):
    """In turn, `interval` apart: none early by more than the one before was late."""
    gaps = [later.at - earlier.at for earlier, later in zip(messages, messages[1:])]
    assert all(interval - LATE < gap < interval + LATE for gap in gaps), gaps
    total = messages[-1].at - messages[0].at
    assert interval * len(gaps) - 0.5 < total < interval * len(gaps) + LATE, gaps


def mac_of(lab, interface):
    return json.loads(lab["router"].run("ip", "-json", "link", "show", interface))[0]["address"]
