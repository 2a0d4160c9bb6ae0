# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Each receiver gets exactly what it joined: once, in order, one hop older, undamaged. Nobody gets anything else."""

import socket

import pytest

from netlab.lab import OTHER_SOURCE, SOURCE
from netlab.verdict import expect_balance, expect_exactly
from netlab.waiting import wait_until

RATE = 20_000
SECONDS = 10

ANY_SOURCE_GROUPS = [f"239.1.1.{n}" for n in range(1, 17)]
SSM_GROUPS = [f"232.1.1.{n}" for n in range(1, 5)]
FLOWS = ([(SOURCE, group, 5000) for group in ANY_SOURCE_GROUPS] +
         [(source, group, 5001) for group in SSM_GROUPS for source in (SOURCE, OTHER_SOURCE)])

# 20 groups, 24 flows. 239.1.1.16 and 232.1.1.4 are wanted by nobody, 232.1.1.1 and .2 from one source only.
JOINS = {
    "rx1": [(group, None) for group in ANY_SOURCE_GROUPS[0:10]],
    "rx2": [(group, None) for group in ANY_SOURCE_GROUPS[5:15]] + [(SSM_GROUPS[0], SOURCE)],
    "rx3": [(group, None) for group in ANY_SOURCE_GROUPS[0:2]] +
           [(SSM_GROUPS[0], SOURCE), (SSM_GROUPS[1], OTHER_SOURCE), (SSM_GROUPS[2], SOURCE), (SSM_GROUPS[2], OTHER_SOURCE)],
}
IGMP_VERSIONS = {"rx1": 2, "rx2": 3, "rx3": 3}


def flows_of(joins):
    return {flow for flow in FLOWS for group, source in joins if flow[1] == group and source in (None, flow[0])}


@pytest.mark.parametrize("receiver_lans", [{"lan2": ["rx1", "rx2"], "lan3": ["rx3"]},
                                           {"lan2": ["rx1"], "lan3": ["rx2"], "lan4": ["rx3"]}],
                         ids=["two-share-a-lan", "a-lan-each"])
def test_exactly_what_was_joined(make_lab, measured, receiver_lans):
    #  src ── lan1 ┤router├ lan2 ── rx1, rx2 (IGMPv2 and v3)      or     lan2 ── rx1, lan3 ── rx2, lan4 ── rx3
    #                     └ lan3 ── rx3 (source-specific)
    lab = make_lab(receiver_lans)
    router = lab.start_router()
    lan_joins = {lan: {join for host in hosts for join in JOINS[host]} for lan, hosts in receiver_lans.items()}
    receivers = {}
    for lan, hosts in receiver_lans.items():
        for host in hosts:
            receivers[host] = lab.receiver(host, IGMP_VERSIONS[host])
            for group, source in JOINS[host]:
                receivers[host].join(group, source)
            for group, source in lan_joins[lan] - set(JOINS[host]):
                receivers[host].want(group, source)
    router.wait_members((lan, group) for lan, joins in lan_joins.items() for group, _ in joins)

    sent = lab.sender(FLOWS, RATE, count=RATE * SECONDS // len(FLOWS)).start().wait_sent(SECONDS * 3)
    for lan, hosts in receiver_lans.items():
        for host in hosts:
            expect_exactly(receivers[host], sent, flows_of(lan_joins[lan]))

    drops = wait_until(lambda: all_settled(router, sum(sent.values())), "the router has counted every packet")
    expect_balance(drops)
    wanted = set().union(*(flows_of(joins) for joins in lan_joins.values()))
    assert drops["forwarded"] == sum(sent[flow] for flow in wanted)
    assert drops["copies"] == sum(sent[flow] for joins in lan_joins.values() for flow in flows_of(joins))
    assert drops["dropped"] == drops["drops"]["negative_entry"] == sum(sent[flow] for flow in set(FLOWS) - wanted)
    slowest = max(flow["longest_delay_ns"] for receiver in receivers.values() for flow in receiver.flows().values())
    measured(f"{sum(sent.values())} packets, longest delay {slowest / 1e6:.1f} ms")


def all_settled(router, packets):
    """The drops view, once it knows about all data packets and none is parked."""
    drops = router.call("show.drops")
    return drops if drops["received"] - drops["punted"] >= packets and drops["parked"] == 0 else None


def test_an_ordinary_application_receives(lab):
    #  src ── lan1 ┤router├ lan3 ── rx3: a UDP socket like any program's
    router = lab.start_router()
    receiver = lab["rx3"].socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.settimeout(10)
    receiver.bind(("239.1.2.3", 5000))
    receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                        socket.inet_aton("239.1.2.3") + socket.inet_aton("10.0.3.2"))
    router.wait_members([("lan3", "239.1.2.3")])
    source = lab["src"].socket(socket.AF_INET, socket.SOCK_DGRAM)
    source.bind((SOURCE, 0))
    source.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 8)
    texts = [f"message {n}".encode() for n in range(100)]
    for text in texts:
        source.sendto(text, ("239.1.2.3", 5000))
    assert [receiver.recv(2048) for _ in texts] == texts
    source.close()
    receiver.close()
