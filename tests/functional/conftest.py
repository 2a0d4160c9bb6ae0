# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""What every functional test gets: labs that are cleaned up, and a diagnosis when it fails."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from netlab.lab import Lab  # noqa: E402  (the path comes first)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == "call":
        item.failed_in_call = report.failed


@pytest.fixture
def make_lab(request):
    """Makes labs with any receivers; takes them down after the test, last one first."""
    labs = []

    def make(receiver_lans=None):
        labs.append(Lab(receiver_lans))
        return labs[-1]

    yield make
    for lab in reversed(labs):
        if getattr(request.node, "failed_in_call", False):
            for router in lab.routers:
                print(router.diagnosis())
        lab.close()


@pytest.fixture
def lab(make_lab):
    """The standard lab of netlab/lab.py."""
    return make_lab()


@pytest.fixture
def measured(request):
    """Prints a measurement so that tests/run.sh shows it also when the test passes."""

    def say(text):
        print(f"\nmeasured: {request.node.name}: {text}")

    return say


@pytest.fixture
def opened():
    """Closes what a test opens."""
    things = []
    yield lambda thing: things.append(thing) or thing
    for thing in things:
        thing.close()
