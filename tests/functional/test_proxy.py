# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""IGMP proxy: lan1 is the upstream, with a Linux bridge as querier or queries made with scapy; hosts of the kernel are
downstream. What the proxy says upstream is read octet by octet.

    up ──── lan1 ┌───────┐ lan2 ──── switch ──┬── rx1
                 │ proxy │                    └── rx2      10.0.2.2, 10.0.2.3
                 └───────┘ lan3 ───────────────── rx3      10.0.3.2
"""

import socket
import time

import pytest

pytest.importorskip("scapy")
from scapy.contrib.igmp import IGMP  # noqa: E402
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3mq, IGMPv3mr  # noqa: E402
from scapy.layers.inet import IP, IPOption_Router_Alert  # noqa: E402
from scapy.layers.l2 import Ether  # noqa: E402

from netlab import frames
from netlab.lab import SOURCE
from netlab.namespaces import command
from netlab.verdict import expect_exactly
from netlab.waiting import wait_until

GROUP, SSM_GROUP = "239.1.1.1", "232.1.1.1"
FAR = "192.0.2.77"
PROXY = "10.0.1.1"
ROUTER = "10.0.1.254"
RECORDS = {1: "is_in", 2: "is_ex", 3: "to_in", 4: "to_ex", 5: "allow", 6: "block"}


def proxied(lab, **proxy):
    """The tables of a proxy: lan2 has an address that another querier can be below of."""
    addresses = dict(lab.lans, lan2="10.0.2.100/24")
    tables = [{"name": name, "port": f"p-{name}", "address": [address]} for name, address in addresses.items()]
    return {"interface": tables, "proxy": {"upstream": "lan1", **proxy}}


class Upstream:
    """The wire of the upstream: reads what the proxy says, sends queries."""

    def __init__(self, namespace, interface="eth0"):
        self.namespace = namespace
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((interface, 3))
        self.socket.setblocking(False)
        self.said = []  # of the proxy, IGMP only
        self.data = []

    def read(self):
        try:
            while True:
                frame = Ether(self.socket.recv(2000))
                if IP in frame and frame[IP].proto == 2 and frame[IP].src == PROXY:
                    self.said.append(frame)
                elif IP in frame and frame[IP].proto == 17:
                    self.data.append(frame)
        except BlockingIOError:
            pass
        return self

    def lines(self):
        """What was said in words: "to_ex 239.1.1.1", "v2 239.1.1.1 to 239.1.1.1"."""
        return [line for frame in self.read().said for line in words(frame)]

    def heard(self, line, seconds=5):
        wait_until(lambda: line in self.lines(), f"'{line}' upstream: {self.lines()}", seconds)

    def forget(self):
        self.read()
        self.said = []
        self.data = []

    def query(self, version, group="0.0.0.0", to=None, tenths=10):
        to = to or (group if group != "0.0.0.0" else "224.0.0.1")
        alert = [IPOption_Router_Alert()] if version > 1 else []
        packet = IP(src=ROUTER, dst=to, ttl=1, tos=0xC0, proto=2, options=alert)
        if version == 3:
            packet /= IGMPv3(type=0x11, mrcode=tenths) / IGMPv3mq(gaddr=group, qrv=2, qqic=125)
        else:
            packet /= IGMP(type=0x11, mrcode=tenths if version == 2 else 0, gaddr=group)
        self.socket.send(bytes(Ether(src="02:00:00:00:00:fe", dst=mac(to)) / packet))

    def close(self):
        self.socket.close()


def mac(group):
    return ":".join(f"{octet:02x}" for octet in frames.group_mac(group))


def words(frame):
    packet, payload = frame[IP], bytes(frame[IP].payload)
    assert frame.dst == mac(packet.dst)
    assert (packet.ttl, packet.tos, packet.proto) == (1, 0xC0, 2), "as every IGMP packet"
    assert bytes(packet)[20:24] == b"\x94\x04\x00\x00", "Router Alert"
    igmp = payload[:packet.len - 24]
    assert frames.checksum(igmp) == 0
    kind = igmp[0]
    if kind == 0x22:
        assert packet.dst == "224.0.0.22"
        report = IGMPv3mr(igmp[4:])
        assert report.numgrp == len(report.records)
        return [" ".join([RECORDS[record.rtype], record.maddr, *record.srcaddrs]) for record in report.records]
    assert len(igmp) == 8
    return [f"{ {0x12: 'v1', 0x16: 'v2', 0x17: 'leave'}[kind]} {socket.inet_ntoa(igmp[4:8])} to {packet.dst}"]


@pytest.fixture
def upstream(lab):
    wire = Upstream(lab["src"])
    yield wire
    wire.close()


def proxy_of(router):
    return router.call("show.igmp.proxy")


def receptions(router):
    """{group: (mode, sources, interfaces)} of what is asked for upstream."""
    return {entry["group"]: (entry["mode"], entry["sources"], sorted(part["interface"] for part in entry["from"]))
            for entry in router.entries("show.igmp.proxy")}


def test_hosts_get_what_they_ask_for_and_upstream_hears_of_it(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx1, rx3 = lab.receiver("rx1", 3), lab.receiver("rx3", 2)
    rx1.join(SSM_GROUP, SOURCE)
    upstream.heard(f"allow {SSM_GROUP} {SOURCE}")
    rx1.join(GROUP)
    rx3.join(GROUP)
    upstream.heard(f"to_ex {GROUP}")
    wait_until(lambda: receptions(router) == {GROUP: ("exclude", [], ["lan2", "lan3"]), SSM_GROUP: ("include", [SOURCE], ["lan2"])},
               "both interfaces are merged")
    flows = [(SOURCE, GROUP, 5000), (SOURCE, SSM_GROUP, 5000), ("10.0.1.3", SSM_GROUP, 5000)]
    sent = lab.sender(flows, rate=3000, count=1000).start().wait_sent(10)
    expect_exactly(rx1, sent, set(flows[:2]))
    expect_exactly(rx3, sent, {flows[0]})
    rx1.leave(GROUP)
    wait_until(lambda: receptions(router)[GROUP] == ("exclude", [], ["lan3"]), "lan2 left")
    assert f"to_in {GROUP}" not in upstream.lines(), "a host is left"
    rx3.leave(GROUP)
    upstream.heard(f"to_in {GROUP}")
    assert upstream.lines().count(f"to_in {GROUP}") in (1, 2)


def test_far_sources_come_in_upstream(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx3 = lab.receiver("rx3", 3)
    rx3.join(GROUP)
    router.wait_members([("lan3", GROUP)])
    upstream.socket.send(frames.data_frame(FAR, GROUP, 5000, 0))
    wait_until(lambda: rx3.stats()["packets"] == 1, "the packet from afar")
    entry, = router.entries("show.mfib", group=GROUP, source=FAR)
    assert (entry["iif"], entry["oifs"]) == ("lan1", ["lan3"])
    code, out, _ = router.ctl("explain", GROUP, FAR)
    assert code == 0 and "the proxy asks for it there" in out, out


def test_what_comes_from_downstream_goes_upstream(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx3 = lab.receiver("rx3", 3)
    host = frames.RawSocket(lab["rx1"])
    host.send(frames.data_frame("10.0.2.2", GROUP, 5000, 0))
    packet = wait_until(lambda: upstream.read().data, "a packet that nobody asked for")[0]
    assert (packet[IP].src, packet[IP].dst, packet[IP].ttl) == ("10.0.2.2", GROUP, 63)
    rx3.join(GROUP)
    router.wait_members([("lan3", GROUP)])
    wait_until(lambda: "lan3" in router.entries("show.mfib", group=GROUP)[0]["oifs"], "also to hosts")
    entry, = router.entries("show.mfib", group=GROUP)
    assert (entry["iif"], sorted(entry["oifs"])) == ("lan2", ["lan1", "lan3"])
    code, out, _ = router.ctl("explain", GROUP)
    assert code == 0 and "upstream of the proxy" in out, out
    host.close()


@pytest.mark.parametrize("version,joined,left", [
    (3, f"is_ex {GROUP}", f"to_in {GROUP}"),
    (2, f"v2 {GROUP} to {GROUP}", f"leave {GROUP} to 224.0.0.2"),
    (1, f"v1 {GROUP} to {GROUP}", None),
])
def test_routers_of_every_version_are_answered_in_it(lab, upstream, version, joined, left):
    router = lab.start_router(**proxied(lab))
    rx3 = lab.receiver("rx3", 3)
    rx3.join(GROUP)
    upstream.heard(f"to_ex {GROUP}")
    upstream.forget()
    upstream.query(version)
    upstream.heard(joined, 12)
    assert proxy_of(router)["upstream"]["version"] == version
    assert proxy_of(router)["upstream"]["querier"] == ROUTER
    upstream.forget()
    rx3.leave(GROUP)
    if left:
        upstream.heard(left)
    else:
        wait_until(lambda: receptions(router) == {}, "the group is left")
        assert upstream.lines() == []


def test_a_linux_querier_learns_the_merged_membership(lab, upstream):
    """The bridge of Linux keeps group modes and source lists of version 3 hosts."""
    up = lab["src"]
    up.ip("link add br0 type bridge mcast_snooping 1 forward_delay 0 mcast_querier 1 mcast_igmp_version 3",
          "link set br0 up", "addr flush dev eth0", "addr add 10.0.1.2/24 dev br0", "link set eth0 master br0")
    router = lab.start_router(**proxied(lab, require_router_alert=False))
    rx1, rx3 = lab.receiver("rx1", 3), lab.receiver("rx3", 3)
    rx3.join(SSM_GROUP, SOURCE)
    rx1.join(GROUP)

    def known():
        listed = command("ip", "netns", "exec", up.name, "bridge", "-d", "mdb", "show", "dev", "br0")
        return [line for line in listed.splitlines() if "port eth0" in line]
    wait_until(lambda: any(f"grp {GROUP}" in line for line in known()), f"the bridge knows {GROUP}")
    wait_until(lambda: any(f"grp {SSM_GROUP}" in line and SOURCE in line for line in known()),
               f"the bridge knows {SSM_GROUP} and its source: {known()}")
    rx1.leave(GROUP)
    wait_until(lambda: not any(f"grp {GROUP}" in line for line in known()), f"the bridge forgot {GROUP}", 10)
    assert proxy_of(router)["upstream"]["version"] == 3


def test_where_another_router_is_querier_nothing_is_forwarded_until_it_is_gone(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx2, rx3 = lab.receiver("rx2", 3), lab.receiver("rx3", 3)
    rx2.join(GROUP)
    rx3.join(GROUP)
    router.wait_members([("lan2", GROUP), ("lan3", GROUP)])
    upstream.socket.send(frames.data_frame(SOURCE, GROUP, 5000, 0))
    wait_until(lambda: [sorted(entry["oifs"]) for entry in router.entries("show.mfib", group=GROUP)] == [["lan2", "lan3"]], "an entry")
    other = frames.RawSocket(lab["rx1"])
    # Robustness 2, query interval 2 s, response time 0.5 s: present for 4.25 s. 10.0.2.2 is below 10.0.2.100.
    query = bytes(IGMPv3(type=0x11, mrcode=5) / IGMPv3mq(gaddr="0.0.0.0", qrv=2, qqic=2))
    query = query[:2] + b"\0\0" + query[4:]
    query = query[:2] + frames.checksum(query).to_bytes(2, "big") + query[4:]
    lost = time.monotonic()
    other.send(frames.report_frame("10.0.2.2", query, to="224.0.0.1"))
    wait_until(lambda: router.entries("show.mfib", group=GROUP)[0]["oifs"] == ["lan3"], "lan2 is left to the other router")
    assert receptions(router)[GROUP] == ("exclude", [], ["lan2", "lan3"]), "what hosts want is merged all the same"
    code, out, _ = router.ctl("explain", GROUP, SOURCE, "at", "lan2")
    assert code == 0 and "10.0.2.2 is the querier here" in out, out
    wait_until(lambda: sorted(router.entries("show.mfib", group=GROUP)[0]["oifs"]) == ["lan2", "lan3"], "it is gone", 10)
    assert 4 < time.monotonic() - lost < 8
    other.close()


def test_the_upstream_goes_to_a_protocol_and_comes_back(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx3 = lab.receiver("rx3", 3)
    rx3.join(GROUP)
    upstream.heard(f"to_ex {GROUP}")
    wait_until(lambda: proxy_of(router)["upstream"]["pending_changes"] == 0, "the repeats")
    upstream.forget()
    assert router.ctl("ownership", "take", "lan1", "--protocol", "static")[0] == 0
    upstream.heard(f"to_in {GROUP}")
    assert proxy_of(router)["upstream"]["state"] == "taken"
    upstream.forget()
    assert router.ctl("ownership", "release", "lan1", "--protocol", "static")[0] == 0
    upstream.heard(f"to_ex {GROUP}")
    assert proxy_of(router)["upstream"]["state"] == "active"
    owner, = router.entries("show.ownership", interface="lan1")
    assert owner["owner"] == "igmp-proxy"


def test_after_a_lost_link_everything_is_announced_again(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx3 = lab.receiver("rx3", 3)
    rx3.join(GROUP)
    upstream.heard(f"to_ex {GROUP}")
    wait_until(lambda: proxy_of(router)["upstream"]["pending_changes"] == 0, "the repeats")
    lab["src"].ip("link set eth0 down")
    wait_until(lambda: proxy_of(router)["upstream"]["state"] == "no_link", "the link is down")
    lab["src"].ip("link set eth0 up")
    wait_until(lambda: proxy_of(router)["upstream"]["state"] == "active", "the link is up")
    again = Upstream(lab["src"])
    again.heard(f"to_ex {GROUP}")
    again.close()


def test_a_daemon_that_ends_leaves_its_groups(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx3 = lab.receiver("rx3", 3)
    rx3.join(GROUP)
    upstream.heard(f"to_ex {GROUP}")
    upstream.forget()
    assert router.stop() == 0
    upstream.heard(f"to_in {GROUP}", 2)


def test_the_proxy_is_shown(lab, upstream):
    router = lab.start_router(**proxied(lab))
    rx3 = lab.receiver("rx3", 3)
    rx3.join(SSM_GROUP, SOURCE)
    upstream.heard(f"allow {SSM_GROUP} {SOURCE}")
    code, out, _ = router.ctl("show", "igmp", "proxy")
    assert code == 0
    assert "upstream lan1: active, IGMPv3; no query heard yet; robustness 2" in out, out
    assert out.splitlines()[-1].split() == [SSM_GROUP, SOURCE, "lan3:", SOURCE], out
    counters = proxy_of(router)["upstream"]["counters"]
    assert counters["sent_report_v3"] in (1, 2) and counters["received_general_query"] == 0
    upstream.query(2, to="224.0.0.5")
    wait_until(lambda: proxy_of(router)["upstream"]["counters"]["ignored_bad_destination"] == 1, "the wrong query is counted")
