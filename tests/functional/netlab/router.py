# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The router under test: a mcfwd process, its control socket and mcfwdctl."""

import json
import os
import signal
import socket
import subprocess

from .config import toml
from .hosts import BUILD
from .waiting import LabError, wait_until

MCFWD = os.path.join(BUILD, "controlplane", "daemon", "mcfwd")
MCFWDCTL = os.path.join(BUILD, "controlplane", "ctl", "mcfwdctl")


class ControlSocket:
    """A JSON-RPC client of the control socket that stays connected."""

    def __init__(self, path, seconds=5.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(seconds)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self.lines = self.socket.makefile("rb")
        self.next_id = 0

    def call(self, method, **parameters):
        self.next_id += 1
        request = {"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": parameters}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(self.lines.readline() or b'{"error": "connection closed"}')
        if "error" in answer:
            raise LabError(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self):
        self.lines.close()
        self.socket.close()


class Router:
    """mcfwd in a namespace, with its configuration and log in `directory`."""

    def __init__(self, namespace, directory, tables):
        self.namespace = namespace
        self.socket_path = tables["daemon"]["socket"]
        self.config_path = os.path.join(directory, "mcfwd.toml")
        self.log_path = os.path.join(directory, "mcfwd.log")
        self.process = None
        self.control = None
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(toml(tables))

    def spawn(self, *arguments):
        """Starts the process without waiting for anything. It comes before the hosts of the lab and whatever else
        shares its cores: a worker that does not run loses packets when the rings are full, like on any machine."""
        with open(self.log_path, "ab") as log:
            self.process = self.namespace.popen("nice", "-n", "-10", MCFWD, "-c", self.config_path, *arguments, stdin=subprocess.DEVNULL,
                                                stdout=log, stderr=log)

    def start(self):
        """Starts mcfwd and waits until it answers."""
        self.spawn()
        self.control = wait_until(self._connect, "mcfwd answers on its control socket", 20)
        return self

    def _connect(self):
        if self.process.poll() is not None:
            raise LabError(f"mcfwd ended with {self.process.returncode}:\n{self.log()}")
        try:
            control = ControlSocket(self.socket_path, 20)
            control.call("show.status")
        except OSError:
            return None  # not yet, or not any more: the next look tells
        return control

    def call(self, method, **parameters):
        return self.control.call(method, **parameters)

    def entries(self, method, **facts):
        """The entries of a list, all pages of it, that have these facts."""
        page = self.call(method)
        found = page["entries"]
        while page.get("next"):
            page = self.call(method, after=page["next"])
            found += page["entries"]
        return [entry for entry in found if all(entry[key] == facts[key] for key in facts)]

    def ctl(self, *words):
        """mcfwdctl as a person calls it: (exit code, standard output, standard error)."""
        done = subprocess.run([MCFWDCTL, "-s", self.socket_path, *words], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=20, check=False)
        return done.returncode, done.stdout, done.stderr

    def wait_members(self, members, seconds=5.0):
        """Waits until IGMP knows these (interface, group)s."""
        wanted = set(members)

        def known():
            return wanted <= {(entry["interface"], entry["group"]) for entry in self.entries("show.igmp.groups")}
        wait_until(known, f"IGMP knows {sorted(wanted)}", seconds)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, by=signal.SIGTERM, seconds=10.0):
        """Asks the process to end and returns its exit code."""
        if self.control:
            self.control.close()
            self.control = None
        if self.running():
            os.kill(self.process.pid, by)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise LabError(f"mcfwd did not end within {seconds:g} s of signal {by}") from None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def diagnosis(self):
        """Everything worth reading after a failure."""
        parts = ["--- log of mcfwd", self.log()[-20000:] if os.path.exists(self.log_path) else "(none)"]
        if not self.running():
            ended = self.process.returncode if self.process else "never started"
            return "\n".join([*parts, f"--- mcfwd is not running: {ended}"])
        for view in ("status", "ports", "workers", "drops", "mfib", "mfe", "ownership", "memberships",
                     "igmp groups", "igmp interfaces", "versions"):
            _, out, err = self.ctl("--json", "show", *view.split())
            parts += [f"--- show {view}", (out + err)[:12000]]
        return "\n".join(parts)
