# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Ports on real kernel interfaces: who gets which frame, what is left behind, and what users are told.

    host ── eth0 ═ veth ═ v0 ── router (port_probe, which polls the ports and answers questions)
"""

import itertools
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess

import pytest

from netlab import frames
from netlab.namespaces import Namespace, wire
from netlab.waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MCFWD_BUILD", ROOT / "build"))
PROBE = BUILD / "tests/functional/ports/port_probe"

HOST, ROUTER = "10.0.0.2", "10.0.0.1"
GROUP = "239.1.1.1"
NUMBERS = itertools.count()


class Probe:
    """A running port_probe. `error` is its message if a port did not open."""

    def __init__(self, namespace, *devices):
        self.process = namespace.popen(PROBE, *devices, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        first = self.process.stdout.readline().strip()
        self.error = None if first == "ready" else first.removeprefix("error: ")
        if self.error is not None:
            self.process.wait(10)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def status(self, port=0):
        return self.ask("status")[port]

    def counts(self):
        status = self.status()
        return status["redirected"], status["passed"], status["no_socket"]

    def close(self):
        """Ends it properly and returns what it logged."""
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        return self.process.stderr.read()

    def kill(self):
        """As a crash would. The process of `ip netns exec` is the probe itself."""
        self.process.kill()
        self.process.wait(10)


class Wire:
    def __init__(self, name):
        self.router = Namespace(f"mcfwd-port-{name}-r")
        self.host = Namespace(f"mcfwd-port-{name}-h")
        wire(self.router, "v0", self.host, "eth0")
        self.router.ip(f"addr add {ROUTER}/24 dev v0")
        self.host.ip(f"addr add {HOST}/24 dev eth0")
        self.probes = []

    def probe(self, *devices):
        self.probes.append(Probe(self.router, *devices))
        return self.probes[-1]

    def program(self):
        """Name of the XDP program on v0, or None."""
        link = json.loads(self.router.run("ip", "-j", "-d", "link", "show", "v0"))[0]
        return link["xdp"]["prog"]["name"] if "xdp" in link else None

    def allmulti(self):
        return json.loads(self.router.run("ip", "-j", "-d", "link", "show", "v0"))[0]["allmulti"]

    def close(self):
        for probe in self.probes:
            probe.kill()
        self.router.delete()
        self.host.delete()


@pytest.fixture
def link():
    made = Wire(f"{os.getpid()}-{next(NUMBERS)}")
    yield made
    made.close()


def data(group=GROUP, vlan=0, protocol=17, destination=None):
    frame = frames.ethernet(group, frames.ipv4(HOST, group, protocol, b"x" * 40), vlan)
    return destination + frame[6:] if destination else frame


def tagged_twice(frame):
    return frame[:12] + struct.pack("!HHHH", 0x8100, 10, 0x8100, 20) + frame[12:]


def retyped(frame, ethertype):
    return frame[:12] + struct.pack("!H", ethertype) + frame[14:]


UNICAST = b"\x02\x00\x00\x00\x00\x01"
OURS = {
    "a group": data(),
    "the first group that is routed": data("224.0.1.0"),
    "the last group": data("239.255.255.255"),
    "a tagged group": data(vlan=10),
    "a priority-tagged group": data()[:12] + struct.pack("!HH", 0x8100, 0xE000) + data()[12:],
    "a group in a unicast frame": data(destination=UNICAST),
    "an IGMPv3 report": frames.report_frame(HOST, frames.v3_report(frames.v3_record(4, GROUP))),
    "a tagged IGMPv2 report": frames.report_frame(HOST, frames.igmp(0x16, socket.inet_aton(GROUP)), vlan=7, to=GROUP),
    "IGMP to all hosts": frames.report_frame(HOST, frames.igmp(0x11, bytes(4)), to="224.0.0.1"),
    "IGMP to a unicast address": data("10.0.0.1", protocol=2, destination=UNICAST),
    "only an IP header": data()[:34],
}
KERNELS = {
    "OSPF": data("224.0.0.5", protocol=89),
    "mDNS": data("224.0.0.251"),
    "tagged VRRP": data("224.0.0.18", vlan=10, protocol=112),
    "the last link-local group": data("224.0.0.255"),
    "unicast": data(ROUTER, destination=UNICAST),
    "class E": data("240.0.0.1"),
    "limited broadcast": data("255.255.255.255", destination=b"\xff" * 6),
    "ARP": retyped(data(), 0x0806),
    "IPv6": retyped(data(), 0x86DD),
    "two tags": tagged_twice(data()),
    "802.1ad": data()[:12] + struct.pack("!HH", 0x88A8, 10) + data()[12:],
    "IP version 6 behind type IPv4": data()[:14] + b"\x65" + data()[15:],
    "a header cut by one octet": data()[:33],
    "a tag cut short": data(vlan=10)[:16],
    "an Ethernet header alone": data()[:14],
}


def send_and_count(link, probe, frame):
    """Sends one frame; returns how the three counts moved, when one has."""
    before = probe.counts()
    raw = frames.RawSocket(link.host)
    raw.send(frame)
    raw.close()
    moved = wait_until(lambda: (now := probe.counts()) != before and now, "the frame arrives")
    return tuple(b - a for a, b in zip(before, moved))


def test_steering_by_kind_of_frame(link):
    probe = link.probe("af_xdp:v0")
    assert probe.error is None
    for what, frame in OURS.items():
        assert send_and_count(link, probe, frame) == (1, 0, 0), what
        assert wait_until(lambda: probe.ask("frames")[0], what) == [frame.hex()], what
    for what, frame in KERNELS.items():
        assert send_and_count(link, probe, frame) == (0, 1, 0), what
        assert probe.ask("frames") == [[]], what
    assert probe.status()["rx_packets"] == len(OURS)


def test_bridged_vlans_get_all_multicast_but_what_never_passes_a_bridge(link):
    probe = link.probe("af_xdp:v0 bridged=0,10")
    assert probe.error is None
    kernels = {
        "unicast": data(ROUTER, destination=UNICAST),
        "broadcast": retyped(data("255.255.255.255", destination=b"\xff" * 6), 0x0806),
        "LLDP": retyped(data(destination=bytes.fromhex("0180c200000e")), 0x88CC),
        "OSPF on a VLAN that is routed": data("224.0.0.5", vlan=11, protocol=89),
    }
    ours = {
        "OSPF": data("224.0.0.5", protocol=89),
        "tagged VRRP": data("224.0.0.18", vlan=10, protocol=112),
        "IPv6": retyped(data(destination=bytes.fromhex("333300000001")), 0x86DD),
        "the first group address that passes bridges": retyped(data(destination=bytes.fromhex("0180c2000010")), 0x9000),
        "a tagged group": data(vlan=10),
        "a group on a VLAN that is routed": data(vlan=11),
    }
    for what, frame in ours.items():
        assert send_and_count(link, probe, frame) == (1, 0, 0), what
        assert wait_until(lambda: probe.ask("frames")[0], what) == [frame.hex()], what
    for what, frame in kernels.items():
        assert send_and_count(link, probe, frame) == (0, 1, 0), what
        assert probe.ask("frames") == [[]], what


def test_frames_that_find_no_room_are_counted(link):
    probe = link.probe("af_xdp:v0")
    raw = frames.RawSocket(link.host)
    os.kill(probe.process.pid, signal.SIGSTOP)
    for _ in range(3000):
        raw.send(data())
    os.kill(probe.process.pid, signal.SIGCONT)
    raw.close()

    def settled():
        status = probe.status()
        return status["redirected"] == 3000 == status["rx_packets"] + status["rx_missed"] and status
    status = wait_until(settled, "every redirected frame was received or counted as missed")
    assert status["rx_missed"] == 3000 - 2048, "the ring of a socket holds 2048"


def test_kernel_keeps_unicast_and_link_local_groups(link):
    probe = link.probe("af_xdp:v0")
    daemon = link.router.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.settimeout(5)
    daemon.bind(("", 5353))
    daemon.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                      socket.inet_aton("224.0.0.251") + socket.inet_aton(ROUTER))
    link.host.run("ping", "-c", "5", "-i", "0.02", "-W", "2", ROUTER)
    host = frames.RawSocket(link.host)
    payload = b"a question for a daemon of this host"
    host.send(frames.ethernet("224.0.0.251", frames.ipv4(HOST, "224.0.0.251", 17, frames.udp(HOST, "224.0.0.251", 5353, payload))))
    assert daemon.recv(2000) == payload
    host.close()
    daemon.close()
    assert probe.ask("frames") == [[]]


def test_close_leaves_nothing(link):
    before = link.allmulti()
    probe = link.probe("af_xdp:v0")
    assert link.program() == "mcfwd_steer"
    assert link.allmulti() == before + 1
    assert probe.close() == ""
    assert link.program() is None
    assert link.allmulti() == before


def test_program_of_a_killed_process_is_replaced(link):
    link.probe("af_xdp:v0").kill()
    assert link.program() == "mcfwd_steer", "nobody detached it"
    assert link.allmulti() == 0, "memberships end with their process"
    link.host.run("ping", "-c", "1", "-W", "2", ROUTER)
    probe = link.probe("af_xdp:v0")
    assert probe.error is None
    assert send_and_count(link, probe, OURS["a group"]) == (1, 0, 0)
    logged = probe.close()
    assert logged.count("\n") == 1 and "replacing the program of an mcfwd that did not end properly" in logged
    assert link.program() is None


def test_one_port_per_interface(link):
    first = link.probe("af_xdp:v0")
    for device in ("af_xdp:v0", "af_packet:v0"):
        second = link.probe(device)
        assert f"interface v0 is already a port of mcfwd process {first.process.pid}" in second.error
    assert "interface v0 is already a port" in link.probe("af_packet:v0", "af_packet:v0").error
    assert send_and_count(link, first, OURS["a group"]) == (1, 0, 0), "the first one is not disturbed"


def test_foreign_program_is_named_and_kept(link, tmp_path):
    source = tmp_path / "foreign.c"
    source.write_text('__attribute__((section("xdp"), used)) int somebody_else(void* context) { return 2; }\n')
    program = tmp_path / "foreign.o"
    subprocess.run(["clang-19", "-target", "bpf", "-O2", "-g", "-c", source, "-o", program], check=True)
    link.router.run("ip", "link", "set", "v0", "xdp", "obj", program, "sec", "xdp")
    assert link.program() == "somebody_else"
    error = link.probe("af_xdp:v0").error
    assert 'another XDP program attached, "somebody_else" (id ' in error and "'ip link set v0 xdp off'" in error
    assert link.program() == "somebody_else"


@pytest.mark.parametrize("device, parts", [
    ("af_xdp:nope", ["there is no interface nope", "interfaces: lo, v0"]),
    ("af_packet:nope", ["there is no interface nope", "interfaces: lo, v0"]),
    ("v0", ['v0 is a kernel interface: write "af_xdp:v0" or "af_packet:v0"']),
    ("net_nothing0", ["no driver of DPDK made this device"]),
    ("0000:ff:1f.7", ["no such PCI device"]),
])
def test_device_that_cannot_be_opened(link, device, parts):
    error = link.probe(device).error
    assert error.startswith(f'port p0 (device "{device}"): ')
    for part in parts:
        assert part in error


def test_interface_that_is_down(link):
    link.router.ip("link set v0 down")
    for device in ("af_xdp:v0", "af_packet:v0"):
        assert "interface v0 is down: 'ip link set v0 up'" in link.probe(device).error


def test_mtu_too_large_for_xdp(link):
    link.host.ip("link set eth0 mtu 9000")
    error = link.probe("af_xdp:v0").error
    assert "too large for XDP" in error and "af_packet:v0" in error
    assert link.program() is None
    link.router.ip("link set v0 mtu 9000")
    assert "the MTU 9000 of interface v0 needs packet buffers of" in link.probe("af_xdp:v0").error


def test_more_queues_than_sockets(link):
    link.router.run("ethtool", "-L", "v0", "rx", "2")
    error = link.probe("af_xdp:v0").error
    assert "receives on 2 queues and AF_XDP can serve 1 of them: 'ethtool -L v0 rx 1'" in error


@pytest.mark.parametrize("kind", ["af_xdp", "af_packet"])
def test_mtu_and_link_come_from_the_interface(link, kind):
    link.router.ip("link set v0 mtu 1400")
    probe = link.probe(f"{kind}:v0")
    status = probe.status()
    assert (status["mtu"], status["link_up"], status["rx_queues"]) == (1400, True, 1)
    address = json.loads(link.router.run("ip", "-j", "link", "show", "v0"))[0]["address"]
    assert status["mac"] == address
    link.host.ip("link set eth0 down")
    wait_until(lambda: not probe.status()["link_up"], "the link goes down")
    link.host.ip("link set eth0 up")
    wait_until(lambda: probe.status()["link_up"], "the link comes back")
    raw = frames.RawSocket(link.host)
    raw.send(data())
    assert wait_until(lambda: probe.ask("frames")[0], "it still receives") == [data().hex()]
    raw.close()
    assert probe.close() == ""


@pytest.mark.parametrize("kind", ["af_xdp", "af_packet"])
def test_interface_that_disappears(link, kind):
    probe = link.probe(f"{kind}:v0")
    link.router.ip("link del v0")
    wait_until(lambda: not probe.status()["link_up"], "the link goes down")
    probe.ask("send 0 " + data().hex())
    assert probe.ask("frames") == [[]]
    assert probe.close() == ""


def test_shared_buffer_on_all_ports(link):
    #  router: v0 (AF_XDP) and v1 (AF_PACKET) ── host: eth0, eth1
    wire(link.router, "v1", link.host, "eth1")
    listeners = []
    for interface in ("eth0", "eth1"):
        listeners.append(link.host.socket(socket.AF_PACKET, socket.SOCK_RAW))
        listeners[-1].bind((interface, 0x0800))
        listeners[-1].settimeout(5)
    probe = link.probe("af_xdp:v0", "af_packet:v1")
    free = probe.ask("pool")
    for number in range(200):
        frame = frames.data_frame(ROUTER, GROUP, 5000, number)
        assert probe.ask("shared " + frame.hex()) == 2
        assert [listener.recv(2000) for listener in listeners] == [frame, frame]
    # The AF_XDP driver takes the buffers it has sent back when it sends the next time.
    assert free - probe.ask("pool") <= 1
    assert probe.ask("frames") == [[], []], "no own frame came back"
    for listener in listeners:
        listener.close()


def test_capabilities(link):
    wire(link.router, "v1", link.host, "eth1")
    probe = link.probe("af_xdp:v0", "af_packet:v1", "net_null0")
    xdp, packet, null = probe.ask("status")
    assert (xdp["has_xdp"], xdp["multi_segment_tx"], xdp["echoes_own_frames"]) == (True, False, False)
    assert (packet["has_xdp"], packet["multi_segment_tx"], packet["echoes_own_frames"]) == (False, True, True)
    assert (null["driver"], null["has_xdp"], null["echoes_own_frames"]) == ("net_null", False, False)
