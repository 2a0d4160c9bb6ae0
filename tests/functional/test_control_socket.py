# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The control socket with more in it than one answer holds."""

import json
import socket
import threading
import time

import pytest

from netlab.router import ControlSocket
from netlab.waiting import LabError, wait_until

MEMBERSHIPS = 20000


def group(number):
    return f"239.{1 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}"


class Protocol:
    """A routing protocol with very many memberships on lan2."""

    def __init__(self, router):
        self.control = ControlSocket(router.socket_path, 60)
        self.handle = self.control.call("mgm.register", protocol_id=200, component_id=0, name="dvmrp")["handle"]
        self.control.call("mgm.take_interface_ownership", handle=self.handle, interface="lan2")

    def join(self, numbers):
        """One request each, all on their way at once: a thread sends while this one reads."""
        numbers = list(numbers)
        requests = [{"jsonrpc": "2.0", "id": number, "method": "mgm.add_group_membership", "params": {
            "handle": self.handle, "interface": "lan2", "source": "*", "group": group(number), "flags": ["join"]}} for number in numbers]
        lines = "".join(json.dumps(requests[at:at + 100]) + "\n" for at in range(0, len(requests), 100))
        sender = threading.Thread(target=self.control.socket.sendall, args=(lines.encode(),))
        sender.start()
        answered = 0
        while answered < len(numbers):
            answer = json.loads(self.control.lines.readline())
            if isinstance(answer, list):
                assert all(one["result"] == {} for one in answer)
                assert [one["id"] for one in answer] == numbers[answered:answered + 100], "in their order"
                answered += len(answer)
        sender.join()

    def leave(self, *numbers):
        for number in numbers:
            self.call("mgm.delete_group_membership", handle=self.handle, interface="lan2", source="*", group=group(number), flags=["join"])

    def call(self, method, **parameters):
        """As ControlSocket.call, but notifications may come in between."""
        self.control.next_id += 1
        wanted = f"call-{self.control.next_id}"
        request = {"jsonrpc": "2.0", "id": wanted, "method": method, "params": parameters}
        self.control.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = json.loads(self.control.lines.readline())
            if answer.get("id") == wanted:
                return answer["result"]


class Stopwatch:
    """How long `show.status` takes for somebody else, all the time."""

    def __init__(self, router):
        self.control = ControlSocket(router.socket_path, 60)
        self.longest = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while not self.ended.wait(0.001):
            before = time.perf_counter()
            self.control.call("show.status")
            self.longest = max(self.longest, time.perf_counter() - before)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.control.close()


def test_a_long_list_comes_in_pages(lab):
    #  a routing protocol on lan2 wants 20,000 groups
    router = lab.start_router()
    protocol = Protocol(router)
    protocol.join(range(MEMBERSHIPS))
    everything = [group(number) for number in range(MEMBERSHIPS)]

    first = router.call("show.memberships", max=100)
    assert [entry["group"] for entry in first["entries"]] == everything[:100]
    # The key at which the page ended goes, and so do others before and behind it; one comes on either side.
    protocol.leave(5, 99, 100, 700)
    protocol.join([MEMBERSHIPS + 1])
    second = router.call("show.memberships", max=100, after=first["next"])
    assert [entry["group"] for entry in second["entries"]] == everything[101:201]
    changed = [one for number, one in enumerate(everything) if number not in (5, 99, 100, 700)] + [group(MEMBERSHIPS + 1)]

    code, out, err = router.ctl("--json", "show", "memberships")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["entries"] and [entry["group"] for entry in document["entries"]] == changed
    code, out, _ = router.ctl("show", "memberships")
    assert code == 0 and len(out.splitlines()) == 1 + len(changed), "one table with one header"
    only = router.call("show.memberships", group=group(12345))
    assert [entry["group"] for entry in only["entries"]] == [group(12345)] and only["next"] is None

    with pytest.raises(LabError, match="next"):
        router.call("show.memberships", after={"group": group(1)})
    with pytest.raises(LabError, match="1000"):
        router.call("show.memberships", max=1001)

    with Stopwatch(router) as others:
        router.ctl("--json", "show", "memberships")
    print(f"measured: show memberships of {len(changed)}: others waited up to {others.longest * 1000:.1f} ms for show status")
    with Stopwatch(router) as others:
        assert protocol.call("mgm.release_interface_ownership", handle=protocol.handle, interface="lan2") == {}
        assert router.call("show.memberships") == {"entries": [], "next": None}, "the answer comes when all is done"
    print(f"measured: release of an interface with them: others waited up to {others.longest * 1000:.1f} ms")
    assert router.entries("show.ownership", interface="lan2")[0]["owner"] == "igmp"
    protocol.control.close()


def test_igmp_groups_come_in_pages(lab):
    router = lab.start_router()
    for number in range(7):
        for lan in ("lan2", "lan3"):
            router.call("group.join", group=group(number), interface=lan)
    pages = [router.call("show.igmp.groups", max=4)]
    while pages[-1]["next"]:
        if len(pages) == 1:
            assert pages[0]["next"] == {"interface": "lan2", "group": group(3)}
            router.call("group.leave", group=group(3), interface="lan2")
        pages.append(router.call("show.igmp.groups", max=4, after=pages[-1]["next"]))
    assert [len(page["entries"]) for page in pages] == [4, 4, 4, 2]
    listed = [(entry["interface"], entry["group"]) for page in pages for entry in page["entries"]]
    assert listed == [(lan, group(number)) for lan in ("lan2", "lan3") for number in range(7)]


def test_a_follower_that_only_listens(lab):
    router = lab.start_router()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as follower:
        follower.settimeout(20)
        follower.connect(router.socket_path)
        follower.sendall(b'{"jsonrpc": "2.0", "id": 1, "method": "events", "params": {"topics": ["membership"]}}\n')
        follower.shutdown(socket.SHUT_WR)
        lines = follower.makefile("rb")
        assert json.loads(lines.readline())["result"]["topics"] == ["membership"]
        for number in (1, 2):
            router.call("group.join", group=group(number), interface="lan3")
            event = json.loads(lines.readline())["params"]
            assert (event["change"], event["group"]) == ("added", group(number))
        lines.close()
    wait_until(lambda: router.call("show.status")["events"]["followers"] == 0, "the follower is gone")
