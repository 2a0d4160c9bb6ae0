# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Interfaces change hands between IGMP and routing protocols while packets flow: no receiver notices."""

import random

from netlab.lab import SOURCE
from netlab.verdict import expect_balance, expect_exactly
from netlab.waiting import wait_until

GROUPS = [f"239.5.0.{n}" for n in range(1, 9)]
OTHERS = [f"239.5.1.{n}" for n in range(1, 9)]  # joined and left meanwhile, without traffic
FLOWS = [(SOURCE, group, 5000) for group in GROUPS]
CYCLES = 200
KILLS = 200
# Packets per second. The receive ring holds 2,048: so long may this machine keep the worker from running, which it does while
# it starts and ends 200 processes. What the ring could not hold is in rx_missed.
HANDOFF_RATE = 10_000
DEATH_RATE = 4_000


def ownership(router):
    return {entry["interface"]: entry for entry in router.call("show.ownership")["entries"]}


def start_traffic(lab, rate):
    """Everybody joins every group, and packets flow until `finish`."""
    router = lab.start_router(igmp={"last_member_query_interval": 0.2, "last_member_query_count": 1})
    receivers = [lab.receiver(host, version) for host, version in (("rx1", 3), ("rx2", 2), ("rx3", 3))]
    for receiver in receivers:
        for group in GROUPS:
            receiver.join(group)
    router.wait_members((lan, group) for lan in ("lan2", "lan3") for group in GROUPS)
    sender = lab.sender(FLOWS, rate).start()
    for receiver in receivers:
        receiver.wait_for("first_data", group=GROUPS[0])
    return router, receivers, sender


def finish(router, receivers, sender):
    """Every packet arrived everywhere, once and in order, and nothing is left of any protocol."""
    sent = sender.finish()
    for receiver in receivers:
        expect_exactly(receiver, sent, set(FLOWS))
    wait_until(lambda: all((entry["owner"], entry["phase"], entry["stale"]) == ("igmp", "stable", 0)
                           for entry in ownership(router).values()), "IGMP has every interface, and nothing is stale")
    wait_until(lambda: {(entry["interface"], entry["group"]) for entry in router.entries("show.memberships", client="igmp")} ==
               {(lan, group) for lan in ("lan2", "lan3") for group in GROUPS}, "just what the hosts want")
    assert router.entries("show.memberships", stale=True) == []
    expect_balance(router.call("show.drops"))
    return sum(sent.values())


def test_two_hundred_handoffs(lab, measured):
    #  src ── lan1 ┤router├ lan2 ── switch ── rx1 (v3), rx2 (v2)       lan1, lan2 and lan3 go to dvmrp or pim and back
    #                     └ lan3 ── rx3 (v3), which also joins and leaves other groups
    router, receivers, sender = start_traffic(lab, HANDOFF_RATE)
    protocols = [lab.routing_protocol(), lab.routing_protocol(name="pim", protocol_id=103)]
    choice = random.Random(5)
    joined = set()

    def traffic_goes_on():
        before = receivers[2].stats()["packets"]
        wait_until(lambda: receivers[2].stats()["packets"] > before + 100, "packets arrive", interval=0.002)

    for _ in range(CYCLES):
        lan = choice.choice(["lan1", "lan2", "lan3"])
        protocol = choice.choice(protocols)
        protocol.do("take", lan)
        if choice.random() < 0.7:  # else the release comes before IGMP's replay
            traffic_goes_on()
        group = choice.choice(OTHERS)
        (receivers[2].leave if group in joined else receivers[2].join)(group)
        joined ^= {group}
        protocol.do("release", lan)
        if choice.random() < 0.7:
            traffic_goes_on()
        for each in protocols:
            each.events.clear()
    for group in joined:
        receivers[2].leave(group)
    packets = finish(router, receivers, sender)
    interfaces = ownership(router).values()
    assert sum(entry["handoffs"] for entry in interfaces) == 2 * CYCLES
    assert sum(entry["calls_refused"] + entry["sweep_timeouts"] for entry in interfaces) == 0
    longest = max(entry["window_max_ns"] for entry in interfaces) / 1000
    measured(f"{CYCLES} cycles, {packets} packets to 3 receivers: 0 lost, duplicated or reordered; longest window {longest:.0f} us")


def test_two_hundred_deaths(lab, measured):
    #  The protocol is killed at random points: before and after it takes an interface, with a request under way or half sent,
    #  while callbacks come, while it holds several interfaces.
    router, receivers, sender = start_traffic(lab, DEATH_RATE)
    choice = random.Random(7)
    held = 0
    for _ in range(KILLS):
        protocol = lab.routing_protocol()
        lans = choice.sample(["lan1", "lan2", "lan3"], choice.randint(0, 3))
        for lan in lans:
            protocol.do("take", lan)
            if choice.random() < 0.5:
                protocol.do("graft", lan, choice.choice(OTHERS))
        held += len(lans)
        last = choice.choice([lan for lan in ("lan1", "lan2", "lan3") if lan not in lans] or lans)
        end = choice.choice(["now", "die take", "die release", "die-half take", "die graft", "answered"])
        if end == "now":
            protocol.process.kill()
        elif end == "answered":
            protocol.tell(f"release {lans[0]}" if lans else f"take {last}")
            protocol.wait_for("release" if lans else "take")
            protocol.process.kill()
        else:
            where = last if "take" in end or not lans else lans[0]
            protocol.tell(f"{end} {where}" + (f" {OTHERS[0]}" if "graft" in end else ""))
        protocol.process.wait()
        protocol.stop()
        lab.processes.remove(protocol)
        wait_until(lambda: not router.entries("show.clients", name="dvmrp"), "the dead client is gone", interval=0.002)
    packets = finish(router, receivers, sender)
    measured(f"{KILLS} kills with {held} interfaces held, {packets} packets to 3 receivers: 0 lost, duplicated or reordered")
