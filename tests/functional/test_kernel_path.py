# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""mcfwd takes over multicast only: everything else on its interfaces stays with the kernel."""

from netlab.lab import SOURCE
from netlab.verdict import faults
from netlab.waiting import wait_until


def ping(namespace, address):
    """Twenty echo requests; fails unless every one is answered."""
    namespace.run("ping", "-c", 20, "-i", 0.02, "-W", 1, address)


def test_ping_to_the_router_and_through_it(lab):
    #  src ── lan1 ┤router├ lan3 ── rx3; the router's kernel forwards unicast
    lab["router"].sysctl("net.ipv4.ip_forward", 1)
    router = lab.start_router()
    receiver = lab.receiver("rx3")
    receiver.join("239.4.0.1")
    router.wait_members([("lan3", "239.4.0.1")])
    sender = lab.sender([(SOURCE, "239.4.0.1", 5000)], rate=2000).start()
    receiver.wait_for("first_data")

    ping(lab["src"], "10.0.1.1")
    ping(lab["rx1"], "10.0.2.1")
    ping(lab["src"], "10.0.3.2")
    ping(lab["rx3"], "10.0.2.3")

    sent = sum(sender.finish().values())
    wait_until(lambda: receiver.stats()["packets"] == sent, "every multicast packet arrived meanwhile")
    assert faults(receiver.stats()) == {}
    ports = {entry["name"]: entry["xdp"] for entry in router.entries("show.ports")}
    assert ports["p-lan1"]["passed"] >= 40  # the echoes of two runs
    assert ports["p-lan1"]["redirected"] >= sent
