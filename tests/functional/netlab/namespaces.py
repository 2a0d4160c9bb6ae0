# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Network namespaces and the virtual wires between them."""

import ctypes
import os
import signal
import socket
import subprocess
import threading

from .waiting import LabError


def command(*argv, text=None):
    """Runs a command to its end and returns what it printed; fails with its own words."""
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Namespace:
    """One network namespace. Deleting it ends every process in it, by its id."""

    def __init__(self, name):
        self.name = name
        command("ip", "netns", "add", name)
        self.ip("link set lo up")
        self.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        self.sysctl("net.ipv6.conf.default.disable_ipv6", 1)

    def argv(self, *argv):
        return ["ip", "netns", "exec", self.name, *map(str, argv)]

    def run(self, *argv):
        return command(*self.argv(*argv))

    def popen(self, *argv, **options):
        """Starts a process here, in its own session: a Ctrl-C at the terminal is for us to handle."""
        return subprocess.Popen(self.argv(*argv), start_new_session=True, **options)

    def ip(self, *lines):
        """One or more `ip` commands, in one go."""
        command("ip", "-n", self.name, "-batch", "-", text="\n".join(lines) + "\n")

    def sysctl(self, name, value):
        path = "/proc/sys/" + name.replace(".", "/")
        if os.path.exists(path):  # a kernel without IPv6 needs no quieting
            self.run("sh", "-c", f"echo {value} > {path}")

    def socket(self, family, kind, protocol=0):
        """A socket that lives in this namespace. Only the thread that opens it goes there."""
        made = []

        def enter_and_open():
            with open(f"/run/netns/{self.name}", "rb") as place:
                if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), 0) == 0:
                    made.append(socket.socket(family, kind, protocol))
        thread = threading.Thread(target=enter_and_open)
        thread.start()
        thread.join()
        if not made:
            raise LabError(f"cannot open a socket in {self.name}")
        return made[0]

    def delete(self):
        delete_namespace(self.name)


def delete_namespace(name):
    """Ends the processes in a namespace, one by one, and removes it."""
    listed = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False)
    for pid in listed.stdout.split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass  # ended by itself meanwhile
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def wire(a, a_name, b, b_name):
    """A virtual cable. Created inside the namespaces, so interface names of two labs never meet."""
    command("ip", "link", "add", a_name, "netns", a.name, "type", "veth",
            "peer", "name", b_name, "netns", b.name)
    a.ip(f"link set {a_name} up")
    b.ip(f"link set {b_name} up")


def finish_checksums(namespace, interface):
    """Makes a host compute its checksums itself: a virtual wire would pass unfinished ones on, and the copies
    that the router makes of such a packet would be wrong for ever. The same for VLAN tags."""
    namespace.run("ethtool", "-K", interface, "tx", "off", "txvlan", "off")
