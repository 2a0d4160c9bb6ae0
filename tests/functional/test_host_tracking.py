# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Explicit host tracking with kernel hosts: who is in a group, and the leave that needs no question."""

import pytest

from netlab.lab import SOURCE
from netlab.verdict import faults
from netlab.waiting import wait_until

# The ordinary way out of a group takes four seconds here, so that a fast leave cannot be mistaken for it.
TRACKED = {"fast_leave": "tracked", "last_member_query_interval": 2.0, "last_member_query_count": 2}
SHORT_INTERVALS = {"query_interval": 1.0, "query_response_interval": 0.5}  # membership interval: 3 s


def hosts(router, group):
    """{address: entry} of the hosts of a group."""
    entries = router.call("show.igmp.groups", interface="lan2", hosts=True)["entries"]
    return {host["address"]: host for entry in entries if entry["group"] == group for host in entry["hosts"]}


@pytest.mark.parametrize("group, source", [("239.3.0.1", None), ("232.3.0.1", SOURCE)], ids=["any-source", "source-specific"])
def test_leave_is_fast_once_nobody_else_wants_the_group(lab, measured, group, source):
    #  src ── lan1 ┤router├ lan2 ── switch ── rx1 (leaves first), rx2 (leaves last)
    router = lab.start_router(igmp=TRACKED)
    rx1, rx2 = (lab.receiver(host, 3) for host in ("rx1", "rx2"))
    for receiver, address in ((rx1, "10.0.2.2"), (rx2, "10.0.2.3")):
        receiver.join(group, source)
        wait_until(lambda address=address: address in hosts(router, group), f"{address} is known")
        receiver.want(group, source)
    known = hosts(router, group)
    for address in ("10.0.2.2", "10.0.2.3"):
        assert known[address]["version"] == 3
        assert known[address]["mode"] == ("include" if source else "exclude")
        assert known[address]["sources"] == ([source] if source else [])
    code, out, _ = router.ctl("show", "igmp", "groups", "lan2", "--hosts")
    assert code == 0 and all(known[address]["mac"] in out for address in known)

    flow = (SOURCE, group, 5000)
    sender = lab.sender([flow], rate=1000).start()
    for receiver in (rx1, rx2):
        receiver.wait_for("first_data", group=group)
    rx1.leave(group, source)
    wait_until(lambda: set(hosts(router, group)) == {"10.0.2.3"}, "rx1 is known to have left")
    left_at = rx1.stats()["time_ns"]
    wait_until(lambda: rx2.flows()[flow]["last_ns"] > left_at + 5e9, "rx2 still receives after the leave of rx1", 10)

    rx1.unwant(group, source)
    rx2.leave(group, source)
    rx2.unwant(group, source)
    quiet = rx2.wait_for("quiet", group=group, seconds=5)
    went_on = max(0, quiet["last_data_ns"] - quiet["leave_ns"]) / 1e6  # 0 ns: nothing came after the leave
    measured(f"traffic went on for {went_on:.1f} ms after the last leave")
    assert went_on < 200
    sender.finish()
    assert faults(rx2.stats()) == {}


def test_version_2_leave_is_fast_for_the_only_host_of_a_link(make_lab, measured):
    #  src ── lan1 ┤router├ lan2 ── rx1
    group = "239.3.0.2"
    lab = make_lab({"lan2": ["rx1"]})
    router = lab.start_router(igmp=TRACKED | SHORT_INTERVALS)
    rx1 = lab.receiver("rx1", 2)
    rx1.join(group)
    flow = (SOURCE, group, 5000)
    sender = lab.sender([flow], rate=1000).start()
    rx1.wait_for("first_data", group=group)
    wait_until(lambda: router.call("show.status")["uptime"] > 24, "20 general queries were answered by this host alone", 40)
    rx1.leave(group)
    quiet = rx1.wait_for("quiet", group=group, seconds=5)
    went_on = max(0, quiet["last_data_ns"] - quiet["leave_ns"]) / 1e6  # 0 ns: nothing came after the leave
    measured(f"traffic went on for {went_on:.1f} ms after the leave")
    assert went_on < 200
    sender.finish()
