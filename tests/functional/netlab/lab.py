# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The lab: one source, one router, receivers on LANs.

    src ──── lan1 ┌────────┐ lan2 ──── switch ──┬── rx1
      10.0.1.2/.3 │ router │                    └── rx2      10.0.2.2, 10.0.2.3
                  └────────┘ lan3 ───────────────── rx3      10.0.3.2

A LAN with one host is a cable; one with several is a Linux bridge without snooping in a namespace of its own, so
every host on it sees everything that the router sends there.
"""

import os
import shutil
import tempfile

from .config import configuration
from .hosts import Receiver, RoutingProtocol, Sender
from .namespaces import Namespace, finish_checksums, wire
from .router import Router

RECEIVER_LANS = {"lan2": ["rx1", "rx2"], "lan3": ["rx3"]}
SOURCE = "10.0.1.2"
OTHER_SOURCE = "10.0.1.3"


class Lab:
    """Everything between the first namespace and the last; `close` leaves nothing behind."""

    _made = 0

    def __init__(self, receiver_lans=None, prefix=None):
        Lab._made += 1
        self.prefix = prefix or f"mcfwd-{os.getpid()}-{Lab._made}"
        self.receiver_lans = receiver_lans or RECEIVER_LANS
        self.directory = tempfile.mkdtemp(prefix="mcfwd-lab-")
        self.socket_path = os.path.join(self.directory, "mcfwd.sock")
        self.namespaces = {}
        self.processes = []
        self.routers = []
        self.router = None
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def _namespace(self, role):
        self.namespaces[role] = Namespace(f"{self.prefix}-{role}")
        return self.namespaces[role]

    def _build(self):
        router = self._namespace("router")
        self._cable(router, "lan1", "src", "10.0.1.2")
        self["src"].ip(f"addr add {OTHER_SOURCE}/24 dev eth0", "route add 224.0.0.0/4 dev eth0")
        for index, (lan, hosts) in enumerate(self.receiver_lans.items(), start=2):
            if len(hosts) == 1:
                self._cable(router, lan, hosts[0], f"10.0.{index}.2")
            else:
                self._switch(router, lan, {host: f"10.0.{index}.{number}" for number, host in enumerate(hosts, start=2)})

    def _cable(self, router, lan, host, address):
        wire(router, lan, self._namespace(host), "eth0")
        self._number(router, lan, address)
        self._configure_host(host, address)

    def _switch(self, router, lan, hosts):
        switch = self._namespace(f"{lan}-switch")
        switch.ip("link add br0 type bridge mcast_snooping 0 forward_delay 0", "link set br0 up")
        wire(router, lan, switch, "uplink")
        self._number(router, lan, next(iter(hosts.values())))
        for host, address in hosts.items():
            wire(switch, f"to-{host}", self._namespace(host), "eth0")
            self._configure_host(host, address)
        switch.ip(*[f"link set {port} master br0" for port in ["uplink", *[f"to-{host}" for host in hosts]]])

    @staticmethod
    def _number(router, lan, host_address):
        router.ip(f"addr add {host_address.rsplit('.', 1)[0]}.1/24 dev {lan}")

    def _configure_host(self, host, address):
        gateway = address.rsplit(".", 1)[0] + ".1"
        self[host].ip(f"addr add {address}/24 dev eth0", f"route add default via {gateway}")
        finish_checksums(self[host], "eth0")

    def __getitem__(self, role):
        """The namespace of a role: "src", "router", "rx1", ..."""
        return self.namespaces[role]

    @property
    def lans(self):
        """{interface of the router: its address}"""
        return {lan: f"10.0.{index}.1/24" for index, lan in enumerate(["lan1", *self.receiver_lans], start=1)}

    def tables(self, **changes):
        """A configuration for this lab's router."""
        return configuration(self.socket_path, self.lans, **changes)

    def prepare_router(self, **changes):
        """A router that is configured but not started."""
        self.router = Router(self["router"], self.directory, self.tables(**changes))
        self.routers.append(self.router)
        return self.router

    def start_router(self, **changes):
        return self.prepare_router(**changes).start()

    def receiver(self, host, igmp_version=0, **options):
        """`igmp_version` 0: as the kernel likes, which is 3."""
        self[host].sysctl("net.ipv4.conf.eth0.force_igmp_version", igmp_version)
        process = Receiver(self[host], **options)
        self.processes.append(process)
        return process

    def routing_protocol(self, **options):
        process = RoutingProtocol(self["router"], self.socket_path, **options)
        self.processes.append(process)
        return process

    def sender(self, flows, rate, **options):
        process = Sender(self["src"], flows, rate, **options)
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            process.stop()
        for router in self.routers:
            if router.running():
                router.stop()
        for namespace in self.namespaces.values():
            namespace.delete()
        shutil.rmtree(self.directory, ignore_errors=True)
