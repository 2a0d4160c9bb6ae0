# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""One row of the benchmark: the loss-free rate of a load, and what latencies are below it."""

from accounts import lost, run_trial, settle, why_not_loss_free
from search import highest_rate

FIRST_RATE = {"memif": 100_000.0, "af_xdp": 10_000.0}
SHARES = [0.1, 0.5, 0.8]
ATTEMPTS = 3            # at a trial that a disturbance can spoil
STEP_DOWN = 0.97        # when a rate that a short trial passed fails in a long one


def throughput(rig, load, short_seconds, first=None):
    """(rate, trial at that rate, what the rates above failed from). Searched in short trials, confirmed by one of
    `load.seconds`; the rate goes down in steps until that one is free of loss, too."""
    settle(rig, load)
    found = highest_rate(lambda rate: why_not_loss_free(run_trial(rig, load.at(rate, short_seconds))),
                         first or FIRST_RATE[rig.transport])
    rate, limit = found.rate, found.refusal
    while rate > 0:
        trial = run_trial(rig, load.at(rate))
        reason = why_not_loss_free(trial)
        if reason is None:
            return rate, trial, limit
        limit = reason
        rate = rate * STEP_DOWN if rate > 100 else 0
    return 0.0, None, limit


def calm_trial(rig, load):
    """A trial free of loss, if one of several is; else the last one."""
    for _ in range(ATTEMPTS):
        trial = run_trial(rig, load)
        if why_not_loss_free(trial) is None:
            break
    return trial


def summary(trial):
    """The figures of a trial that a row shows."""
    return {
        "offered_pps": trial["offered"] / trial["seconds"],
        "packets": trial["offered"],
        "seconds": trial["seconds"],
        "copies_lost": lost(trial),
        "duplicated": sum(receiver["duplicated"] for receiver in trial["receivers"]),
        "reordered": sum(receiver["reordered"] for receiver in trial["receivers"]),
        "verdict": why_not_loss_free(trial) or "loss-free",
        "worker_load": trial["load"],
        "latency_ns": trial["latency_ns"],
        "spread_ns": trial["spread_ns"],
        "receivers": trial["receivers"],
    }


def row(rig, load, short_seconds):
    """The receivers have joined the groups of `load` already."""
    rate, trial, limit = throughput(rig, load, short_seconds)
    line = {
        "transport": rig.transport, "octets": load.octets, "groups": load.groups, "sources": load.sources,
        "receivers": rig.receivers, "hugepages": rig.hugepages, "trial_seconds": load.seconds,
        "loss_free_pps": rate, "loss_free_copies_per_second": rate * rig.receivers,
        "limit": limit, "at": [],
    }
    if rate == 0:
        return line
    line["worker_load"] = trial["load"]
    for share in SHARES:
        line["at"].append({"share": share, **summary(calm_trial(rig, load.at(share * rate)))})
    return line
