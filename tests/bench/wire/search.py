# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The highest rate without loss (RFC 2544 section 26.1, RFC 3918 section 4.3): doubled until something is lost, then halved
between what went and what did not."""

from dataclasses import dataclass, field


@dataclass
class Found:
    """`rate` is 0 where nothing went through; `refusal` says what the lowest rate that failed failed from."""

    rate: float = 0.0
    refusal: str = ""
    trials: list = field(default_factory=list)  # (rate, reason of the failure or None)


def highest_rate(failure, first, resolution=0.02, attempts=2, highest=1e9, lowest=100.0):
    """`failure(rate)` runs a trial and returns None if all went well, else the reason. A rate has failed when `attempts` trials
    in a row have: on a shared machine a trial also fails from what else runs there, and no router is slower for that.
    The result is within `resolution` of the highest rate that goes well, if all below it do."""
    found = Found()

    def goes_well(rate):
        for _ in range(attempts):
            reason = failure(rate)
            found.trials.append((rate, reason))
            if reason is None:
                found.rate = max(found.rate, rate)
                return True
        found.refusal = reason
        return False

    good, bad, rate = 0.0, None, min(first, highest)
    while bad is None and goes_well(rate):
        good = rate
        if rate >= highest:
            return found
        rate = min(2 * rate, highest)
    bad = rate
    while good == 0.0 and bad > lowest:
        rate = bad / 2
        if goes_well(rate):
            good = rate
        else:
            bad = rate
    while good and bad - good > resolution * bad:
        rate = (good + bad) / 2
        if goes_well(rate):
            good = rate
        else:
            bad = rate
    return found
