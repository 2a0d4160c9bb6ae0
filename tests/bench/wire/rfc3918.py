# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The benchmarks of RFC 3918, section by section. rfc3918_text.py prints what they find and where they deviate."""

import sys

from accounts import Load, lost, run_trial, settle, why_not_loss_free
from measure import SHARES, calm_trial, summary, throughput
from rig import LabError, Rig

FCS = 4                 # the RFC counts it, our wires have none
FRAME_SIZES = [64, 128, 256, 512, 1024, 1280, 1518]
RECEIVERS = 4
GROUPS = 100
CAPACITY_LOAD = 50_000.0
LOAD_SHARE = 0.5        # of the throughput, where the RFC leaves the load to the tester
DELAY_REPEATS = 10
JOIN_AT = 0.2           # seconds after the traffic has started
JOIN_PATIENCE = 0.5
LEAVE_PATIENCE = {"tracked": 0.5, "off": 3.0}


class Plan:
    """How much of everything."""

    def __init__(self, seconds, short_seconds, quick):
        self.seconds, self.short_seconds = seconds, short_seconds
        self.sizes = [64, 1518] if quick else FRAME_SIZES
        self.matrix_groups = [1, 100, 1_000] if quick else [1, 10, 100, 1_000, 10_000]
        self.capacity = 4_096 if quick else 65_536
        self.repeats = 3 if quick else DELAY_REPEATS


def say(transport, text):
    print(f"{transport}: RFC 3918 section {text}", file=sys.stderr, flush=True)


def joins_exactly(rig, receiver, groups):
    """The receiver has the first `groups` groups and no others."""
    joined = rig.joined.get(receiver, 0)
    if joined > groups:
        rig.leave(receiver, joined)
    if groups not in (0, joined):
        rig.join(receiver, groups)


def everybody_joins(rig, groups):
    for receiver in range(rig.receivers):
        joins_exactly(rig, receiver, groups)


def aggregated_throughput(rig, plan):
    """Section 4.3: per frame size, the highest rate at which every receiver gets every frame."""
    say(rig.transport, "4.3")
    everybody_joins(rig, GROUPS)
    lines = []
    for size in plan.sizes:
        rate, trial, limit = throughput(rig, Load(GROUPS, 1, size - FCS, 0, plan.seconds), plan.short_seconds)
        lines.append({"frame_size": size, "throughput_fps": rate, "copies_per_second": rate * rig.receivers,
                      "worker_load": trial and trial["load"], "limit": limit})
    return lines


def forwarding_matrix(rig, plan, size, rate):
    """Section 4.2: the forwarding rate as the number of groups grows, at one load."""
    say(rig.transport, "4.2")
    lines = []
    for groups in plan.matrix_groups:
        everybody_joins(rig, groups)
        load = Load(groups, 1, size - FCS, rate, plan.seconds)
        settle(rig, load)
        trial = calm_trial(rig, load)
        received = [receiver["received"] / trial["seconds"] for receiver in trial["receivers"]]
        lines.append({"groups": groups, "frame_size": size, "offered_fps": trial["offered"] / trial["seconds"],
                      "forwarding_fps": received, "aggregate_fps": sum(received), "copies_lost": lost(trial),
                      "verdict": why_not_loss_free(trial) or "loss-free"})
    return lines


def latency(rig, plan, throughputs):
    """Sections 5.1 and 5.2: latency per receiver, and how far the smallest and the largest one are apart."""
    say(rig.transport, "5.1, 5.2")
    everybody_joins(rig, GROUPS)
    lines = []
    for found in throughputs:
        for share in SHARES if found["throughput_fps"] else []:
            load = Load(GROUPS, 1, found["frame_size"] - FCS, share * found["throughput_fps"], plan.seconds)
            settle(rig, load)
            trial = calm_trial(rig, load)
            delays = [receiver["latency_ns"] for receiver in trial["receivers"]]
            lines.append({"frame_size": found["frame_size"], "share": share, **summary(trial),
                          "receivers_latency_ns": delays,
                          "min_max_latency_ns": max(delay["max"] for delay in delays) - min(delay["min"] for delay in delays)})
    return lines


def delay_trial(rig, word, receiver, rate, groups, patience):
    """Traffic to `groups` groups, and a receiver that joins or leaves all of them while it flows."""
    load = Load(groups, 1, FRAME_SIZES[0] - FCS, rate, JOIN_AT + patience)
    change = {"do": word, "receiver": receiver, "groups": groups, "at": JOIN_AT}
    trial = run_trial(rig, load, change)
    rig.joined[receiver] = groups if word == "join" else 0
    delay = trial["change"]["delay_ns"]
    if delay["count"] != groups or delay["max"] > 0.9e9 * patience:
        raise LabError(f"{word} of {groups} groups did not take effect within {patience:g} s: {delay}")
    return {"delay_ns": delay, "packets_after": trial["change"]["packets_after"],
            "resolution_ns": 1e9 * groups / load.rate}


def join_delay(rig, plan, rate):
    """Section 6.1. State 0: nobody has joined the group before. State 1: it is forwarded to other receivers."""
    say(rig.transport, "6.1")
    receiver, lines = rig.receivers - 1, []
    for state in (0, 1):
        for groups in (1, GROUPS):
            for _ in range(plan.repeats):
                for other in range(rig.receivers):
                    joins_exactly(rig, other, groups if state == 1 and other != receiver else 0)
                delay = delay_trial(rig, "join", receiver, rate, groups, JOIN_PATIENCE)
                lines.append({"state": state, "groups": groups, **delay})
    return lines


def leave_delay(rig, plan, rate, policies):
    """Section 6.2, for the last two receivers and so both fast-leave policies. `policies`: {receiver: that of its interface}."""
    say(rig.transport, "6.2")
    lines = []
    for receiver, policy in list(policies.items())[-2:]:
        for groups in (1, GROUPS):
            for _ in range(1 if policy == "off" else plan.repeats):
                everybody_joins(rig, groups)
                settle(rig, Load(groups, 1, FRAME_SIZES[0] - FCS, 0, plan.seconds))
                lines.append({"fast_leave": policy, "groups": groups,
                              **delay_trial(rig, "leave", receiver, rate, groups, LEAVE_PATIENCE[policy])})
    return lines


def group_capacity(transport, plan, rate):
    """Section 7.1: groups are added in steps until a receiver misses frames of one of them."""
    say(transport, "7.1")
    step = plan.capacity // 8
    result = {"configured_entries": plan.capacity, "step": step, "frame_size": FRAME_SIZES[0], "receivers": 2,
              "load_fps": rate, "groups": 0}
    with Rig(transport, 2, entries=plan.capacity) as rig:
        for groups in range(step, plan.capacity + 2 * step, step):
            everybody_joins(rig, groups)
            load = Load(groups, 1, FRAME_SIZES[0] - FCS, rate, 2 * groups / rate)
            trial = calm_trial(rig, load)
            if lost(trial):
                result.update(failed_at=groups, drops=trial["daemon"])
                break
            result["groups"] = groups
    return result


def run(transport, seconds, short_seconds, quick):
    """The whole report over one kind of wire."""
    plan = Plan(seconds, short_seconds, quick)
    policies = dict.fromkeys(range(RECEIVERS), "tracked") | {RECEIVERS - 2: "off"}
    with Rig(transport, RECEIVERS, igmp={receiver: {"fast_leave": policy} for receiver, policy in policies.items()}) as rig:
        found = aggregated_throughput(rig, plan)
        size, rate = found[0]["frame_size"], found[0]["throughput_fps"]
        report = {
            "transport": transport, "receivers": RECEIVERS, "groups": GROUPS, "trial_seconds": seconds, "igmp_version": 3,
            "delay_load_fps": LOAD_SHARE * rate,
            "4.2": forwarding_matrix(rig, plan, size, LOAD_SHARE * rate),
            "4.3": found,
            "5": latency(rig, plan, found),
            "6.2": leave_delay(rig, plan, LOAD_SHARE * rate, policies),
            "6.1": join_delay(rig, plan, LOAD_SHARE * rate),
        }
    report["7.1"] = group_capacity(transport, plan, min(CAPACITY_LOAD, LOAD_SHARE * rate))
    return report
