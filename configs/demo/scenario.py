# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""What happens in the demo, and whether it went as it should."""

import time

from netlab.lab import OTHER_SOURCE, SOURCE
from netlab.verdict import faults

PORT = 5000
RATE = 6000  # packets per second, all flows together
SECONDS = 12
LEAVES_AFTER = 5
LEAVE_TIME = 2.0  # seconds: last-member query interval 1 s, twice; the defaults of IGMP
WIRE_SLACK = 0.2  # for the queries' own way and the clock of the kernel's hosts

NEWS = "239.1.1.1"
MUSIC = "239.1.1.2"
SPORT = "239.1.1.3"
UNWANTED = ["239.1.1.8", "239.1.1.9"]
SPECIFIC = "232.1.1.1"

FLOWS = [(SOURCE, NEWS, PORT), (SOURCE, MUSIC, PORT), (SOURCE, SPORT, PORT), (SOURCE, SPECIFIC, PORT),
         (OTHER_SOURCE, SPECIFIC, PORT), *[(SOURCE, group, PORT) for group in UNWANTED]]
HOSTS = {"rx1": ("lan2", 2, "IGMPv2"), "rx2": ("lan2", 3, "IGMPv3"), "rx3": ("lan3", 3, "IGMPv3 SSM")}
JOINS = {"rx1": [(NEWS, None), (SPORT, None)], "rx2": [(NEWS, None), (MUSIC, None)], "rx3": [(SPECIFIC, SOURCE)]}
LEAVER, LEFT_GROUP = "rx1", SPORT


class Scenario:
    """Joins, sends, leaves, judges. `view` is told what happens."""

    def __init__(self, lab, view):
        self.lab = lab
        self.router = lab.router
        self.view = view
        self.receivers = {}
        self.complaints = []

    def run(self):
        self._join()
        self.view.say(f"sending {RATE} packets/s for {SECONDS} s: {len(FLOWS)} flows, two of them wanted by nobody, "
                      f"one from a source that rx3 did not ask for")
        sender = self.lab.sender(FLOWS, RATE, count=RATE * SECONDS // len(FLOWS)).start()
        begin = time.monotonic()
        self._watch(begin + LEAVES_AFTER)
        self._leave()
        self._watch(begin + SECONDS)
        sent = sender.wait_sent(2 * SECONDS)
        self._watch(time.monotonic() + 0.5)
        return self._judge(sent)

    def _join(self):
        for host, (lan, version, _) in HOSTS.items():
            receiver = self.lab.receiver(host, version)
            for group, source in JOINS[host]:
                receiver.join(group, source)
            for neighbour, (other_lan, *_) in HOSTS.items():
                if neighbour != host and other_lan == lan:
                    for group, source in JOINS[neighbour]:
                        receiver.want(group, source)
            self.receivers[host] = receiver
        self.router.wait_members((HOSTS[host][0], group) for host, joins in JOINS.items() for group, _ in joins)

    def _leave(self):
        self.view.say(f"{LEAVER} leaves {LEFT_GROUP}")
        self.receivers["rx2"].unwant(LEFT_GROUP)
        self.receivers[LEAVER].leave(LEFT_GROUP)

    def _watch(self, until):
        while time.monotonic() < until:
            entries = self.router.entries("show.mfib")
            stats = {f"{host} ({HOSTS[host][2]})": receiver.stats() for host, receiver in self.receivers.items()}
            self.view.show(entries, stats)
            time.sleep(max(0.0, min(0.5, until - time.monotonic())))

    def _expect(self, true, complaint):
        if not true:
            self.complaints.append(complaint)

    def _judge_flow(self, host, flow, sent, got):
        """Everything once and in order, up to the leave if that group was left."""
        source, group, _ = flow
        whole = got and (got["received"], got["first"], got["last"]) == (sent, 0, sent - 1)
        if group == LEFT_GROUP:
            whole = got and got["first"] == 0 and got["received"] == got["last"] + 1 < sent
        self._expect(whole, f"{host}: {source} -> {group}: {sent} sent, got {got}")

    def _judge_leave(self):
        quiet = self.receivers[LEAVER].take("quiet", group=LEFT_GROUP)
        if quiet is None:
            self.complaints.append(f"{LEAVER} left {LEFT_GROUP}, but its traffic did not stop")
            return ""
        seconds = (quiet["last_data_ns"] - quiet["leave_ns"]) / 1e9
        self._expect(seconds <= LEAVE_TIME + WIRE_SLACK, f"traffic went on for {seconds:.2f} s after the leave")
        return f"the traffic that {LEAVER} left stopped after {seconds:.2f} s (allowed: {LEAVE_TIME:g} s)"

    def _judge(self, sent):
        lines = [f"{sum(sent.values())} packets sent"]
        for host, receiver in self.receivers.items():
            lan = HOSTS[host][0]
            wanted = [flow for flow in FLOWS for neighbour, joins in JOINS.items() if HOSTS[neighbour][0] == lan
                      for group, source in joins if flow[1] == group and source in (None, flow[0])]
            flows, stats = receiver.flows(), receiver.stats()
            for flow in set(wanted):
                self._judge_flow(host, flow, sent[flow], flows.get(flow))
            extra = set(flows) - set(wanted)
            self._expect(not extra, f"{host} got what nobody on its LAN joined: {sorted(extra)}")
            self._expect(not faults(stats), f"{host}: {faults(stats)}")
            lines.append(f"{host}: {stats['own']} packets of its own groups, {stats['lost']} lost, {stats['duplicated']} duplicated, "
                         f"{stats['wrong']} wrong, {stats['reordered']} out of order; every TTL and checksum "
                         + ("right" if not faults(stats) else "looked at"))
        lines.append(self._judge_leave())
        good = not self.complaints
        self.view.conclude(good, [line for line in lines if line], self.complaints)
        return good
