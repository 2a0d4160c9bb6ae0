# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The running daemon between a generator's ports.

    mcfwd-wire-gen ── sender ────── lan0 ┌───────┐ lan1 ── receiver 0 ── mcfwd-wire-gen
      10.1.0.2 ...     10.1.0.1/16       │ mcfwd │ lan2 ── receiver 1      10.2.0.2, 10.3.0.2, ...
                                         └───────┘ ...

A wire is shared memory (memif), or a veth pair with an AF_XDP port at either end. The generator is one process
with one thread; netlab's namespaces keep both processes apart from the machine's own network.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
sys.path.insert(0, os.path.join(REPOSITORY, "tests", "functional"))

from netlab.config import configuration  # noqa: E402  (the path comes first)
from netlab.hosts import BUILD, LabProcess  # noqa: E402
from netlab.hugepages import Hugepages  # noqa: E402
from netlab.namespaces import Namespace, wire  # noqa: E402
from netlab.router import MCFWD, Router  # noqa: E402
from netlab.waiting import LabError, wait_until  # noqa: E402

GENERATOR = os.path.join(BUILD, "tests", "bench", "wire", "mcfwd-wire-gen")
TRANSPORTS = ["memif", "af_xdp"]
MEMIF_RING = 12         # log2 of the descriptors of a memif ring, as many as a NIC has
BUFFERS_PER_PORT = 8192  # of the generator
BUFFERS = 16384          # and beside those
QUERY_INTERVAL = 3600   # no query falls into a trial, and memberships last


class Generator(LabProcess):
    """mcfwd-wire-gen; commands.hh has what it understands."""

    def __init__(self, namespace, core, arguments):
        self.ready = None
        program = ("nice", "-n", "-5", "taskset", "-c", str(core), GENERATOR, "--core", str(core))
        super().__init__(namespace, *arguments, program=program)

    def wait_for(self, event, seconds=20.0, **facts):
        found = super().wait_for(event, seconds, **facts)
        self.ready = found if event == "ready" else self.ready
        return found

    def do(self, word, seconds=20.0, **facts):
        """One request and its answer."""
        self.tell(json.dumps({"do": word, **facts}))
        return self.wait_for(word, seconds)


class Rig:
    """A daemon and its generator; `close` leaves nothing behind."""

    _made = 0

    def __init__(self, transport="memif", receivers=4, entries=65536, hugepages=True, poll="busy", igmp=None):
        """`igmp`: {receiver: settings of IGMP on its interface}."""
        Rig._made += 1
        self.transport = transport
        self.receivers = receivers
        self.directory = tempfile.mkdtemp(prefix="mcfwd-wire-")
        self.prefix = f"mcfwd-wire-{os.getpid()}-{Rig._made}"
        self.cores = {"control": 0, "generator": 0, "worker": 1 if (os.cpu_count() or 1) > 1 else 0}
        self.namespaces = []
        self.pages = self.router = self.generator = None
        self.joined = {}
        self.warm = None
        try:
            self._start(entries, hugepages, poll, igmp or {})
        except BaseException:
            self.close()
            raise

    def _start(self, entries, hugepages, poll, igmp):
        for program in (MCFWD, GENERATOR):
            if not os.path.exists(program):
                raise LabError(f"{program} is not built: meson setup build && ninja -C build")
        inside, outside = (Namespace(f"{self.prefix}-{role}") for role in ("router", "hosts"))
        self.namespaces = [inside, outside]
        if hugepages:
            self.pages = Hugepages(self._pages(entries))
        self.hugepages = bool(self.pages and self.pages.enough)
        if self.transport == "af_xdp":
            for number in range(self.receivers + 1):
                wire(inside, f"lan{number}", outside, f"host{number}")
                inside.ip(f"addr add {self.address(number, 1)}/16 dev lan{number}")
        self.router = Router(inside, self.directory, self._tables(entries, poll, igmp)).start()
        self.generator = Generator(outside, self.cores["generator"], self._generator_arguments())
        self.clock_hz = self.generator.ready["clock_hz"]

    def _buffers(self):
        return BUFFERS + BUFFERS_PER_PORT * (self.receivers + 1)

    def _pages(self, entries):
        """Hugepages of 2 MiB for both processes: the daemon's 11,264 buffers of 2.4 kB per port and 1 kB per entry, and as many
        buffers as the generator has."""
        megabytes = 128 + 27 * (self.receivers + 1) + entries / 1000 + 128 + self._buffers() / 400
        return int(megabytes / 2)

    @staticmethod
    def address(lan, host):
        return f"10.{lan + 1}.0.{host}"

    def _tables(self, entries, poll, igmp):
        lans = range(self.receivers + 1)
        common = {"query_interval": QUERY_INTERVAL, "startup_query_count": 1, "host_rate": 0}
        interfaces = [{"name": f"lan{lan}", "port": f"p{lan}", "address": [self.address(lan, 1) + "/16"],
                       "igmp": {**common, **igmp.get(lan - 1, {})}} for lan in lans]
        return configuration(
            os.path.join(self.directory, "mcfwd.sock"), {},
            dataplane={"main_core": self.cores["control"], "worker_cores": [self.cores["worker"]], "poll": poll,
                       "memory": "hugepages" if self.hugepages else "no-huge", "mfib_entries": entries},
            port=[{"name": f"p{lan}", "device": self._device(lan, "server")} for lan in lans], interface=interfaces)

    def _device(self, lan, role):
        if self.transport == "af_xdp":
            return f"af_xdp:{'lan' if role == 'server' else 'host'}{lan}"
        return (f"net_memif{lan},role={role},id={lan},socket={self.directory}/memif.sock,socket-abstract=no,"
                f"rsize={MEMIF_RING}")

    def _generator_arguments(self):
        lans = range(self.receivers + 1)
        arguments = ["--source", self.address(0, 2), "--buffers", self._buffers(), *(["--hugepages"] if self.hugepages else [])]
        for lan in lans:
            arguments += ["--port", self._device(lan, "client")]
        for lan in lans[1:]:
            arguments += ["--host", self.address(lan, 2)]
        return arguments

    # --- whether the machine lets them run

    def waited(self):
        """Nanoseconds that the worker and the generator have waited for a processor that others had, and for which the
        hypervisor had the machine's: {who: time}."""
        generator, daemon = self.generator.process.pid, self.router.process.pid
        busiest = max(os.listdir(f"/proc/{daemon}/task"), key=lambda thread: _schedule(daemon, thread)[0])
        return {"worker": _schedule(daemon, busiest)[1], "generator": _schedule(generator, generator)[1], "machine": _stolen()}

    # --- what the daemon says

    def ports(self):
        return self.router.call("show.ports")["entries"]

    def groups(self):
        """Memberships of all interfaces together."""
        return self.router.call("show.status")["groups"]

    # --- memberships

    def join(self, receiver, groups, seconds=30.0):
        """The receiver joins the first `groups` groups; done when IGMP knows."""
        self._change("join", receiver, groups, seconds)

    def leave(self, receiver, groups, seconds=30.0):
        self._change("leave", receiver, groups, seconds)

    def _change(self, word, receiver, groups, seconds):
        self.generator.do(word, seconds, receiver=receiver, groups=groups)
        self.joined[receiver] = groups if word == "join" else 0
        wanted = sum(self.joined.values())
        wait_until(lambda: self.groups() == wanted, f"IGMP knows {wanted} memberships", seconds)

    def close(self):
        if self.generator:
            self.generator.stop()
        if self.router and self.router.running():
            self.router.stop()
        for namespace in self.namespaces:
            namespace.delete()
        if self.pages:
            self.pages.restore()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _schedule(process, thread):
    """(time on a processor, time waiting for one) of a thread, from the scheduler."""
    with open(f"/proc/{process}/task/{thread}/schedstat", encoding="ascii") as file:
        ran, waited, _ = map(int, file.read().split())
    return ran, waited


def _stolen():
    """Nanoseconds of all processors together, in steps of a tick (proc(5), "steal")."""
    with open("/proc/stat", encoding="ascii") as file:
        return int(file.readline().split()[8]) * 10**9 // os.sysconf("SC_CLK_TCK")


def processor():
    """What the machine calls its processor."""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'unknown'}, {len(names) or os.cpu_count()} CPUs"


def kernel():
    return subprocess.check_output(["uname", "-r"], text=True).strip()
