# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Bridges: ports as one layer-2 domain, on which hosts get what they asked for and routers get everything."""

import socket
import struct

import pytest

from netlab import frames
from netlab.lab import SOURCE
from netlab.verdict import expect_balance, expect_exactly, faults
from netlab.waiting import wait_until

GROUP, OTHER_GROUP = "239.1.1.1", "239.1.1.2"
ALL_HOSTS = "224.0.0.1"


def bridged(lab, members, interface=None, routed=(), **snooping):
    """The tables of a router whose LANs `members` are the bridge br10, and `routed` interfaces of their own."""
    snooping = {"learning_time": 0} | snooping  # or ports get everything for two minutes
    interfaces = [{"name": lan, "port": f"p-{lan}", "address": [lab.lans[lan]]} for lan in routed]
    if interface:
        interfaces.append({"name": "br", "bridge": "br10", "address": [interface]})
    return {
        "interface": interfaces,
        "bridge": [{"name": "br10", "members": [f"p-{lan}" for lan in members], "snooping": snooping}],
    }


def members_of(router, group):
    """Names of the ports with members of a group."""
    return sorted({entry["port"] for entry in router.entries("show.snooping", group=group)})


class Listener:
    """All frames that reach a host."""

    def __init__(self, namespace):
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind(("eth0", 3))
        self.socket.setblocking(False)
        self.seen = []

    def saw(self, frame):
        try:
            while True:
                self.seen.append(self.socket.recv(2000))
        except BlockingIOError:
            pass
        return any(seen[:len(frame)] == frame for seen in self.seen)

    def close(self):
        self.socket.close()


def general_query(source, address="10.0.3.2"):
    body = struct.pack("!4sBBH", bytes(4), 2, 125, 0)
    message = struct.pack("!BBH", 0x11, 100, 0) + body
    message = message[:2] + struct.pack("!H", frames.checksum(message)) + message[4:]
    return frames.report_frame(address, message, to=ALL_HOSTS)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_members_get_their_groups_and_nobody_else(lab, version):
    #  src ── lan1 ┤bridge├ lan2 ── switch ── rx1, rx2
    #                      └ lan3 ── rx3
    router = lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"]))
    rx1, rx2, rx3 = (lab.receiver(host, version, ttl=64) for host in ("rx1", "rx2", "rx3"))
    rx1.join(GROUP)
    rx2.want(GROUP)
    rx3.join(OTHER_GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2"] and members_of(router, OTHER_GROUP) == ["p-lan3"], "the reports")
    flows = [(SOURCE, group, 5000) for group in (GROUP, OTHER_GROUP, "239.1.1.3")]
    sent = lab.sender(flows, rate=3000, count=1000).start().wait_sent(10)
    expect_exactly(rx1, sent, {flows[0]})
    expect_exactly(rx2, sent, {flows[0]})
    expect_exactly(rx3, sent, {flows[1]})
    expect_balance(wait_until(lambda: settled(router, 3000), "every packet is counted"))


def settled(router, packets):
    drops = router.call("show.drops")
    return drops["received"] >= packets and not drops["parked"] and drops


def test_leave_of_the_only_host_takes_effect_at_once(lab, measured):
    router = lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"], fast_leave="tracked"))
    rx3 = lab.receiver("rx3", 3, ttl=64)
    rx3.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan3"], "the report")
    sender = lab.sender([(SOURCE, GROUP, 5000)], rate=1000).start()
    rx3.wait_for("first_data", group=GROUP)
    rx3.leave(GROUP)
    quiet = rx3.wait_for("quiet", group=GROUP, seconds=5)
    went_on = max(0, quiet["last_data_ns"] - quiet["leave_ns"]) / 1e9  # 0 ns: nothing came after the leave
    sender.finish()
    measured(f"traffic went on for {went_on * 1000:.1f} ms after the leave")
    assert went_on < 0.5, "last-member queries would take two seconds"
    assert members_of(router, GROUP) == []


def test_what_is_never_pruned_reaches_every_port(lab):
    lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"]))
    listeners = [Listener(lab[host]) for host in ("rx1", "rx3")]
    source = frames.RawSocket(lab["src"])
    mdns = frames.data_frame(SOURCE, "224.0.0.251", 5353, 1, ttl=1)
    no_next_header = struct.pack("!IHBB16s16s", 6 << 28, 8, 59, 1, socket.inet_pton(socket.AF_INET6, "fe80::1"),
                                 socket.inet_pton(socket.AF_INET6, "ff02::1"))
    ipv6 = bytes.fromhex("333300000001") + mdns[6:12] + b"\x86\xdd" + no_next_header + bytes(8)
    lldp = bytes.fromhex("0180c200000e") + mdns[6:12] + b"\x88\xcc" + bytes(50)
    unwanted = frames.data_frame(SOURCE, GROUP, 5000, 1)
    for frame in (lldp, unwanted, mdns, ipv6):
        source.send(frame)
    for listener in listeners:
        wait_until(lambda listener=listener: listener.saw(mdns) and listener.saw(ipv6), "flooded frames arrive untouched")
        assert not listener.saw(lldp), "LLDP is for the next bridge only"
        assert not listener.saw(unwanted), "nobody asked for it and there is no router"
        listener.close()
    source.close()


def test_port_of_a_querier_is_a_router_port(lab):
    router = lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"]))
    rx3 = frames.RawSocket(lab["rx3"])
    wait_until(lambda: router.call("show.snooping", bridge="br10")["bridges"][0]["is_querier"], "nobody else asks yet")
    rx3.send(general_query("10.0.3.2"))
    state = wait_until(lambda: (b := router.call("show.snooping", bridge="br10")["bridges"][0])["querier"] == "10.0.3.2" and b,
                       "the bridge yields")
    assert not state["is_querier"]
    assert [(port["port"], port["routers"][0]["why"]) for port in state["ports"] if port["router"]] == [("p-lan3", "query")]

    rx1 = lab.receiver("rx1", 2, ttl=64)
    heard = Listener(lab["rx3"])
    other = Listener(lab["rx2"])
    rx1.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2"], "the report")
    report = frames.report_frame("10.0.2.2", frames.igmp(0x16, socket.inet_aton(GROUP)), to=GROUP)
    arrived = lambda: any(seen[:6] == report[:6] and seen[23] == 2 for seen in heard.seen)  # noqa: E731
    wait_until(lambda: heard.saw(report) or arrived(), "the report reaches the router")
    sender = frames.RawSocket(lab["src"])
    unregistered = frames.data_frame(SOURCE, OTHER_GROUP, 5000, 1)
    sender.send(unregistered)
    wait_until(lambda: heard.saw(unregistered), "routers get groups that nobody asked for")
    assert not other.saw(unregistered)
    for end in (rx3, heard, other, sender):
        end.close()


def test_ports_that_get_unregistered_groups(lab):
    #  src ── lan1 ┐
    #  rx1 ── lan2 ┼ br10; a host on lan2 is to get what nobody asked for, rx3 on lan3 is not
    #  rx3 ── lan3 ┘
    router = lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"], unregistered_ports=["p-lan2"]))
    forced, other = Listener(lab["rx1"]), Listener(lab["rx3"])
    rx3 = lab.receiver("rx3", 3, ttl=64)
    sender = frames.RawSocket(lab["src"])
    unregistered = frames.data_frame(SOURCE, OTHER_GROUP, 5000, 1)
    sender.send(unregistered)
    wait_until(lambda: forced.saw(unregistered), "the port gets groups that nobody asked for")
    assert not other.saw(unregistered)
    why = {entry["at"]: (entry["gets"], entry["why"]) for entry in router.call("explain", group=OTHER_GROUP)["entries"]}
    assert why["p-lan2"] == (True, "nobody asked for the group, and this port gets such groups (unregistered_ports)")
    assert why["p-lan3"] == (False, "no host asked for it, and no router is here")
    assert "unregistered groups to router ports and p-lan2" in router.ctl("show", "snooping")[1]

    rx3.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan3"], "the report")
    registered = frames.data_frame(SOURCE, GROUP, 5000, 2)
    sender.send(registered)
    wait_until(lambda: other.saw(registered), "the member gets the group")
    later = frames.data_frame(SOURCE, OTHER_GROUP, 5000, 3)
    sender.send(later)
    wait_until(lambda: forced.saw(later), "unregistered groups go on")
    assert not forced.saw(registered), "somebody asked for the group, so it is no business of this port"
    for end in (forced, other, sender):
        end.close()


def test_routed_packets_go_to_the_snooped_ports_only(lab):
    #  src ── lan1 ┤router├ br = lan2 + lan3
    router = lab.start_router(**bridged(lab, ["lan2", "lan3"], interface="10.0.2.1/23", routed=["lan1"]))
    rx1, rx3 = lab.receiver("rx1", 3, ttl=63), lab.receiver("rx3", 3, ttl=63)
    lab.receiver("rx2", 3, ttl=63)
    rx1.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2"], "the report")
    router.wait_members([("br", GROUP)])
    flows = [(SOURCE, GROUP, 5000), (SOURCE, OTHER_GROUP, 5000)]
    sent = lab.sender(flows, rate=2000, count=1000).start().wait_sent(10)
    expect_exactly(rx1, sent, {flows[0]})
    assert faults(rx3.stats()) == {} and rx3.stats()["packets"] == 0
    own = router.call("show.snooping")["bridges"][0]["interface"]
    queries = router.entries("show.igmp.interfaces", interface="br")[0]["counters"]["sent_general_query"]
    assert own["interface"] == "br" and 0 < own["counters"]["received_general_query"] <= queries
    assert "from the interface br: " in router.ctl("show", "snooping")[1]
    why = {entry["at"]: (entry["gets"], entry["why"]) for entry in router.call("explain", group=GROUP)["entries"]}
    assert why["lan1"] == (False, f"({SOURCE}, {GROUP}) comes in here")
    assert why["br"][0] and "hosts want all sources, last report from 10.0.2.2" in why["br"][1]
    assert why["p-lan2"][0] and "10.0.2.2 (IGMPv3)" in why["p-lan2"][1]
    assert why["p-lan3"] == (False, "no host asked for it, and no router is here")
    unwanted = router.call("explain", group=OTHER_GROUP, source=SOURCE, at="br")
    assert (unwanted["state"], unwanted["why"]) == ("negative", "nobody wants it")
    assert unwanted["entries"][0]["why"] == "no host and no protocol asked for it"

    ospf = router.call("explain", group="224.0.0.5")
    assert (ospf["state"], ospf["iif"]) == ("none", "-") and "no router forwards" in ospf["why"]
    assert [(place["at"], place["gets"]) for place in ospf["entries"]] == [
        ("lan1", False), ("br", False), ("p-lan2", True), ("p-lan3", True)]
    _, text, _ = router.ctl("explain", "224.0.0.22", "p-lan2")
    assert "flooded to all ports" in text and "(version 3 reports) is read by snooping" in text, text

    rx3.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2", "p-lan3"], "the second report")
    sent = lab.sender(flows[:1], rate=2000, count=1000).start().wait_sent(10)
    wait_until(lambda: rx3.stats()["packets"] == sent[flows[0]], "the entry follows the snooped ports")


def test_source_on_a_routed_bridge_is_bridged_and_routed(lab):
    #  src ── lan1 ┐
    #               ├ br = lan1 + lan2       lan3 ── rx3 (routed)
    #  rx1 ── lan2 ┘
    router = lab.start_router(**bridged(lab, ["lan1", "lan2"], interface="10.0.1.1/24", routed=["lan3"]))
    rx1, rx3 = lab.receiver("rx1", 3, ttl=64), lab.receiver("rx3", 3, ttl=63)
    rx1.join(GROUP)
    rx3.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2"], "the report on the bridge")
    router.wait_members([("lan3", GROUP)])
    flow = (SOURCE, GROUP, 5000)
    sent = lab.sender([flow], rate=2000, count=2000).start().wait_sent(10)
    expect_exactly(rx1, sent, {flow})
    expect_exactly(rx3, sent, {flow})


def test_what_people_see_of_a_bridge(lab):
    router = lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"], router_ports=["p-lan1"], querier_address="10.0.1.9"))
    lab.receiver("rx1", 3, ttl=64).join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2"], "the report")
    code, text, _ = router.ctl("show", "snooping")
    assert code == 0
    assert "br10: IGMPv3, querier is this bridge (10.0.1.9), next query in" in text
    assert any(line.split()[:2] == ["p-lan1", "up"] and line.endswith("static") for line in text.splitlines()), text
    assert any(line.split()[:3] == ["br10", "p-lan2", GROUP] for line in text.splitlines()), text
    assert any(line.startswith("p-lan2: ") and "received_report_v3" in line and "sent_general_query" in line
               for line in text.splitlines()), text
    counters = router.call("show.snooping")["bridges"][0]["ports"][1]["counters"]
    assert (counters["punt_policed"], counters["punt_ring_full"]) == (0, 0)
    _, text, _ = router.ctl("show", "snooping", "br10", "--hosts")
    assert any(line.split()[:4] == ["br10", "p-lan2", GROUP, "10.0.2.2"] for line in text.splitlines()), text
    code, text, _ = router.ctl("show", "mfib")
    assert any(line.split()[:5] == ["br10", "*", GROUP, "-", "p-lan1,p-lan2"] for line in text.splitlines()), text
    assert any(line.split()[:3] == ["br10", "*", "flooded"] for line in text.splitlines()), text
    code, text, _ = router.ctl("explain", GROUP, "at", "p-lan1")
    assert code == 0 and "a router port by configuration" in text, text
    assert text.startswith(f"(*, {GROUP}): no routed entry, nothing is routed: there are bridges only\n"), text
    assert router.ctl("explain", GROUP, "p-lan1")[1] == text, "the keyword may be left out"
    code, _, error = router.ctl("show", "snooping", "br11")
    assert code == 1 and "no bridge 'br11'; there are: br10" in error, error
    code, _, error = router.ctl("explain", GROUP, "at", "lan9")
    assert code == 1 and "there is no interface, bridge or bridged port 'lan9'" in error, error


def test_full_table_floods_instead_of_starving_members(lab):
    #  Room for one group; the two lists of a bridge have room of their own.
    router = lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"]), dataplane={"mfib_entries": 1})
    rx1, rx3 = lab.receiver("rx1", 3, ttl=64), lab.receiver("rx3", 3, ttl=64)
    rx1.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2"], "the first report")
    rx3.join(OTHER_GROUP)
    wait_until(lambda: router.call("show.snooping")["bridges"][0]["refused_groups"] == 1, "the second finds no room")
    source = frames.RawSocket(lab["src"])
    heard = Listener(lab["rx3"])
    known, refused = (frames.data_frame(SOURCE, group, 5000, 1) for group in (GROUP, OTHER_GROUP))
    source.send(known)
    source.send(refused)
    wait_until(lambda: heard.saw(refused), "who wants the refused group gets it")
    assert not heard.saw(known), "what is known stays filtered"
    for end in (source, heard):
        end.close()


def test_ports_refuse_what_their_limits_do_not_permit(lab):
    #  src ── lan1 ┤bridge├ lan2 ── switch ── rx1
    #                      └ lan3 ── rx3
    router = lab.start_router(**bridged(lab, ["lan1", "lan2", "lan3"], max_groups=1,
                                        port_limits=[{"port": "p-lan3", "access_list": [{"action": "permit", "group": f"{OTHER_GROUP}/32"}]}]))
    rx1, rx3 = lab.receiver("rx1", 2), lab.receiver("rx3", 2)
    rx1.join(GROUP)
    wait_until(lambda: members_of(router, GROUP) == ["p-lan2"], "the first group")
    rx1.join(OTHER_GROUP)
    rx3.join(GROUP)
    rx3.join(OTHER_GROUP)
    wait_until(lambda: members_of(router, OTHER_GROUP) == ["p-lan3"], "the permitted group")

    def refused(port, reason):
        [bridge] = router.call("show.snooping")["bridges"]
        return next(one["counters"][f"ignored_{reason}"] for one in bridge["ports"] if one["port"] == port)

    wait_until(lambda: refused("p-lan2", "group_limit") > 0 and refused("p-lan3", "access_list") > 0, "the refusals are counted")
    wait_until(lambda: all(f"igmp refused what hosts ask for bridge=br10 port={port} {reason}=" in router.log()
                           for port, reason in (("p-lan2", "group_limit"), ("p-lan3", "access_list"))), "and logged")
    assert members_of(router, GROUP) == ["p-lan2"]
    assert members_of(router, OTHER_GROUP) == ["p-lan3"]
    lines = router.ctl("show", "snooping")[1].splitlines()
    assert lines[1].split() == ["PORT", "LINK", "GROUPS", "HOSTS", "REFUSED", "LEARNS", "ROUTERS"]
    assert all(int(line.split()[4]) > 0 for line in lines if line.startswith(("p-lan2 ", "p-lan3 ")) and "up" in line.split()[1])
