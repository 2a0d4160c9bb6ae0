# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""A host that asks for too much is refused: counted, logged, and without harm to what it has or to anybody else."""

from netlab import frames
from netlab.lab import SOURCE
from netlab.verdict import expect_exactly, faults
from netlab.waiting import wait_until

GROUPS = ["239.7.0.1", "239.7.0.2", "239.7.0.3"]
TO_EX = 4


def refused(router, reason, interface="lan2"):
    return router.entries("show.igmp.interfaces", interface=interface)[0]["counters"][f"ignored_{reason}"]


def groups_on(router, interface="lan2"):
    return {entry["group"] for entry in router.entries("show.igmp.groups", interface=interface)}


def refusals_logged(router, reason, interface="lan2"):
    return [line for line in router.log().splitlines()
            if "refused what hosts ask for" in line and f"interface={interface}" in line and f" {reason}=" in line]


def test_host_in_too_many_groups(lab):
    #  src ── lan1 ┤router├ lan2 ── switch ── rx1 (asks for three groups), rx2 (for the third)
    #                     └ lan3 ── rx3 (two)
    router = lab.start_router(igmp={"max_groups_per_host": 2})
    rx1, rx2, rx3 = (lab.receiver(host) for host in ("rx1", "rx2", "rx3"))
    for group in GROUPS[:2]:
        rx1.join(group)
        rx2.want(group)
        rx3.join(group)
    router.wait_members([(lan, group) for lan in ("lan2", "lan3") for group in GROUPS[:2]])
    flows = [(SOURCE, group, 5000) for group in GROUPS]
    sender = lab.sender(flows, rate=1000).start()
    rx1.wait_for("first_data", group=GROUPS[0])

    rx1.join(GROUPS[2])
    wait_until(lambda: refused(router, "host_group_limit") > 0, "the refusal is counted")
    wait_until(lambda: refusals_logged(router, "host_group_limit"), "and logged")
    assert groups_on(router) == set(GROUPS[:2])
    before = rx1.stats()["packets"]
    wait_until(lambda: rx1.stats()["packets"] > before + 300, "what it has goes on")
    assert flows[2] not in rx1.flows()

    rx1.want(GROUPS[2])
    rx2.join(GROUPS[2])
    rx2.wait_for("first_data", group=GROUPS[2])
    assert groups_on(router) == set(GROUPS), "another host has room"
    assert refused(router, "host_group_limit", "lan3") == 0 and not refusals_logged(router, "host_group_limit", "lan3")
    sent = sender.finish()
    expect_exactly(rx3, sent, set(flows[:2]))
    wait_until(lambda: rx1.flows()[flows[0]]["received"] == sent[flows[0]], "nothing of the first group is missing")
    assert faults(rx1.stats()) == {}


def test_host_that_says_too_much(lab):
    #  src ── lan1 ┤router├ lan2 ── switch ── rx1 (says much at once), rx2 (a word)
    router = lab.start_router(igmp={"host_rate": 20})
    many = [f"239.7.1.{number}" for number in range(1, 101)]
    rx1, rx2 = (frames.RawSocket(lab[host]) for host in ("rx1", "rx2"))
    rx1.send(frames.report_frame("10.0.2.2", frames.v3_report(*[frames.v3_record(TO_EX, group) for group in many])))
    wait_until(lambda: refused(router, "host_rate") == 80, "what is too much of a report is counted record by record")
    wait_until(lambda: any(line.endswith(" host_rate=80") for line in refusals_logged(router, "host_rate")), "and logged")
    assert groups_on(router) == set(many[:20]), "the first second's worth is in force"

    rx2.send(frames.report_frame("10.0.2.3", frames.v3_report(frames.v3_record(TO_EX, GROUPS[0])))
             .replace(b"\x02\x00\x00\x00\x00\x99", b"\x02\x00\x00\x00\x00\x98", 1))
    wait_until(lambda: GROUPS[0] in groups_on(router), "another host is heard at once")
    assert refused(router, "host_rate") == 80

    def again():
        rx1.send(frames.report_frame("10.0.2.2", frames.v3_report(frames.v3_record(TO_EX, GROUPS[1]))))
        return GROUPS[1] in groups_on(router)
    wait_until(again, "it is heard again when it has been quiet", interval=0.2)
    for socket in (rx1, rx2):
        socket.close()
