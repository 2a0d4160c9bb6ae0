#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""A small dense-mode routing protocol (as DVMRP is one) in a process of its own: it owns interfaces of the router, holds
(*,G) interest for its neighbours, and vetoes forwarding where it is not the designated forwarder.

Commands come as lines on standard input, events go as JSON lines to standard output:

    take|release IF               own an interface, or give it back
    graft|prune IF GROUP          a neighbour on an interface of ours wants the group, or no longer does
    forwarder|not-forwarder IF    whether we forward there; if not, every flow is vetoed
    die WORD...                   send the request of this command and be killed before its answer comes
    die-half WORD...              the same with half a request

Also the whole client side of the protocol in under 200 lines, for whoever writes a real one.
"""

import argparse
import json
import os
import selectors
import signal
import socket
import sys


class DenseMode:
    """One registered client. `say` gets every event."""

    def __init__(self, path, name, protocol_id, restart_time, say):
        self.say = say
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.partial = b""
        self.next_id = 0
        self.waiting = {}        # id of a request: what to do with its answer
        self.not_forwarder = set()
        self.vetoes = set()      # (source, group, interface)
        self.pulled = set()      # keys that others want: what we would request from our domain
        self.handle = None
        self.request("mgm.register", self.registered, protocol_id=protocol_id, component_id=0, name=name,
                     restart_time=restart_time)

    # --- requests

    def line(self, method, parameters):
        self.next_id += 1
        return json.dumps({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": parameters}).encode() + b"\n"

    def request(self, method, then, **parameters):
        line = self.line(method, parameters)
        self.waiting[self.next_id] = then
        self.socket.sendall(line)

    def call(self, method, event, **parameters):
        """A request with our handle; its answer is an event."""
        def then(answer):
            if "error" in answer:
                self.say("refused", call=event, status=answer["error"].get("data", {}).get("status"),
                         message=answer["error"]["message"], **parameters)
            else:
                self.say(event, **parameters)
        self.request(method, then, handle=self.handle, **parameters)

    def registered(self, answer):
        if "error" in answer:
            self.say("error", what=answer["error"]["message"])
            return
        self.handle = answer["result"]["handle"]
        self.say("ready", restarted=answer["result"]["restarted"])

    COMMANDS = {"take": "mgm.take_interface_ownership", "release": "mgm.release_interface_ownership",
                "graft": "mgm.add_group_membership", "prune": "mgm.delete_group_membership"}

    @classmethod
    def parameters_of(cls, words):
        """(method, parameters) of a command that is one request."""
        parameters = {"interface": words[1]}
        if len(words) == 3:
            parameters.update(source="*", group=words[2], flags=["join"])
        return cls.COMMANDS[words[0]], parameters

    def command(self, words):
        if words[0] in ("forwarder", "not-forwarder"):
            self.set_forwarder(words[1], words[0] == "forwarder")
        elif words[0] in ("die", "die-half"):
            method, parameters = self.parameters_of(words[1:])
            line = self.line(method, {"handle": self.handle, **parameters})
            self.socket.sendall(line if words[0] == "die" else line[:len(line) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            method, parameters = self.parameters_of(words)
            self.call(method, words[0], **parameters)

    # --- being the forwarder, or not

    def set_forwarder(self, interface, forwarder):
        if not forwarder:
            self.not_forwarder.add(interface)
        else:
            self.not_forwarder.discard(interface)
            for source, group, where in sorted(veto for veto in self.vetoes if veto[2] == interface):
                self.vetoes.discard((source, group, where))
                self.call("mgm.add_group_membership", "allowed", source=source, group=group, interface=where, flags=["forward"])
        self.say("forwarder", interface=interface, forwarder=forwarder)

    def veto(self, source, group, interface):
        self.vetoes.add((source, group, interface))
        self.call("mgm.delete_group_membership", "vetoed", source=source, group=group, interface=interface, flags=["forward"])

    # --- what comes in

    def receive(self):
        """False at the end of the connection."""
        chunk = self.socket.recv(1 << 20)
        *lines, self.partial = (self.partial + chunk).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "method" in message:
                self.callback(message["method"].removeprefix("mgm."), message["params"])
            else:
                self.waiting.pop(message["id"])(message)
        return bool(chunk)

    def callback(self, kind, facts):
        if kind == "creation_alert":
            for oif in facts["oifs"]:
                if oif["interface"] in self.not_forwarder:
                    self.veto(facts["source"], facts["group"], oif["interface"])
        elif kind == "join_alert" and facts["member_update"]:
            self.pulled.add((facts["source"], facts["group"]))
        elif kind == "prune_alert" and facts["member_delete"]:
            self.pulled.discard((facts["source"], facts["group"]))
        self.say("callback", kind=kind, pulled=sorted(self.pulled), **{key: facts[key] for key in facts if key != "header"})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("socket")
    parser.add_argument("--name", default="dvmrp")
    parser.add_argument("--protocol-id", type=int, default=13)
    parser.add_argument("--restart-time", type=float, default=0)
    options = parser.parse_args()

    def say(event, **facts):
        sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
        sys.stdout.flush()

    client = DenseMode(options.socket, options.name, options.protocol_id, options.restart_time, say)
    selector = selectors.DefaultSelector()
    selector.register(client.socket, selectors.EVENT_READ)
    selector.register(sys.stdin.buffer, selectors.EVENT_READ)
    commands = b""
    while True:
        for key, _ in selector.select():
            if key.fileobj is client.socket:
                if not client.receive():
                    return
                continue
            chunk = os.read(sys.stdin.fileno(), 65536)
            if not chunk:
                return
            *lines, commands = (commands + chunk).split(b"\n")
            for line in lines:
                client.command(line.decode().split())


if __name__ == "__main__":
    main()
