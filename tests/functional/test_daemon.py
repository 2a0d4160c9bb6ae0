# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The process itself: refusing, starting, stopping, dying, and leaving nothing behind."""

import json
import os
import signal

import pytest

from netlab import hugepages
from netlab.lab import SOURCE
from netlab.router import Router
from netlab.verdict import faults
from netlab.waiting import wait_until


def xdp_attached(namespace, interface):
    return '"xdp"' in namespace.run("ip", "-j", "link", "show", "dev", interface)


def nothing_left(lab):
    assert not any(xdp_attached(lab["router"], lan) for lan in lab.lans), "an XDP program is still attached"
    assert not os.path.exists(lab.socket_path)


@pytest.mark.parametrize("changes, words", [
    ({"dataplane": {"poll": "lazy"}}, ["poll", "lazy", "busy", "adaptive"]),
    ({"daemon": {"colour": "red"}}, ["colour"]),
    ({"interface": [{"name": "lan1", "port": "p-lan9", "address": ["10.0.1.1/24"]}]}, ["p-lan9"]),
    ({"interface": [{"name": "lan1", "port": "p-lan1", "address": ["10.0.1.256/24"]}]}, ["10.0.1.256/24"]),
    ({"port": [{"name": "p-lan1", "device": "af_xdp:lan9"}],
      "interface": [{"name": "lan1", "port": "p-lan1", "address": ["10.0.1.1/24"]}]}, ["p-lan1", "lan9"]),
], ids=["bad value", "unknown key", "unknown port", "bad address", "no such device"])
def test_a_wrong_configuration_starts_nothing(lab, changes, words):
    router = lab.prepare_router(**changes)
    router.spawn()
    assert router.process.wait(15) == (1 if "lan9" in words else 2)
    for word in words:
        assert word in router.log()
    if "lan9" not in words:
        assert "mcfwd.toml:" in router.log(), "the place of the error"
    nothing_left(lab)


def test_check_says_what_it_thinks_and_starts_nothing(lab):
    router = lab.prepare_router()
    router.spawn("--check")
    assert router.process.wait(15) == 0
    nothing_left(lab)
    broken = lab.prepare_router(dataplane={"mfib_entries": 0})
    broken.spawn("--check")
    assert broken.process.wait(15) == 2
    assert "mfib_entries" in broken.log()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "sigint"])
def test_a_signal_ends_it_cleanly(lab, by):
    router = lab.start_router()
    assert xdp_attached(lab["router"], "lan1")
    assert os.stat(lab.socket_path).st_mode & 0o777 == 0o660
    assert router.stop(by) == 0
    nothing_left(lab)


def test_shutdown_by_command(lab):
    router = lab.start_router()
    code, _, err = router.ctl("shutdown")
    assert code == 0, err
    assert router.process.wait(10) == 0
    nothing_left(lab)
    code, _, err = router.ctl("show", "status")
    assert code == 3, err


def test_hugepages_come_back(lab):
    pages = hugepages.Hugepages(512)
    try:
        if not pages.enough:
            pytest.skip("no hugepages to be had on this machine")
        before = hugepages.free()
        router = lab.start_router(dataplane={"memory": "hugepages"})
        assert router.call("show.status")["memory"]["hugepages"]
        assert hugepages.free() < before
        assert router.stop() == 0
        # The kernel lets go of the packet memory of an AF_XDP socket some time after the socket.
        wait_until(lambda: hugepages.free() == before, "all hugepages are free again", 10)
    finally:
        pages.restore()


def forwards(lab, router, group):
    """A host joins and receives."""
    receiver = lab.receiver("rx3")
    receiver.join(group)
    router.wait_members([("lan3", group)])
    sender = lab.sender([(SOURCE, group, 5000)], rate=1000, count=300).start()
    sent = sum(sender.wait_sent(10).values())
    wait_until(lambda: receiver.stats()["packets"] == sent, f"{sent} packets at rx3")
    assert faults(receiver.stats()) == {}
    receiver.stop()


def test_killed_and_started_again(lab):
    router = lab.start_router()
    forwards(lab, router, "239.6.0.1")
    assert router.stop(signal.SIGKILL) == -signal.SIGKILL
    router.start()
    forwards(lab, router, "239.6.0.2")
    assert router.stop() == 0
    nothing_left(lab)


def test_a_second_daemon_on_the_same_socket_is_refused(lab):
    router = lab.start_router()
    tables = lab.tables()
    other_directory = os.path.join(lab.directory, "other")
    os.mkdir(other_directory)
    # Other interfaces, so that only the socket is in the way.
    other = Router(lab["rx3"], other_directory, {
        **tables, "port": [{"name": "p0", "device": "af_packet:eth0"}],
        "interface": [{"name": "lan3", "port": "p0", "address": ["10.0.3.2/24"]}]})
    other.spawn()
    assert other.process.wait(15) == 1
    assert lab.socket_path in other.log()
    assert router.call("show.status")["pid"] == router.process.pid
    forwards(lab, router, "239.6.0.3")


def test_mcfwdctl_tells_people_and_programs(lab):
    router = lab.start_router()
    for view in ("status", "ports", "workers", "interfaces", "mfib", "mfe", "ownership", "memberships", "igmp interfaces",
                 "igmp groups", "drops", "versions"):
        code, out, err = router.ctl("show", *view.split())
        assert (code, err) == (0, ""), view
        code, out, err = router.ctl("--json", "show", *view.split())
        assert (code, err) == (0, ""), view
        assert isinstance(json.loads(out), dict)
    assert router.ctl("show", "nonsense")[0] == 2
    assert router.ctl("mroute", "add", SOURCE, "10.1.1.1", "iif", "lan1", "oifs", "lan2")[0] == 2
