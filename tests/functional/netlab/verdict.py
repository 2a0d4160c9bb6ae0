# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""What a receiver's wire has to show after a run, flow by flow."""

from .waiting import wait_until

FAULTS = ["lost", "duplicated", "reordered", "wrong", "bad_ttl", "bad_vlan", "bad_mac", "bad_ip_header",
          "bad_ip_checksum", "bad_udp_checksum", "bad_payload", "missed"]


def faults(stats):
    """The faults of a wire that are not zero."""
    return {name: stats[name] for name in FAULTS if stats[name]}


def expect_exactly(receiver, sent, wanted):
    """Every packet of the flows `wanted`, once and in order from the first to the last, and nothing else.
    `sent` is what the source says: {flow: packets}."""
    total = sum(sent[flow] for flow in wanted)
    wait_until(lambda: receiver.stats()["packets"] >= total, f"{receiver.name} has {total} packets: {receiver.stats()}", 5)
    stats = receiver.stats()
    assert faults(stats) == {}, f"{receiver.name}: {stats}"
    assert stats["packets"] == total
    flows = receiver.flows()
    assert set(flows) == set(wanted)
    for flow, facts in flows.items():
        assert (facts["received"], facts["first"], facts["last"]) == (sent[flow], 0, sent[flow] - 1), f"{flow}: {facts}"


def expect_balance(drops):
    """Every received packet and every copy is accounted for."""
    assert drops["received"] == drops["forwarded"] + drops["punted"] + drops["parked"] + drops["dropped"], drops
    assert drops["dropped"] == sum(drops["drops"].values()), drops
    assert drops["copies"] == drops["sent"] + drops["copies_dropped"], drops
    assert drops["copies_dropped"] == sum(drops["copy_drops"].values()), drops
