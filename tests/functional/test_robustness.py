# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Noise, lies and rude clients: the router stays up, and forwards as before."""

import contextlib
import json
import random
import socket
import struct
import threading

import pytest

from netlab import frames
from netlab.lab import OTHER_SOURCE, SOURCE
from netlab.router import ControlSocket
from netlab.verdict import expect_balance
from netlab.waiting import LabError, wait_until

GROUP = "239.5.0.1"
FLOW = (SOURCE, GROUP, 5000)
FRAMES_PER_PORT = 100_000


@contextlib.contextmanager
def undisturbed_flow(lab, router):
    """A flow from src to rx3 during the block; afterwards the router has to be up and correct."""
    # Noise and lies reach the hosts' own kernels and the wires too, so only the flow is judged, not the wire.
    receiver = lab.receiver("rx3")
    receiver.join(GROUP)
    router.wait_members([("lan3", GROUP)])
    sender = lab.sender([FLOW], rate=2000).start()
    receiver.wait_for("first_data", group=GROUP)
    yield receiver
    sent = sender.finish()[FLOW]
    wait_until(lambda: receiver.flows()[FLOW]["received"] == sent, f"all {sent} packets arrived: {receiver.flows()}")
    flow = receiver.flows()[FLOW]
    assert (flow["first"], flow["lost"], flow["duplicated"], flow["reordered"]) == (0, 0, 0, 0)
    assert router.running()
    expect_balance(wait_until(lambda: quiet_drops(router), "nothing is parked any more", 10))
    receiver.join("239.5.0.2")  # control plane and workers still take new business
    last = lab.sender([(SOURCE, "239.5.0.2", 5000)], rate=200).start()
    receiver.wait_for("first_data", group="239.5.0.2")
    last.finish()


def quiet_drops(router):
    drops = router.call("show.drops")
    return drops if drops["parked"] == 0 else None


def test_random_frames_on_every_port(make_lab):
    #  src ── lan1 ┤router├ lan2 ── rx1      noise from src, rx1 and rx3 at the same time
    #                     └ lan3 ── rx3      (no switch on the way: it would refuse half of the noise)
    lab = make_lab({"lan2": ["rx1"], "lan3": ["rx3"]})
    router = lab.start_router()
    with undisturbed_flow(lab, router) as receiver:
        threads = []
        for seed, host in enumerate(("src", "rx1", "rx3")):
            raw = frames.RawSocket(lab[host])
            noise = list(frames.random_frames(FRAMES_PER_PORT, seed))
            threads.append(threading.Thread(target=raw.send_paced, args=(noise, 15_000)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ports = {entry["name"]: entry for entry in router.entries("show.ports")}
        for port in ports.values():
            seen = port["xdp"]["redirected"] + port["xdp"]["passed"] + port["xdp"]["no_socket"]
            assert seen >= FRAMES_PER_PORT, port
        assert receiver.stats()["bad_ttl"] == 0


def lying_packets():
    """Packets whose headers and lengths contradict each other or the frame."""
    body = frames.udp(OTHER_SOURCE, GROUP, 5000, frames.probe(9, 0))
    for lie in ({"ihl": 0}, {"ihl": 4}, {"ihl": 15}, {"version": 6}, {"version": 0}, {"total": 0}, {"total": 19},
                {"total": 20}, {"total": 65535}, {"total": 20 + len(body) + 1}):
        yield frames.ethernet(GROUP, frames.ipv4(OTHER_SOURCE, GROUP, 17, body, **lie))
        yield frames.report_frame("10.0.1.9", frames.v3_report(frames.v3_record(4, "239.9.0.1")), **lie)
    for source in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"):
        yield frames.ethernet(GROUP, frames.ipv4(source, GROUP, 17, body))
    for group in ("224.0.0.5", "10.0.3.2", "255.255.255.255"):
        yield frames.ethernet(group, frames.ipv4(OTHER_SOURCE, group, 17, body))
    yield frames.ethernet(GROUP, frames.ipv4(OTHER_SOURCE, GROUP, 17, body, ttl=0))
    record = frames.v3_record(2, "239.9.0.2", [SOURCE])
    for message in (
            frames.v3_report(record, claimed_records=65535),
            frames.v3_report(frames.v3_record(1, "239.9.0.3", [SOURCE], claimed_sources=65535)),
            frames.v3_report(frames.v3_record(6, "239.9.0.4", [SOURCE], claimed_sources=2)),
            frames.v3_report(frames.v3_record(4, "239.9.0.5", aux_words=255)),
            frames.v3_report(frames.v3_record(99, "239.9.0.6", [SOURCE]), record),
            frames.v3_report(frames.v3_record(4, "10.1.2.3")),
            frames.v3_report(frames.v3_record(4, "224.0.0.9")),
            frames.igmp(0x16, socket.inet_aton("0.0.0.0")), frames.igmp(0x17, socket.inet_aton("10.0.0.1")),
            frames.igmp(0x11, socket.inet_aton("239.9.0.7") + b"\0"), frames.igmp(0x11, b""), frames.igmp(0xFF, b"\0" * 400),
            struct.pack("!BBH", 0x22, 0, 0xBEEF), b"", b"\x22"):
        yield frames.report_frame("10.0.1.9", message)


def all_lies():
    """Each lying packet whole, cut at every length up to 60, and with single octets changed."""
    source = random.Random(5)
    for packet in lying_packets():
        yield packet
        for length in range(14, min(len(packet), 60)):
            yield packet[:length]
        for _ in range(20):
            at = source.randrange(12, len(packet))
            yield packet[:at] + source.randbytes(1) + packet[at + 1:]


def test_truncated_and_lying_headers(lab):
    #  src ── lan1 ┤router├ lan2 ── rx1      lies from src and rx1
    #                     └ lan3 ── rx3
    router = lab.start_router()
    with undisturbed_flow(lab, router) as receiver:
        for host in ("src", "rx1"):
            raw = frames.RawSocket(lab[host])
            raw.send_paced(all_lies(), 5000)
            raw.close()
        assert receiver.stats()["bad_ttl"] == 0
    drops = router.call("show.drops")["drops"]
    for reason in ("bad_ip_header", "bad_ip_checksum", "martian_source"):
        assert drops[reason] > 0, reason


def rude_clients(path):
    """What clients do that are broken, hostile or dead."""
    def connect():
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(10)
        client.connect(path)
        return client

    def until_closed(client):
        with contextlib.suppress(ConnectionError):
            while client.recv(1 << 16):
                pass

    def garbage():
        with connect() as client:
            client.sendall(random.Random(1).randbytes(4096).replace(b"\n", b"") + b"\n")
            assert json.loads(client.makefile("rb").readline())["error"]["code"] == -32700
            client.sendall(b'{"jsonrpc": "2.0", "id": 1, "method": "show.status"}\n')  # the connection lives on
            assert json.loads(client.makefile("rb").readline())["id"] == 1

    def half_a_line():
        with connect() as client:
            client.sendall(b'{"jsonrpc": "2.0", "id": 1, "meth')

    def two_mebibytes_without_newline():
        with connect() as client:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(b"x" * (2 << 20))
            until_closed(client)

    def closes_in_the_middle_of_an_answer():
        with connect() as client:
            client.sendall(b'{"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"}\n' * 100)
            client.recv(10)

    def nested_too_deep():
        with connect() as client:
            client.sendall(b"[" * 100_000 + b"\n")
            until_answer = client.makefile("rb").readline()
            assert b"error" in until_answer

    return [garbage, half_a_line, two_mebibytes_without_newline, closes_in_the_middle_of_an_answer, nested_too_deep]


def test_rude_clients_of_the_control_socket(lab):
    router = lab.start_router()
    with undisturbed_flow(lab, router):
        for _ in range(5):
            for client in rude_clients(router.socket_path):
                client()
                assert router.call("show.status")["pid"] == router.process.pid
        many = [ControlSocket(router.socket_path) for _ in range(20)]
        for client in many:
            client.call("show.status")
            client.close()
        with pytest.raises(LabError, match="-32601"):
            router.call("no.such.method")
        wait_until(lambda: router.call("show.status")["socket"]["connections"] == 1, "all rude clients are gone")
