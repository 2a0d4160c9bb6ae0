# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""What the querier of a routed interface sends, octet by octet as it arrives at a host, when and how often."""

import socket
import struct

import pytest

from netlab import frames
from netlab.igmp_wire import QUERY, Wire, expect_envelope, expect_spacing, mac_of
from netlab.waiting import wait_until

GROUP, SOURCES = "239.5.0.1", ["10.0.1.2", "10.0.1.3"]
ALL_HOSTS, ALL_ROUTERS_V2 = "224.0.0.1", "224.0.0.2"
HOST, OTHER_HOST = "10.0.2.2", "10.0.2.3"
IS_IN, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK = range(1, 7)
RARE = {"query_interval": 200.0, "startup_query_count": 1}  # general queries after the first are far away


# --- general queries

def test_general_queries_of_version_3_octet_by_octet(lab, opened):
    wire = opened(Wire(lab["rx1"], [QUERY]))
    lab.start_router(igmp={"query_interval": 200.0, "query_response_interval": 20.0, "robustness": 3, "startup_query_interval": 1.0})
    wait_until(lambda: len(wire.messages()) == 3, "as many queries at the start as the robustness variable says", 10)
    expect_spacing(wire.messages(), 1.0)
    mac = mac_of(lab, "lan2")
    for query in wire.messages():
        expect_envelope(query, "10.0.2.1", ALL_HOSTS, mac)
        fields = query.igmp
        assert (fields.type, fields.mrcode, fields.gaddr) == (0x11, 0x89, "0.0.0.0"), "200 tenths of a second are 0x89"
        assert (fields.resv, fields.s, fields.qrv, fields.qqic, fields.numsrc) == (0, 0, 3, 0x89, 0), "so are 200 s"
        assert query.payload == bytes.fromhex("1189 eaed 00000000 0389 0000")


def test_link_that_comes_up_is_asked_at_once(lab, opened):
    wire = opened(Wire(lab["rx3"], [QUERY]))
    router = lab.start_router(igmp=RARE)
    wait_until(lambda: len(wire.messages()) == 1, "the query at the start")
    host = lab.receiver("rx3")
    host.join(GROUP)
    router.wait_members([("lan3", GROUP)])
    lab["router"].ip("link set lan3 down")
    wait_until(lambda: "port link port=p-lan3 link=down" in router.log(), "the link is seen to be down")
    router.wait_members([("lan3", GROUP)])
    lab["router"].ip("link set lan3 up")
    wait_until(lambda: len(wire.messages()) == 2, "the next one would come 200 s after the first")
    expect_envelope(wire.messages()[1], "10.0.3.1", ALL_HOSTS, mac_of(lab, "lan3"))


@pytest.mark.parametrize("version, code", [(1, 0), (2, 200)])
def test_general_queries_of_older_versions_have_8_octets(lab, opened, version, code):
    wire = opened(Wire(lab["rx1"], [QUERY]))
    lab.start_router(igmp={"version": version, "query_response_interval": 20.0, "startup_query_interval": 0.6})
    wait_until(lambda: len(wire.messages()) == 2, "two queries at the start", 10)
    expect_spacing(wire.messages(), 0.6)
    for query in wire.messages():
        expect_envelope(query, "10.0.2.1", ALL_HOSTS, mac_of(lab, "lan2"))
        bare = bytes([0x11, code, 0, 0, 0, 0, 0, 0])
        assert query.payload == bare[:2] + struct.pack("!H", frames.checksum(bare)) + bare[4:], "version 2 counts linearly"


# --- queries about a group

def report(*records, host=HOST):
    return frames.report_frame(host, frames.v3_report(*records))


def group_known(router, group=GROUP, **facts):
    """The group's entry once it is as said."""
    def known():
        return next((one for one in router.entries("show.igmp.groups", interface="lan2", group=group)
                     if all(one[key] == facts[key] for key in facts)), None)
    return wait_until(known, f"{group} {facts}")


def test_leave_is_asked_about_as_often_and_as_fast_as_configured(lab, opened):
    wire, host = opened(Wire(lab["rx2"], [QUERY])), opened(frames.RawSocket(lab["rx1"]))
    router = lab.start_router(igmp=RARE | {"last_member_query_interval": 0.8, "last_member_query_count": 3})
    host.send(report(frames.v3_record(TO_EX, GROUP)))
    group_known(router, mode="exclude")
    assert wire.messages(destination=GROUP) == [], "nobody is asked about a join"
    host.send(report(frames.v3_record(TO_IN, GROUP)))
    wait_until(lambda: not router.entries("show.igmp.groups", group=GROUP), "nobody answers: the group ends", 10)
    queries = wire.messages(destination=GROUP)
    assert len(queries) == 3
    expect_spacing(queries, 0.8)
    for query in queries:
        expect_envelope(query, "10.0.2.1", GROUP, mac_of(lab, "lan2"))
        assert query.facts() == (GROUP, False, [])
        assert query.payload[:2] + query.payload[4:] == bytes.fromhex("1108 ef050001 0289 0000")


def test_join_between_the_repeats_sets_the_s_flag(lab, opened):
    wire, host = opened(Wire(lab["rx2"], [QUERY])), opened(frames.RawSocket(lab["rx1"]))
    router = lab.start_router(igmp=RARE | {"last_member_query_interval": 1.0, "last_member_query_count": 2})
    host.send(report(frames.v3_record(TO_EX, GROUP)))
    group_known(router, mode="exclude")
    host.send(report(frames.v3_record(TO_IN, GROUP)))
    wait_until(lambda: wire.messages(destination=GROUP), "the first question")
    host.send(report(frames.v3_record(IS_EX, GROUP), host=OTHER_HOST))
    wait_until(lambda: len(wire.messages(destination=GROUP)) == 2, "the second")
    assert [query.facts() for query in wire.messages(destination=GROUP)] == [(GROUP, False, []), (GROUP, True, [])]
    expect_spacing(wire.messages(destination=GROUP), 1.0)
    assert group_known(router)["expires"] > 300, "a whole membership interval again"


def test_blocked_sources_are_asked_about_in_a_message_for_each_s_flag(lab, opened):
    wire, host = opened(Wire(lab["rx2"], [QUERY])), opened(frames.RawSocket(lab["rx1"]))
    router = lab.start_router(igmp=RARE | {"last_member_query_interval": 1.0, "last_member_query_count": 2})
    host.send(report(frames.v3_record(ALLOW, GROUP, SOURCES)))
    group_known(router, mode="include")
    host.send(report(frames.v3_record(BLOCK, GROUP, SOURCES)))
    wait_until(lambda: wire.messages(destination=GROUP), "the first question")
    host.send(report(frames.v3_record(IS_IN, GROUP, SOURCES[:1]), host=OTHER_HOST))
    wait_until(lambda: len(wire.messages(destination=GROUP)) == 3, "the repeat, in two parts")
    first, *repeat = wire.messages(destination=GROUP)
    for query in (first, *repeat):
        expect_envelope(query, "10.0.2.1", GROUP, mac_of(lab, "lan2"))
        assert (query.igmp.mrcode, query.igmp.qrv, query.igmp.qqic) == (10, 2, 0x89)
    octets = b"".join(map(socket.inet_aton, SOURCES))
    assert first.payload[4:] == bytes.fromhex("ef050001 0289 0002") + octets
    assert sorted(query.facts() for query in repeat) == [(GROUP, False, SOURCES[1:]), (GROUP, True, SOURCES[:1])]
    expect_spacing([first, repeat[0]], 1.0)
    wait_until(lambda: [one["source"] for one in group_known(router)["sources"]] == SOURCES[:1], "the other source ends", 5)
    assert len(wire.messages(destination=GROUP)) == 3


def test_version_2_leave_of_a_kernel_host_is_asked_about_in_8_octets(lab, opened):
    wire = opened(Wire(lab["rx2"], [QUERY]))
    router = lab.start_router(igmp=RARE | {"version": 2, "last_member_query_interval": 0.6, "last_member_query_count": 2})
    rx1 = lab.receiver("rx1", 2)
    rx1.join(GROUP)
    router.wait_members([("lan2", GROUP)])
    rx1.leave(GROUP)
    wait_until(lambda: not router.entries("show.igmp.groups", group=GROUP), "the group ends", 10)
    queries = wire.messages(destination=GROUP)
    assert len(queries) == 2
    expect_spacing(queries, 0.6)
    for query in queries:
        expect_envelope(query, "10.0.2.1", GROUP, mac_of(lab, "lan2"))
        assert query.payload[:2] + query.payload[4:] == bytes.fromhex("1106 ef050001")
        assert len(query.payload) == 8


def test_version_1_querier_asks_nobody_about_a_leave(lab, opened):
    #  Hosts take a query of version 1 for a general one, whatever group it names.
    wire, host = opened(Wire(lab["rx2"], [QUERY])), opened(frames.RawSocket(lab["rx1"]))
    router = lab.start_router(igmp=RARE | {"version": 1, "last_member_query_interval": 0.2})
    host.send(frames.report_frame(HOST, frames.igmp(0x16, socket.inet_aton(GROUP)), to=GROUP))
    router.wait_members([("lan2", GROUP)])
    host.send(frames.report_frame(HOST, frames.igmp(0x17, socket.inet_aton(GROUP)), to=ALL_ROUTERS_V2))
    host.send(frames.report_frame(OTHER_HOST, frames.igmp(0x16, socket.inet_aton("239.5.0.2")), to="239.5.0.2"))
    router.wait_members([("lan2", GROUP), ("lan2", "239.5.0.2")])
    assert wire.messages(destination=GROUP) == []
    assert group_known(router)["expires"] > 300, "the leave changed nothing"
