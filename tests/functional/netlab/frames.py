# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Frames made by hand, for what a kernel host would never send: tags, lies, noise."""

import random
import socket
import struct
import time

ETH_P_IP = 0x0800
ETH_P_8021Q = 0x8100
ALL_ROUTERS = "224.0.0.22"  # where IGMPv3 reports go


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def group_mac(group):
    low = socket.inet_aton(group)
    return b"\x01\x00\x5e" + bytes([low[1] & 0x7F]) + low[2:]


def ethernet(group, payload, vlan=0, source=b"\x02\x00\x00\x00\x00\x99"):
    tag = struct.pack("!HH", ETH_P_8021Q, vlan) if vlan else b""
    return group_mac(group) + source + tag + struct.pack("!H", ETH_P_IP) + payload


def ipv4(source, group, protocol, payload, ttl=64, options=b"", **lies):
    """An IPv4 packet with a good header checksum. `lies` replace what the header says: version, ihl, total."""
    ihl = lies.get("ihl", 5 + len(options) // 4)
    total = lies.get("total", 20 + len(options) + len(payload))
    header = struct.pack("!BBHHHBBH4s4s", lies.get("version", 4) << 4 | ihl, 0, total, 1, 0, ttl, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(group)) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def udp(source, group, port, payload):
    length = 8 + len(payload)
    pseudo = socket.inet_aton(source) + socket.inet_aton(group) + struct.pack("!HH", 17, length)
    bare = struct.pack("!HHHH", 40000, port, length, 0) + payload
    return bare[:6] + struct.pack("!H", checksum(pseudo + bare) or 0xFFFF) + bare[8:]


def probe(flow, sequence, octets=64):
    """A numbered payload as the lab host sends it."""
    header = struct.pack("=IIQq", 0x6D636677, flow, sequence, time.monotonic_ns())
    return header + bytes((i * 7 + 3) & 0xFF for i in range(len(header), octets))


def data_frame(source, group, port, sequence, vlan=0, ttl=64):
    payload = udp(source, group, port, probe(0, sequence))
    return ethernet(group, ipv4(source, group, 17, payload, ttl=ttl), vlan)


def igmp(kind, body):
    """An IGMP message with a good checksum: type, code 0, `body` behind the checksum."""
    bare = struct.pack("!BBH", kind, 0, 0) + body
    return bare[:2] + struct.pack("!H", checksum(bare)) + bare[4:]


def v3_record(kind, group, sources=(), claimed_sources=None, aux_words=0):
    claimed = len(sources) if claimed_sources is None else claimed_sources
    return struct.pack("!BBH4s", kind, aux_words, claimed, socket.inet_aton(group)) + b"".join(map(socket.inet_aton, sources))


def v3_report(*records, claimed_records=None):
    claimed = len(records) if claimed_records is None else claimed_records
    return igmp(0x22, struct.pack("!HH", 0, claimed) + b"".join(records))


def report_frame(host, message, vlan=0, to=ALL_ROUTERS, **lies):
    """An IGMP message in a packet with the Router Alert option."""
    return ethernet(to, ipv4(host, to, 2, message, ttl=1, options=b"\x94\x04\x00\x00", **lies), vlan)


def random_frames(count, seed):
    """Noise. Half of it claims to be IPv4 multicast, so that it gets past the Ethernet header."""
    source = random.Random(seed)
    for _ in range(count):
        frame = source.randbytes(source.choice([14, 20, 33, 34, 42, 60, 64, 128, 512, 1514]))
        if source.getrandbits(1):
            frame = b"\x01\x00\x5e" + frame[3:12] + b"\x08\x00" + frame[14:]
        if source.getrandbits(2) == 0 and len(frame) > 34:
            frame = frame[:14] + b"\x45" + frame[15:23] + source.choice([b"\x02", b"\x11"]) + frame[24:]
        yield frame


class RawSocket:
    """Sends frames from a host as they are."""

    def __init__(self, namespace, interface="eth0"):
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((interface, 0))

    def send(self, frame):
        self.socket.send(frame)

    def send_paced(self, frames, per_second):
        """So many frames per second in bursts of 32, which no queue on the way is too short for."""
        begin = time.monotonic()
        for number, frame in enumerate(frames):
            self.socket.send(frame)
            ahead = begin + number / per_second - time.monotonic()
            if number % 32 == 0 and ahead > 0:
                time.sleep(ahead)

    def close(self):
        self.socket.close()
