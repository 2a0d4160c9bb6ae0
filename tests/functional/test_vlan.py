# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Tagged interfaces: reports and data come in tagged, copies leave tagged, and VLANs do not mix."""

from netlab import frames
from netlab.lab import SOURCE
from netlab.verdict import expect_exactly, faults
from netlab.waiting import wait_until

GROUP = "239.10.0.1"
HOST_10 = "10.0.30.2"


def router_with_vlans(lab):
    """lan3 carries an untagged interface and VLAN 10 and 20."""
    interfaces = lab.tables()["interface"]
    for vlan in (10, 20):
        interfaces.append({"name": f"lan3-{vlan}", "port": "p-lan3", "vlan": vlan, "address": [f"10.0.{vlan * 3}.1/24"]})
    return lab.start_router(interface=interfaces)


def test_tagged_egress(lab):
    #  src ── lan1 ┤router├ lan3, VLAN 10 ── rx3 (made by hand: tagged reports)
    router = router_with_vlans(lab)
    receiver = lab.receiver("rx3", vlan=10)
    receiver.want(GROUP)
    host = frames.RawSocket(lab["rx3"])
    host.send(frames.report_frame(HOST_10, frames.v3_report(frames.v3_record(4, GROUP)), vlan=10))
    router.wait_members([("lan3-10", GROUP)])
    groups = router.entries("show.igmp.groups", group=GROUP)
    assert [entry["interface"] for entry in groups] == ["lan3-10"], "the report counts on its own VLAN only"
    sent = lab.sender([(SOURCE, GROUP, 5000), (SOURCE, "239.10.0.2", 5000)], rate=4000, count=1000).start().wait_sent(10)
    expect_exactly(receiver, sent, [(SOURCE, GROUP, 5000)])
    host.close()


def test_tagged_ingress(lab):
    #  rx3, VLAN 10 (made by hand: tagged data) ── lan3 ┤router├ lan2 ── rx1
    router = router_with_vlans(lab)
    receiver = lab.receiver("rx1")
    receiver.join(GROUP)
    router.wait_members([("lan2", GROUP)])
    host = frames.RawSocket(lab["rx3"])
    count = 500
    host.send_paced((frames.data_frame(HOST_10, GROUP, 5000, n, vlan=10) for n in range(count)), 4000)
    expect_exactly(receiver, {(HOST_10, GROUP, 5000): count}, [(HOST_10, GROUP, 5000)])
    before = router.call("show.drops")["drops"]["no_attachment"]
    host.send_paced((frames.data_frame(HOST_10, GROUP, 5001, n, vlan=30) for n in range(50)), 4000)
    wait_until(lambda: router.call("show.drops")["drops"]["no_attachment"] == before + 50, "VLAN 30 is nobody's")
    # The source's address belongs to VLAN 10: from VLAN 20 its packets fail the reverse-path check.
    host.send_paced((frames.data_frame(HOST_10, GROUP, 5000, count + n, vlan=20) for n in range(50)), 4000)
    wait_until(lambda: router.call("show.drops")["drops"]["wrong_interface"] == 50, "wrong arrivals are counted")
    assert receiver.stats()["packets"] == count
    assert faults(receiver.stats()) == {}
    [entry] = router.entries("show.statistics", group=GROUP)
    assert (entry["iif"], entry["packets"], entry["wrong_interface"]) == ("lan3-10", count, 50)
    host.close()


def test_losses_of_an_entry(lab):
    #  src ── lan1 ┤router├ lan2 ── rx1, rx2
    #                     └ lan3, whose threshold packets with a TTL of 8 do not reach ── rx3
    interfaces = lab.tables()["interface"]
    next(interface for interface in interfaces if interface["name"] == "lan3")["ttl_threshold"] = 9
    router = lab.start_router(interface=interfaces)
    for host in ("rx1", "rx3"):
        lab.receiver(host).join(GROUP)
    router.wait_members([("lan2", GROUP), ("lan3", GROUP)])
    source = frames.RawSocket(lab["src"])
    source.send_paced((frames.data_frame(SOURCE, GROUP, 5000, n, ttl=8 if n % 10 == 0 else 64) for n in range(100)), 4000)
    source.send_paced((frames.data_frame(SOURCE, GROUP, 5000, n, ttl=1) for n in range(5)), 4000)

    def statistics():
        [entry] = router.entries("show.statistics", group=GROUP) or [None]
        return entry if entry and entry["packets"] == 105 else None

    entry = wait_until(statistics, "every packet is counted")
    oifs = {oif["interface"]: oif for oif in entry["oif_counters"]}
    assert (oifs["lan2"]["packets"], oifs["lan2"]["ttl_exceeded"]) == (100, 5)
    assert (oifs["lan3"]["packets"], oifs["lan3"]["ttl_exceeded"]) == (90, 15)
    assert (entry["header_errors"], entry["sent"]) == (5, 190)
    assert entry["uninitialized"] >= 1, "the first packet waited for its entry"
    source.close()
