# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The Linux kernel as a second querier on a LAN: a snooping bridge with `mcast_querier`, to which we yield or which yields to
us, in every version that it speaks, while its own snooping decides who hears what."""

import json

import pytest

from netlab.igmp_wire import QUERY, Wire
from netlab.lab import SOURCE
from netlab.verdict import expect_exactly
from netlab.waiting import wait_until

GROUP = "239.6.0.1"
OUR_ADDRESS, LOWER, HIGHER = "10.0.2.9", "10.0.2.4", "10.0.2.20"  # hosts: 10.0.2.2, 10.0.2.3
SHORT = {"query_interval": 1.0, "query_response_interval": 0.5, "startup_query_interval": 1.0}  # members live for 3 s
OTHER_QUERIER_INTERVAL = 2 * 1.0 + 0.25


class KernelQuerier:
    """The switch of a LAN, which snoops, and asks from an address of its own."""

    def __init__(self, switch, address, version):
        self.switch = switch
        if address:
            switch.ip(f"addr add {address}/24 dev br0")
        #  In hundredths of a second: what SHORT says.
        self.set(f"mcast_query_use_ifaddr 1 mcast_igmp_version {version} mcast_query_interval 100 mcast_startup_query_interval 100 "
                 "mcast_query_response_interval 50 mcast_querier_interval 225 mcast_membership_interval 300")

    def set(self, settings):
        self.switch.ip(f"link set br0 type bridge {settings}")

    def start(self):
        """Begins to snoop and to ask. It listens from now on: had it heard another querier, whatever its address, it would wait."""
        self.set("mcast_querier 1")
        self.set("mcast_snooping 1")

    def stop(self):
        self.set("mcast_querier 0")

    def gets_everything(self, *ports):
        """As if routers were there: it need not have heard a report or an advertisement first."""
        for port in ports:
            self.switch.run("bridge", "link", "set", "dev", port, "mcast_router", 2)

    def members(self):
        tables = json.loads(self.switch.run("bridge", "-json", "mdb", "show") or "[]")
        return {entry["grp"] for table in tables for entry in table.get("mdb", [])}


def tables(lab):
    """lan2 has our address between those of the kernel; the others are as ever."""
    return [{"name": lan, "port": f"p-{lan}", "address": [f"{OUR_ADDRESS}/24" if lan == "lan2" else address],
             "igmp": SHORT} for lan, address in lab.lans.items()]


def querier_on_lan2(router):
    [entry] = router.entries("show.igmp.interfaces", interface="lan2")
    return entry


def wait_querier(read, address, seconds=10):
    """The state once `address` is the querier in it."""
    return wait_until(lambda: (now := read())["querier"] == address and now, f"{address} is the querier", seconds)


@pytest.mark.parametrize("version", [2, 3])
def test_we_yield_to_a_lower_address_and_take_over_when_it_is_gone(lab, opened, version):
    #  src ── lan1 ┤router├ lan2 ── switch (snoops, asks) ── rx1 (member), rx2
    router = lab.start_router(interface=tables(lab))
    kernel = KernelQuerier(lab["lan2-switch"], LOWER, version)
    wire = opened(Wire(lab["rx2"], [QUERY]))
    rx1 = lab.receiver("rx1")
    rx1.join(GROUP)
    router.wait_members([("lan2", GROUP)])
    kernel.gets_everything("uplink", "to-rx1")
    flow = (SOURCE, GROUP, 5000)
    sender = lab.sender([flow], rate=500).start()
    rx1.wait_for("first_data", group=GROUP)

    kernel.start()
    state = wait_querier(lambda: querier_on_lan2(router), LOWER)
    assert (state["is_querier"], state["next_query"]) == (False, None)
    assert 0 < state["other_querier_expires"] <= OTHER_QUERIER_INTERVAL
    assert (state["robustness"], state["query_interval"], state["query_response_interval"]) == (2, 1.0, 0.5)
    assert state["counters"]["querier_changes"] == 1
    assert (state["counters"]["older_queries"] > 0) == (version == 2)
    _, text, _ = router.ctl("show", "igmp", "interfaces")
    assert any(line.startswith("lan2 ") and LOWER in line for line in text.splitlines()), text

    asked = len(wire.messages(source=OUR_ADDRESS))
    heard = len(wire.messages(source=LOWER))
    wait_until(lambda: len(wire.messages(source=LOWER)) >= heard + 4, "the kernel goes on asking for longer than members live", 15)
    assert len(wire.messages(source=OUR_ADDRESS)) == asked, "we ask no more"
    assert querier_on_lan2(router)["querier"] == LOWER
    router.wait_members([("lan2", GROUP)])
    assert all(len(query.payload) == (12 if version == 3 else 8) for query in wire.messages(source=LOWER))

    kernel.stop()
    state = wait_querier(lambda: querier_on_lan2(router), OUR_ADDRESS)
    assert state["is_querier"] and state["next_query"] <= 1.0
    wait_until(lambda: len(wire.messages(source=OUR_ADDRESS)) > asked, "we ask again")
    last, first = wire.messages(source=LOWER)[-1], wire.messages(source=OUR_ADDRESS)[asked]
    assert OTHER_QUERIER_INTERVAL - 0.7 < first.at - last.at < OTHER_QUERIER_INTERVAL + 0.7, "at once when the interval is over"
    expect_exactly(rx1, sender.finish(), {flow})


@pytest.mark.parametrize("address", [HIGHER, None], ids=["higher", "without-address"])
def test_we_stay_querier(lab, opened, address):
    router = lab.start_router(interface=tables(lab))
    kernel = KernelQuerier(lab["lan2-switch"], address, 3)
    wire = opened(Wire(lab["rx2"], [QUERY]))
    ignored = querier_on_lan2(router)["counters"]["ignored_not_elected"]
    kernel.start()
    wait_until(lambda: wire.messages(source=address or "0.0.0.0"), "the kernel asks")
    wait_until(lambda: querier_on_lan2(router)["counters"]["ignored_not_elected"] > ignored, "we hear it")
    asked = len(wire.messages(source=OUR_ADDRESS))
    wait_until(lambda: len(wire.messages(source=OUR_ADDRESS)) >= asked + 2, "we go on asking", 10)
    state = querier_on_lan2(router)
    assert (state["querier"], state["is_querier"], state["other_querier_expires"]) == (OUR_ADDRESS, True, None)
    assert state["counters"]["querier_changes"] == 0


def bridge_state(router):
    [bridge] = router.call("show.snooping")["bridges"]
    return bridge


def router_ports(router):
    return [port["port"] for port in bridge_state(router)["ports"] if port["router"]]


@pytest.mark.parametrize("ours", [None, OUR_ADDRESS], ids=["without-address", "with-address"])
def test_bridge_yields_and_takes_over_again(lab, opened, ours):
    #  src ── lan1 ┤bridge├ lan2 ── switch (snoops, asks) ── rx1, rx2
    #                      └ lan3 ── rx3 (member)
    snooping = SHORT | ({"querier_address": ours} if ours else {})
    router = lab.start_router(interface=[], bridge=[{"name": "br10", "members": [f"p-{lan}" for lan in lab.lans], "snooping": snooping}])
    kernel = KernelQuerier(lab["lan2-switch"], LOWER, 3)
    wire = opened(Wire(lab["rx3"], [QUERY]))
    rx3 = lab.receiver("rx3", ttl=64)
    rx3.join(GROUP)
    members = lambda: [one["port"] for one in router.entries("show.snooping", group=GROUP)]  # noqa: E731
    wait_until(lambda: members() == ["p-lan3"], "the report")
    assert bridge_state(router)["is_querier"] and router_ports(router) == []
    flow = (SOURCE, GROUP, 5000)
    sender = lab.sender([flow], rate=500).start()
    rx3.wait_for("first_data", group=GROUP)

    kernel.start()
    state = wait_querier(lambda: bridge_state(router), LOWER)
    assert not state["is_querier"] and state["next_query"] is None
    assert 0 < state["other_querier_expires"] <= OTHER_QUERIER_INTERVAL
    assert router_ports(router) == ["p-lan2"]
    asked, heard = len(wire.messages(source=ours or "0.0.0.0")), len(wire.messages(source=LOWER))
    wait_until(lambda: len(wire.messages(source=LOWER)) >= heard + 4, "its questions reach lan3 for longer than members live", 15)
    assert len(wire.messages(source=ours or "0.0.0.0")) == asked, "we ask no more"
    assert members() == ["p-lan3"] and router_ports(router) == ["p-lan2"]
    wait_until(lambda: GROUP in kernel.members(), "the report of rx3 reaches the querier")

    kernel.stop()
    state = wait_querier(lambda: bridge_state(router), ours)
    assert state["is_querier"]
    wait_until(lambda: len(wire.messages(source=ours or "0.0.0.0")) > asked, "we ask again")
    last, first = wire.messages(source=LOWER)[-1], wire.messages(source=ours or "0.0.0.0")[asked]
    assert OTHER_QUERIER_INTERVAL - 0.7 < first.at - last.at < OTHER_QUERIER_INTERVAL + 0.7
    wait_until(lambda: router_ports(router) == [], "lan2 has no router any more", 6)
    expect_exactly(rx3, sender.finish(), {flow})
