# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Routes and memberships that an operator sets: at start, at run time, and up to the end of the table."""

from netlab.lab import SOURCE
from netlab.verdict import expect_balance, expect_exactly, faults
from netlab.waiting import wait_until


def test_static_routes_come_and_go(lab):
    #  src ── lan1 ┤router├ lan3 ── rx3, which never joins anything
    router = lab.start_router(mroute=[{"source": SOURCE, "group": "239.7.0.1", "iif": "lan1", "oifs": ["lan3"]}])
    receiver = lab.receiver("rx3", leave_grace_ms=500)
    receiver.want("239.7.0.1")
    sent = lab.sender([(SOURCE, "239.7.0.1", 5000)], rate=2000, count=500).start().wait_sent(10)
    expect_exactly(receiver, sent, sent)

    receiver.want("239.7.0.2")
    flow = (SOURCE, "239.7.0.2", 5000)
    sender = lab.sender([flow], rate=1000).start()
    wait_until(lambda: router.entries("show.mfib", group="239.7.0.2", state="negative"), "239.7.0.2 flows, unwanted")
    assert flow not in receiver.flows()
    words = [SOURCE, "239.7.0.2", "iif", "lan1", "oifs", "lan3"]
    code, _, err = router.ctl("mroute", "add", *words)
    assert code == 0, err
    wait_until(lambda: receiver.flows().get(flow, {"received": 0})["received"] > 100, "239.7.0.2 arrives")
    code, _, err = router.ctl("mroute", "add", *words)
    assert code == 1, "the same route twice"
    code, _, err = router.ctl("mroute", "del", *words[:2])
    assert code == 0, err
    receiver.unwant("239.7.0.2")
    wait_until(lambda: router.entries("show.mfib", group="239.7.0.2", state="negative"), "239.7.0.2 is unwanted again")
    dropped = router.call("show.drops")["drops"]["negative_entry"]
    wait_until(lambda: router.call("show.drops")["drops"]["negative_entry"] > dropped + 700, "unwanted packets flow")
    sender.finish()
    assert faults(receiver.stats()) == {}
    assert router.ctl("mroute", "del", *words[:2])[0] == 1, "what is gone cannot be deleted"


def test_routes_to_far_sources_come_and_go(lab):
    #  192.0.2.7 ── src ── lan1 ┤router├ lan3 ── rx3
    far = "192.0.2.7"
    lab["src"].ip(f"addr add {far}/32 dev eth0")
    router = lab.start_router()
    receiver = lab.receiver("rx3")
    receiver.join("239.7.0.4")
    router.wait_members([("lan3", "239.7.0.4")])
    flow = (far, "239.7.0.4", 5000)
    sender = lab.sender([flow], rate=1000).start()
    wait_until(lambda: [entry["reason"] for entry in router.entries("show.mfe", source=far)] == ["no_route"], "no way to the source")
    code, out, err = router.ctl("show", "rpf", far)
    assert (code, err) == (1, f"mcfwdctl: no route towards {far}: its packets have no interface to come in on\n"), out

    code, _, err = router.ctl("rpf_route", "add", "192.0.2.0/24", "interface", "lan1")
    assert code == 0, err
    assert router.call("show.rpf", source=far)["entries"] == [
        {"prefix": "192.0.2.0/24", "interface": "lan1", "upstream": None, "kind": "configured"}]
    wait_until(lambda: receiver.flows().get(flow, {"received": 0})["received"] > 200, "the flow arrives")
    # A longer prefix that leads elsewhere, and away again: the entry follows each time.
    assert router.ctl("rpf_route", "add", f"{far}/32", "interface", "lan2")[0] == 0
    assert router.entries("show.mfib", source=far)[0]["iif"] == "lan2"
    assert router.ctl("rpf_route", "del", f"{far}/32")[0] == 0
    assert router.entries("show.mfib", source=far)[0]["iif"] == "lan1"
    assert router.ctl("rpf_route", "del", "192.0.2.0/24")[0] == 0
    wait_until(lambda: [entry["reason"] for entry in router.entries("show.mfe", source=far)] == ["no_route"], "no way any more")
    code, _, err = router.ctl("rpf_route", "del", "192.0.2.0/24")
    assert (code, err) == (1, "mcfwdctl: there is no rpf_route 192.0.2.0/24\n")
    assert router.ctl("rpf_route", "add", "192.0.2.7/24", "interface", "lan1")[0] == 2, "bits behind the prefix"
    sender.finish()


def test_memberships_at_run_time(lab):
    #  src ── lan1 ┤router├ lan3 ── rx3, which never joins anything
    router = lab.start_router()
    receiver = lab.receiver("rx3")
    receiver.want("239.7.1.1")
    code, _, err = router.ctl("group", "join", "239.7.1.1", "interface", "lan3")
    assert code == 0, err
    sent = lab.sender([(SOURCE, "239.7.1.1", 5000)], rate=2000, count=500).start().wait_sent(10)
    expect_exactly(receiver, sent, sent)
    code, _, err = router.ctl("group", "leave", "239.7.1.1", "interface", "lan3")
    assert code == 0, err
    wait_until(lambda: not router.entries("show.memberships", group="239.7.1.1"), "the membership is gone")


def test_static_groups_of_the_configuration(lab):
    #  src ── lan1 ┤router├ lan3 ── rx3, which never joins anything
    router = lab.start_router(igmp={"static_groups": [{"group": "239.7.2.1"}, {"group": "232.7.2.1", "source": SOURCE}]})
    receiver = lab.receiver("rx3")
    receiver.want("239.7.2.1")
    receiver.want("232.7.2.1", SOURCE)
    flows = [(SOURCE, "239.7.2.1", 5000), (SOURCE, "232.7.2.1", 5000)]
    sent = lab.sender([*flows, (SOURCE, "232.7.2.2", 5000)], rate=2000, count=300).start().wait_sent(10)
    expect_exactly(receiver, sent, flows)
    expect_balance(router.call("show.drops"))


def test_a_full_table_keeps_forwarding_what_it_has(lab):
    #  src ── lan1 ┤router├ lan3 ── rx3
    room = 8
    router = lab.start_router(dataplane={"mfib_entries": room})
    receiver = lab.receiver("rx3")
    groups = [f"239.8.0.{n}" for n in range(1, room + 5)]
    for group in groups:
        receiver.join(group)
    router.wait_members(("lan3", group) for group in groups)
    first = [(SOURCE, group, 5000) for group in groups[:room]]
    rest = [(SOURCE, group, 5000) for group in groups[room:]]
    sender = lab.sender(first, rate=4000).start()
    wait_until(lambda: len(router.entries("show.mfib", state="active")) == room, "the table is full")
    late = lab.sender(rest, rate=400, count=100).start()
    late_sent = late.wait_sent(10)
    sent = sender.finish()
    expect_exactly(receiver, sent, first)
    status = router.call("show.status")["table"]
    assert (status["entries"], status["capacity"]) == (room, room)
    assert status["refused"] > 0
    drops = wait_until(lambda: settled(router), "nothing is parked any more", 10)
    expect_balance(drops)
    assert drops["table_refused"] == router.call("show.status")["table"]["refused"]
    lost_to_the_table = {reason: count for reason, count in drops["drops"].items() if count}
    assert sum(lost_to_the_table.values()) == sum(late_sent.values()), lost_to_the_table
    assert set(lost_to_the_table) <= {"park_discarded", "park_full", "park_timeout", "punt_policed"}


def settled(router):
    drops = router.call("show.drops")
    return drops if drops["parked"] == 0 else None
