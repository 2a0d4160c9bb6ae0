# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The benchmark of the running daemon is only worth something if its search, its accounts and its generator are right."""

import os
import sys
from types import SimpleNamespace

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "wire"))

import accounts  # noqa: E402  (the path comes first)
import search  # noqa: E402
from rig import TRANSPORTS, Rig  # noqa: E402

FLOWS = {"groups": 20, "sources": 5}


class SimulatedRouter:
    """Loses something above its limit, and now and then below it, as a machine with other work does."""

    def __init__(self, limit, disturbed=()):
        self.limit = limit
        self.disturbed = set(disturbed)
        self.rates = []

    def failure(self, rate):
        self.rates.append(rate)
        return "input full" if rate > self.limit or len(self.rates) in self.disturbed else None


@pytest.mark.parametrize("limit", [150.0, 9_999.0, 10_000.0, 123_456.0, 7.5e6])
def test_search_finds_the_limit_from_either_side(limit):
    router = SimulatedRouter(limit)
    found = search.highest_rate(router.failure, 10_000.0, resolution=0.01, lowest=50.0)
    assert 0.99 * limit - 1e-6 <= found.rate <= limit
    assert found.refusal == "input full"
    assert [rate for rate, _ in found.trials] == router.rates and len(router.rates) < 50


def test_search_takes_one_failed_trial_for_a_disturbance_and_two_for_a_limit():
    calm = search.highest_rate(SimulatedRouter(50_000.0).failure, 10_000.0)
    assert search.highest_rate(SimulatedRouter(50_000.0, disturbed=[1, 3, 5]).failure, 10_000.0).rate == calm.rate
    spoilt = search.highest_rate(SimulatedRouter(50_000.0, disturbed=[2, 3]).failure, 10_000.0)
    assert 19_000.0 < spoilt.rate < 20_000.0, "20,000 failed twice"


def test_search_ends_where_nothing_fails_and_where_everything_does():
    assert search.highest_rate(SimulatedRouter(1e12).failure, 10_000.0, highest=100_000.0).rate == 100_000.0
    nothing = search.highest_rate(SimulatedRouter(0).failure, 10_000.0, lowest=100.0)
    assert (nothing.rate, nothing.refusal) == (0.0, "input full")


def balanced_trial():
    """A trial of 100 packets to two receivers: 10 lost at the router's input, 5 copies in its output, 3 at a receiver."""
    receiver = {"received": 90, "lost": 10, "duplicated": 0, "reordered": 0, "wrong": 0, "stale": 0, "missed": 0, "late": 0}
    trial = {"planned": 100, "rate": 100.0, "waited": {"worker": 0.0, "generator": 0.0, "machine": 0.0},
             "offered": 100, "sent": 98, "refused": 2, "skipped": 0, "spread_ns": {},
             "receivers": [dict(receiver), {**receiver, "received": 82, "lost": 18, "missed": 3}]}
    daemon = {"received": 91, "punted": 1, "forwarded": 90, "parked": 0, "dropped": 0, "copies": 180, "sent": 175,
              "copies_dropped": 5, "tx_full": 5, "input_missed": 8, "busy_cycles": 1}
    return trial, daemon


def test_accounts_that_add_up_have_no_disagreement():
    assert accounts.disagreements(*balanced_trial()) == []


COUNTED = {
    "daemon": ["received", "forwarded", "dropped", "copies", "sent", "copies_dropped", "input_missed", "punted"],
    "trial": ["sent"],
    "receiver": ["received", "duplicated", "missed", "late", "wrong", "stale"],
}


@pytest.mark.parametrize("side, key", [(side, key) for side, keys in COUNTED.items() for key in keys])
def test_one_packet_too_many_anywhere_is_noticed(side, key):
    trial, daemon = balanced_trial()
    {"daemon": daemon, "trial": trial, "receiver": trial["receivers"][1]}[side][key] += 1
    assert accounts.disagreements(trial, daemon) != []


@pytest.mark.parametrize("changes, verdict", [
    ({}, None),
    ({"offered": 98}, "generator too slow"),
    ({"refused": 1}, "router's input full"),
    ({"input_missed": 1}, "router's input full"),
    ({"copies_dropped": 1, "tx_full": 1}, "receiver's ring full"),
    ({"copies_dropped": 1}, "copies dropped"),
    ({"missed": 1}, "receiver's ring full"),
    ({"late": 1}, "worker stalled"),
    ({"lost": 1}, "dropped"),
    ({"duplicated": 1}, "duplicated or reordered"),
    ({"reordered": 1}, "duplicated or reordered"),
])
def test_a_trial_is_free_of_loss_or_says_why_not(changes, verdict):
    trial, daemon = balanced_trial()
    trial.update(refused=0)
    daemon.update(input_missed=0, copies_dropped=0, tx_full=0)
    trial["receivers"] = [{key: 0 for key in trial["receivers"][0]} for _ in range(2)]
    for part in (trial, daemon, trial["receivers"][1]):
        part.update({key: value for key, value in changes.items() if key in part})
    trial["daemon"] = daemon
    assert accounts.why_not_loss_free(trial) == verdict
    trial["waited"]["worker"] = 0.02  # of one second
    assert accounts.why_not_loss_free(trial) == (verdict and f"{verdict}, {accounts.DISTURBED}")


@pytest.fixture(params=TRANSPORTS, scope="module")
def rig(request):
    """Two receivers. Without hugepages, and with a worker that sleeps: tests run beside each other."""
    with Rig(request.param, 2, entries=1024, hugepages=False, poll="adaptive",
             igmp={0: {"fast_leave": "tracked"}, 1: {"fast_leave": "tracked"}}) as made:
        yield made


def test_every_copy_is_counted_on_both_sides(rig, measured):
    #  generator ── lan0 ── router ── lan1, lan2 ── generator
    for receiver in range(2):
        rig.join(receiver, FLOWS["groups"])
    load = accounts.Load(**FLOWS, octets=64, rate=2_000.0, seconds=0.5)
    accounts.settle(rig, load)
    for octets in (60, 512, 1514):
        trial = accounts.run_trial(rig, accounts.Load(**FLOWS, octets=octets, rate=2_000.0, seconds=0.4))
        assert accounts.lost(trial) == trial["refused"] == trial["daemon"]["dropped"] == 0, trial
        assert trial["offered"] == trial["sent"] == 800 - trial["skipped"]
        assert [receiver["received"] for receiver in trial["receivers"]] == [trial["sent"]] * 2
        assert trial["daemon"]["copies"] == 2 * trial["sent"]
        assert trial["spread_ns"]["count"] == trial["sent"] and trial["latency_ns"]["count"] == 2 * trial["sent"]
        latency, spread = trial["latency_ns"], trial["spread_ns"]
        assert 0 < latency["min"] <= latency["p50"] <= latency["p99"] <= latency["p99_9"] <= latency["max"]
        assert spread["max"] <= latency["max"]
    p50, p99 = (latency[name] / 1000 for name in ("p50", "p99"))
    measured(f"{rig.transport}: p50 {p50:.0f} us, p99 {p99:.0f} us at {load.rate:.0f} packets/s")


def test_a_receiver_that_joins_and_leaves_gets_what_flows_between(rig):
    for receiver in range(2):
        rig.join(receiver, FLOWS["groups"])
    load = accounts.Load(**FLOWS, octets=64, rate=2_000.0, seconds=0.6)
    accounts.settle(rig, load)
    rig.leave(0, FLOWS["groups"])
    joined = accounts.run_trial(rig, load, {"do": "join", "receiver": 0, "groups": FLOWS["groups"], "at": 0.2})
    assert joined["change"]["delay_ns"]["count"] == FLOWS["groups"], "every group arrives"
    assert 0 < joined["receivers"][0]["received"] == joined["change"]["packets_after"] < joined["sent"]
    left = accounts.run_trial(rig, load, {"do": "leave", "receiver": 0, "groups": FLOWS["groups"], "at": 0.2})
    assert left["change"]["delay_ns"]["max"] < 0.3e9, "and ends"
    assert left["receivers"][0]["received"] < left["sent"]
    assert joined["receivers"][1]["received"] == joined["sent"] and left["receivers"][1]["received"] == left["sent"]


def test_nothing_is_left_behind():
    with Rig("memif", 1, entries=1024, hugepages=False, poll="adaptive") as rig:
        left = SimpleNamespace(directory=rig.directory, prefix=rig.prefix,
                               processes=[rig.router.process, rig.generator.process])
    assert all(process.poll() is not None for process in left.processes)
    assert not os.path.exists(left.directory)
    assert not [name for name in os.listdir("/run/netns") if name.startswith(left.prefix + "-")]
