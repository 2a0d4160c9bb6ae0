# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The hosts of the lab: processes of mcfwd-lab-host inside namespaces, which answer in JSON lines."""

import json
import os
import selectors
import subprocess
import time

from .waiting import LabError

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
BUILD = os.environ.get("MCFWD_BUILD", os.path.join(REPOSITORY, "build"))
LAB_HOST = os.path.join(BUILD, "tests", "functional", "lab", "mcfwd-lab-host")


class LabProcess:
    """A process of the lab: commands go in as lines, events come out as JSON lines. Ends when its standard input closes."""

    def __init__(self, namespace, *argv, program=(LAB_HOST,)):
        self.name = namespace.name
        self.process = namespace.popen(*program, *argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.partial = b""
        self.events = []
        self.wait_for("ready")

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def _read(self, seconds):
        """Takes in what has arrived; False at the end of the output."""
        if not self.selector.select(seconds):
            return True
        chunk = os.read(self.process.stdout.fileno(), 1 << 20)
        *lines, self.partial = (self.partial + chunk).split(b"\n")
        self.events.extend(json.loads(line) for line in lines)
        return bool(chunk)

    def take(self, event, **facts):
        """Removes and returns the oldest event of this kind with these facts, or None."""
        for index, candidate in enumerate(self.events):
            if candidate["event"] == event and all(candidate.get(key) == facts[key] for key in facts):
                return self.events.pop(index)
        return None

    def wait_for(self, event, seconds=10.0, **facts):
        deadline = time.monotonic() + seconds
        going = True
        while True:
            found = self.take(event, **facts)
            if found:
                return found
            error = self.take("error")
            if error:
                raise LabError(f"{self.name}: {error['what']}")
            if not going or time.monotonic() > deadline:
                raise LabError(f"{self.name}: no event '{event}' {facts or ''} within {seconds:g} s")
            going = self._read(max(0.0, deadline - time.monotonic()))

    def ask(self, line, event, **facts):
        self.tell(line)
        return self.wait_for(event, **facts)

    def stop(self):
        if self.process.stdin and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.selector.close()
        self.process.stdout.close()


class RoutingProtocol(LabProcess):
    """A dense-mode protocol in the router's namespace; netlab/dense_mode.py has the commands."""

    PROGRAM = ("/usr/bin/python3", "-E", "-S", os.path.join(os.path.dirname(os.path.abspath(__file__)), "dense_mode.py"))

    def __init__(self, namespace, socket_path, name="dvmrp", protocol_id=13, restart_time=0):
        super().__init__(namespace, socket_path, "--name", name, "--protocol-id", protocol_id, "--restart-time", restart_time,
                         program=self.PROGRAM)

    def do(self, command, interface, *words):
        """A command that is one request, done when it is answered."""
        self.tell(" ".join([command, interface, *words]))
        return self.wait_for(command, interface=interface)

    def wait_callback(self, kind, **facts):
        return self.wait_for("callback", kind=kind, **facts)


class Receiver(LabProcess):
    """A host that joins groups and judges every packet on its wire."""

    def __init__(self, namespace, interface="eth0", ttl=63, vlan=0, leave_grace_ms=3000, quiet_ms=300):
        super().__init__(namespace, "receive", "--interface", interface, "--ttl", ttl, "--vlan", vlan,
                         "--leave-grace-ms", leave_grace_ms, "--quiet-ms", quiet_ms)

    def join(self, group, source=None):
        self.ask(f"join {group} {source or ''}", "joined", group=group)

    def leave(self, group, source=None):
        self.ask(f"leave {group} {source or ''}", "left", group=group)

    def want(self, group, source=None):
        """Another host on this LAN joined: its packets are right on this wire."""
        self.ask(f"want {group} {source or ''}", "wanted", group=group)

    def unwant(self, group, source=None):
        self.ask(f"unwant {group} {source or ''}", "unwanted", group=group)

    def stats(self):
        return self.ask("stats", "stats")

    def flows(self):
        """{(source, group, port): facts}"""
        answer = self.ask("flows", "flows")
        return {(flow["source"], flow["group"], flow["port"]): flow for flow in answer["flows"]}


class Sender(LabProcess):
    """The source: numbered packets of flows (source, group, port), each as many as the others."""

    def __init__(self, namespace, flows, rate, count=0, ttl=64, payload=64):
        argv = ["send", "--control", "--rate", rate, "--count", count, "--ttl", ttl, "--payload", payload]
        for source, group, port in flows:
            argv += ["--flow", f"{source},{group},{port}"]
        super().__init__(namespace, *argv)
        self.summary = None

    def start(self):
        self.tell("start")
        return self

    def wait_sent(self, seconds):
        """Waits for the end of the numbered packets: {(source, group, port): packets}."""
        self.summary = self.wait_for("sent", seconds)
        return {(flow["source"], flow["group"], flow["port"]): flow["sent"] for flow in self.summary["flows"]}

    def finish(self):
        """Ends an endless sender."""
        self.tell("stop")
        return self.wait_sent(5)
