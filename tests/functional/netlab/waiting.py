# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Waiting for something to become true, with a deadline; and the errors of a wait that failed."""

import time


class LabError(Exception):
    """Something in the lab did not work; the text says what."""


def wait_until(condition, what, seconds=5.0, interval=0.02):
    """Returns the first true value of condition(). Fails with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise LabError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(interval)
