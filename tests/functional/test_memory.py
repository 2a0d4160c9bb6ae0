# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The daemon without memory: what runs goes on, what needs more is refused, what gives back is served."""

import json
import resource

from netlab.lab import OTHER_SOURCE, SOURCE
from netlab.router import ControlSocket
from netlab.verdict import expect_exactly
from netlab.waiting import wait_until

GROUP, OTHER_GROUP = "239.5.0.1", "239.5.0.2"
ROOM = 24 << 20  # octets that the daemon may grow by
AT_ONCE = 500


class Client(ControlSocket):
    """A routing protocol that sends many requests before it reads their answers."""

    def __init__(self, path):
        super().__init__(path, 20)
        self.handle = self.call("mgm.register", protocol_id=13, component_id=0, name="dvmrp")["handle"]

    def memberships(self, verb, interface, groups):
        """(the groups for which the call succeeded, the errors of the others)"""
        done, errors = [], []
        for start in range(0, len(groups), AT_ONCE):
            some = groups[start:start + AT_ONCE]
            self.socket.sendall(b"".join(self.line(verb, interface, group) for group in some))
            for group in some:
                answer = self.answer()
                if "error" in answer:
                    errors.append(answer["error"])
                else:
                    done.append(group)
            if errors:
                break
        return done, errors

    def line(self, verb, interface, group):
        parameters = {"handle": self.handle, "source": "*", "group": group, "interface": interface, "flags": ["join"]}
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": f"mgm.{verb}_group_membership", "params": parameters}).encode() + b"\n"

    def answer(self):
        while True:
            message = json.loads(self.lines.readline() or b'{"error": "connection closed"}')
            if "method" not in message:
                return message


def virtual_octets(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmSize"))


def reserve(router):
    return router.call("show.status")["memory"]["reserve"]


def test_a_shortage_is_refused_and_left(lab):
    #  src ── lan1 ┤router├ lan2 (IGMP) ── switch ── rx1, rx2
    #                     └ lan3 (dvmrp: joins until there is no memory; IGMP) ── rx3
    router = lab.start_router()
    rx1, rx3 = lab.receiver("rx1"), lab.receiver("rx3")
    rx1.join(GROUP)
    router.wait_members([("lan2", GROUP)])
    client = Client(router.socket_path)
    client.call("mgm.take_interface_ownership", handle=client.handle, interface="lan3")
    flow, other = (SOURCE, GROUP, 5000), (OTHER_SOURCE, OTHER_GROUP, 5000)
    sender = lab.sender([flow], rate=2000).start()
    rx1.wait_for("first_data", group=GROUP)
    assert reserve(router)["state"] == "whole"

    pid = router.process.pid
    limit = virtual_octets(pid) + ROOM
    resource.prlimit(pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    groups = [f"239.{100 + k // 65536}.{k // 256 % 256}.{k % 256}" for k in range(400_000)]
    added, errors = client.memberships("add", "lan3", groups)
    assert 1000 < len(added) < len(groups), "the limit was reached"
    assert {error["data"]["status"] for error in errors} == {"NOT_ENOUGH_MEMORY"}
    assert "delete memberships" in errors[0]["message"] and "KiB" in errors[0]["message"], errors[0]
    print(f"measured: {len(added)} memberships in {ROOM >> 20} MiB")
    router.control.call("show.ownership")
    short = reserve(router)
    assert short["refused"] > 0, short

    # What needs memory waits, and comes by itself when there is some: the host asks once.
    rx3.join(OTHER_GROUP)
    lab.sender([other], rate=500).start()

    # The way out.
    deleted, errors = client.memberships("delete", "lan3", added)
    assert (deleted, errors) == (added, [])
    wait_until(lambda: reserve(router)["state"] == "whole", "the reserve is whole again")
    again, errors = client.memberships("add", "lan3", groups[:1000])
    assert (len(again), errors) == (1000, [])
    rx3.wait_for("first_data", seconds=20, group=OTHER_GROUP)

    sent = sender.finish()
    expect_exactly(rx1, sent, {flow})
    assert reserve(router)["failures"] == 0, reserve(router)
    log = router.log()
    assert "bad_alloc" not in log
    client.close()


def test_a_long_list_needs_little_memory(lab):
    router = lab.start_router()
    client = Client(router.socket_path)
    client.call("mgm.take_interface_ownership", handle=client.handle, interface="lan3")
    added, errors = client.memberships("add", "lan3", [f"239.101.{k // 256}.{k % 256}" for k in range(30_000)])
    assert errors == []
    pid = router.process.pid
    resource.prlimit(pid, resource.RLIMIT_AS, (virtual_octets(pid) + (4 << 20), resource.RLIM_INFINITY))
    for _ in range(3):
        assert len(router.entries("show.memberships")) == 30_000, "page by page"
    assert reserve(router)["failures"] == 0, reserve(router)
    deleted, errors = client.memberships("delete", "lan3", added[:100])
    assert (len(deleted), errors) == (100, [])
    client.close()
