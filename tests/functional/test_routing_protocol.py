# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""A routing protocol in another process: what it is told, what it may do, and what becomes of its interfaces."""

import pytest

from netlab.config import LANS
from netlab.lab import OTHER_SOURCE, SOURCE
from netlab.router import ControlSocket
from netlab.verdict import expect_exactly, faults
from netlab.waiting import LabError, wait_until

GROUP, OTHER_GROUP = "239.4.0.1", "239.4.0.2"


def owners(router):
    return {entry["interface"]: (entry["owner"], entry["igmp"]) for entry in router.call("show.ownership")["entries"]}


def received(receiver, flow):
    return receiver.flows().get(flow, {"received": 0})["received"]


def keys(router, **facts):
    return {(entry["interface"], entry["group"], entry["client"]) for entry in router.entries("show.memberships", **facts)}


def test_what_hosts_do_is_told_to_the_owner(lab):
    #  src ── lan1 ┤router├ lan2 (dvmrp, IGMP) ── switch ── rx1, rx2
    #                     └ lan3 (IGMP) ── rx3
    router = lab.start_router(igmp={"last_member_query_interval": 0.2, "last_member_query_count": 1})
    rx1, rx3 = lab.receiver("rx1"), lab.receiver("rx3")
    rx1.join(GROUP)
    router.wait_members([("lan2", GROUP)])
    dvmrp = lab.routing_protocol()
    dvmrp.do("take", "lan2")
    assert dvmrp.wait_callback("local_join", interface="lan2")["group"] == GROUP
    assert owners(router)["lan2"] == ("dvmrp", True)
    assert owners(router)["lan3"] == ("igmp", True)

    rx3.join(OTHER_GROUP)
    assert dvmrp.wait_callback("join_alert", group=OTHER_GROUP)["pulled"] == [["*", OTHER_GROUP]]
    rx3.leave(OTHER_GROUP)
    assert dvmrp.wait_callback("prune_alert", group=OTHER_GROUP, member_delete=True)["pulled"] == []
    rx1.leave(GROUP)
    dvmrp.wait_callback("local_leave", interface="lan2", group=GROUP)

    dvmrp.do("release", "lan2")
    assert owners(router)["lan2"] == ("igmp", True)


def test_a_neighbour_wants_a_group(lab):
    #  src ── lan1 ┤router├ lan2 (dvmrp) ── rx1, rx2: no host joins, a neighbour grafts
    router = lab.start_router()
    rx1 = lab.receiver("rx1")
    rx1.want(GROUP)
    dvmrp = lab.routing_protocol()
    dvmrp.do("take", "lan2")
    dvmrp.do("graft", "lan2", GROUP)
    flow = (SOURCE, GROUP, 5000)
    sent = lab.sender([flow], rate=1000, count=500).start().wait_sent(10)
    expect_exactly(rx1, sent, {flow})
    dvmrp.do("prune", "lan2", GROUP)
    wait_until(lambda: router.entries("show.mfib", state="negative"), "the flow is unwanted again")


def test_who_is_not_the_forwarder_vetoes(lab):
    #  src ── lan1 ┤router├ lan2 (dvmrp, not the forwarder) ── rx1, rx2
    #                     └ lan3 ── rx3
    router = lab.start_router()
    rx1, rx3 = lab.receiver("rx1"), lab.receiver("rx3")
    for receiver in (rx1, rx3):
        receiver.join(GROUP)
    router.wait_members([("lan2", GROUP), ("lan3", GROUP)])
    dvmrp = lab.routing_protocol()
    dvmrp.do("take", "lan2")
    flow, other = (SOURCE, GROUP, 5000), (OTHER_SOURCE, GROUP, 5000)
    lab.sender([flow], rate=1000).start()
    rx1.wait_for("first_data", group=GROUP)

    dvmrp.tell("not-forwarder lan2")
    lab.sender([other], rate=1000).start()
    dvmrp.wait_for("vetoed", source=OTHER_SOURCE, interface="lan2")
    entry = wait_until(lambda: router.entries("show.mfe", source=OTHER_SOURCE), "an entry of the other source")[0]
    assert [(oif["interface"], oif["veto"], oif["effective"]) for oif in entry["oifs"]] == [("lan2", True, False), ("lan3", False, True)]
    settled = received(rx1, other)  # what passed before the veto came
    wait_until(lambda: received(rx3, other) > settled + 500, "lan3 has the flow")
    assert received(rx1, other) - settled <= 5, "vetoed: nothing but what was on its way"
    assert faults(rx1.stats()) == {}, "the entry that was there before goes on"

    dvmrp.tell("forwarder lan2")
    dvmrp.wait_for("allowed", source=OTHER_SOURCE, interface="lan2")
    before = received(rx1, other)
    wait_until(lambda: received(rx1, other) > before + 100, "forwarded again")


def test_a_second_protocol_waits_for_its_turn(lab):
    router = lab.start_router()
    dvmrp, pim = lab.routing_protocol(), lab.routing_protocol(name="pim", protocol_id=103)
    dvmrp.do("take", "lan2")
    pim.tell("take lan2")
    refused = pim.wait_for("refused", call="take")
    assert refused["status"] == "ALREADY_EXISTS"
    assert "dvmrp" in refused["message"] and "lan2" in refused["message"]
    dvmrp.do("release", "lan2")
    pim.do("take", "lan2")
    assert owners(router)["lan2"] == ("pim", True)
    pim.tell("take lan9")
    assert pim.wait_for("refused", call="take")["status"] == "INVALID_PARAMETER"
    pim.tell("release lan3")
    assert pim.wait_for("refused", call="release")["status"] == "INVALID_PARAMETER"


@pytest.mark.parametrize("restart_time", [0, 30])
def test_the_end_of_the_process_gives_the_interface_back(lab, restart_time):
    router = lab.start_router()
    rx1 = lab.receiver("rx1")
    rx1.join(GROUP)
    router.wait_members([("lan2", GROUP)])
    flow = (SOURCE, GROUP, 5000)
    sender = lab.sender([flow], rate=2000).start()
    rx1.wait_for("first_data", group=GROUP)
    dvmrp = lab.routing_protocol(restart_time=restart_time)
    dvmrp.do("take", "lan2")
    dvmrp.do("graft", "lan2", OTHER_GROUP)
    dvmrp.process.kill()
    dvmrp.process.wait()
    if restart_time:
        again = lab.routing_protocol(restart_time=restart_time)
        assert owners(router)["lan2"] == ("dvmrp", True), "kept for the time of a restart"
        assert ("lan2", OTHER_GROUP, "dvmrp") in keys(router)
        again.do("release", "lan2")
    wait_until(lambda: owners(router)["lan2"] == ("igmp", True), "IGMP serves lan2 again")
    wait_until(lambda: keys(router) == {("lan2", GROUP, "igmp")}, "what the protocol wanted is gone")
    sent = sender.finish()
    expect_exactly(rx1, sent, {flow})


def test_a_handle_is_worth_nothing_on_another_connection(lab):
    router = lab.start_router()
    first, second = ControlSocket(router.socket_path), ControlSocket(router.socket_path)
    handle = first.call("mgm.register", protocol_id=13, component_id=0, name="dvmrp")["handle"]
    with pytest.raises(LabError, match="INVALID_PARAMETER"):
        second.call("mgm.take_interface_ownership", handle=handle, interface="lan2")
    with pytest.raises(LabError, match="ALREADY_EXISTS"):
        second.call("mgm.register", protocol_id=13, component_id=0, name="dvmrp")
    first.close()
    second.close()


def test_an_interface_kept_for_a_route_is_lent(lab):
    #  192.0.2.7 ── src ── lan1 (no IGMP: static, dvmrp, static, ...) ┤router├ lan3 ── rx3
    far = "192.0.2.7"
    lab["src"].ip(f"addr add {far}/32 dev eth0")
    interfaces = [{"name": name, "port": f"p-{name}", "address": [address], "igmp": {"enabled": name != "lan1"}} for name, address in LANS.items()]
    router = lab.start_router(interface=interfaces, rpf_route=[{"prefix": "192.0.2.0/24", "interface": "lan1"}])
    rx3 = lab.receiver("rx3")
    rx3.join(GROUP)
    router.wait_members([("lan3", GROUP)])
    flow = (far, GROUP, 5000)
    sender = lab.sender([flow], rate=2000).start()
    rx3.wait_for("first_data", group=GROUP)
    dvmrp = lab.routing_protocol()
    for _ in range(20):
        assert owners(router)["lan1"] == ("static", False)
        dvmrp.do("take", "lan1")
        assert owners(router)["lan1"] == ("dvmrp", False)
        dvmrp.do("release", "lan1")
    dvmrp.do("take", "lan1")
    dvmrp.process.kill()
    dvmrp.process.wait()
    wait_until(lambda: owners(router)["lan1"] == ("static", False), "static owns lan1 again")
    expect_exactly(rx3, sender.finish(), {flow})


def test_hosts_wait_until_the_owner_agrees(lab):
    #  src ── lan1 ┤router├ lan2 (dvmrp, asks to be asked) ── switch ── rx1, rx2
    #                     └ lan3 (IGMP) ── rx3
    router = lab.start_router(on_owned="confirm")
    dvmrp = lab.routing_protocol()
    dvmrp.do("take", "lan2")
    rx1, rx3 = lab.receiver("rx1"), lab.receiver("rx3")
    for receiver in (rx1, rx3):
        receiver.join(GROUP)
    router.wait_members([("lan2", GROUP), ("lan3", GROUP)])
    assert dvmrp.wait_callback("local_join", interface="lan2")["group"] == GROUP, "the owner is told"
    waiting = {entry["interface"]: entry["waits_for_owner"] for entry in router.entries("show.memberships", group=GROUP, client="igmp")}
    assert waiting == {"lan2": True, "lan3": False}

    flow = (SOURCE, GROUP, 5000)
    sender = lab.sender([flow], rate=1000).start()
    wait_until(lambda: received(rx3, flow) > 300, "lan3 has the flow")
    assert received(rx1, flow) == 0, "nobody agreed"
    [entry] = router.entries("show.mfe", group=GROUP)
    oifs = {oif["interface"]: oif for oif in entry["oifs"]}
    assert oifs["lan3"]["effective"] and not oifs.get("lan2", {"effective": False})["effective"]
    code, text, _ = router.ctl("explain", GROUP, "at", "lan2")
    assert code == 0 and "dvmrp" in text, text

    dvmrp.do("graft", "lan2", GROUP)
    rx1.wait_for("first_data", group=GROUP)
    wait_until(lambda: received(rx1, flow) > 300, "it agreed")
    assert ("lan2", GROUP, "dvmrp") in keys(router)
    dvmrp.do("prune", "lan2", GROUP)

    def only_lan3_goes_on():
        settled, before = received(rx1, flow), received(rx3, flow)
        wait_until(lambda: received(rx3, flow) > before + 300, "lan3 goes on")
        return received(rx1, flow) == settled
    wait_until(only_lan3_goes_on, "it changed its mind")

    settled = received(rx1, flow)
    dvmrp.do("release", "lan2")
    wait_until(lambda: received(rx1, flow) > settled + 300, "IGMP alone decides again")
    expect_exactly(rx3, sender.finish(), {flow})
