# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""One trial with both sides' accounts of it. What the daemon counted and what the generator counted have to agree to the
last packet; a trial that does not add up is an error and no figure."""

import time
from dataclasses import dataclass

from rig import LabError

# Offered less than this share of what was planned: the generator was too slow, and the trial says nothing.
OFFERED_SHARE = 0.99
# Worker or generator waited longer than this share of a trial for a processor, or the machine for its own.
DISTURBED_SHARE = 0.005
DISTURBED = "processor taken by others"
SETTLE_SECONDS = 3.0      # for what is still on its way when a trial ends
DRAIN_SECONDS = 0.05
SETTLE_RATE = 20_000.0
SETTLE_TRIALS = 5


@dataclass(frozen=True)
class Load:
    """What is sent in a trial."""

    groups: int
    sources: int
    octets: int   # of a frame, without FCS
    rate: float   # packets per second
    seconds: float

    @property
    def flows(self):
        return self.groups * self.sources

    def at(self, rate, seconds=None):
        return Load(self.groups, self.sources, self.octets, rate, seconds or self.seconds)


class Unbalanced(LabError):
    """Packets that nobody can account for."""


def counted(rig):
    """The daemon's counters that a trial moves."""
    drops = rig.router.call("show.drops")
    workers = rig.router.call("show.workers")["entries"]
    ports = rig.ports()
    keys = ["received", "forwarded", "punted", "parked", "dropped", "copies", "sent", "copies_dropped"]
    counts = {key: drops[key] for key in keys}
    counts["tx_full"] = drops["copy_drops"]["tx_full"]
    counts["input_missed"] = ports[0]["rx_missed"]
    counts["busy_cycles"] = sum(worker["busy_cycles"] for worker in workers)
    return counts


def moved(rig, before):
    """How far the counters have moved since `before`."""
    return {key: value - before[key] for key, value in counted(rig).items()}


def disagreements(trial, daemon):
    """The equations that do not hold, as text."""
    arrived = sum(receiver["received"] + receiver["duplicated"] + receiver["missed"] + receiver["late"]
                  for receiver in trial["receivers"])
    strange = sum(receiver["wrong"] + receiver["stale"] for receiver in trial["receivers"])
    equations = [
        ("packets taken by the router's port", trial["sent"],
         "received by the worker, IGMP apart, or missed", daemon["received"] - daemon["punted"] + daemon["input_missed"]),
        ("received", daemon["received"],
         "forwarded, punted, parked or dropped",
         daemon["forwarded"] + daemon["punted"] + daemon["parked"] + daemon["dropped"]),
        ("copies", daemon["copies"], "sent or dropped", daemon["sent"] + daemon["copies_dropped"]),
        ("copies sent by the router", daemon["sent"], "copies that arrived, now or late, or were missed by a receiver", arrived),
        ("frames that should not be there", strange, "none", 0),
    ]
    return [f"{left} {what} but {right} {other}" for what, left, other, right in equations if left != right]


def run_trial(rig, load, change=None):
    """Runs one trial and returns the generator's account of it with the daemon's in it, as "daemon"."""
    before, waited = counted(rig), rig.waited()
    request = {"rate": load.rate, "packets": max(1, round(load.rate * load.seconds)), "octets": load.octets,
               "sources": load.sources, "groups": load.groups}
    if change:
        request["change"] = change
    trial = {"rate": load.rate, **rig.generator.do("trial", load.seconds + 30, **request)}
    trial["waited"] = {role: (now - waited[role]) / 1e9 for role, now in rig.waited().items()}
    for receiver in trial["receivers"]:
        receiver["late"] = 0
    deadline = time.monotonic() + SETTLE_SECONDS
    daemon = moved(rig, before)
    while (wrong := disagreements(trial, daemon)) and time.monotonic() < deadline:
        # A worker that was kept from its processor sends when the trial is over.
        for receiver, copies in zip(trial["receivers"], rig.generator.do("drain", quiet=DRAIN_SECONDS)["copies"]):
            receiver["late"] += copies
        daemon = moved(rig, before)
    if wrong:
        raise Unbalanced(f"{rig.transport}, {load}: " + "; ".join(wrong)
                         + f"; daemon: {daemon}; waited for a processor: {trial['waited']}")
    trial["daemon"] = daemon
    trial["load"] = daemon["busy_cycles"] / (rig.clock_hz * trial["seconds"]) if trial["seconds"] > 0.01 else None
    return trial


def lost(trial):
    return sum(receiver["lost"] for receiver in trial["receivers"])


def why_not_loss_free(trial):
    """None, or where the trial went wrong first, and whether the machine had other work then."""
    reason = _loss(trial)
    disturbed = max(trial["waited"].values()) > DISTURBED_SHARE * trial["planned"] / trial["rate"]
    return f"{reason}, {DISTURBED}" if reason and disturbed else reason


def _loss(trial):
    if trial["offered"] < OFFERED_SHARE * trial["planned"]:
        return "generator too slow"
    if any(receiver["duplicated"] or receiver["reordered"] for receiver in trial["receivers"]):
        return "duplicated or reordered"
    if trial["refused"] or trial["daemon"]["input_missed"]:
        return "router's input full"
    if trial["daemon"]["copies_dropped"]:
        return "receiver's ring full" if trial["daemon"]["tx_full"] else "copies dropped"
    if any(receiver["missed"] for receiver in trial["receivers"]):
        return "receiver's ring full"
    if any(receiver["late"] for receiver in trial["receivers"]):
        return "worker stalled"
    if lost(trial):
        return "dropped"
    return None


def settle(rig, load):
    """Sends a few packets of every flow until the router forwards all of them: entries are made by traffic, and its workers
    hear of a new link some time after it is there."""
    if rig.warm == (load.groups, load.sources):
        return
    rate = min(SETTLE_RATE, load.flows * 20.0)
    for _ in range(SETTLE_TRIALS):
        trial = run_trial(rig, load.at(rate, 2 * load.flows / rate))
        if not lost(trial):
            rig.warm = (load.groups, load.sources)
            return
    raise LabError(f"{load.flows} flows are not all forwarded after {SETTLE_TRIALS} trials: {trial}")
