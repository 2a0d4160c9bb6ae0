# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The live view: refreshed in place on a terminal, plain lines otherwise."""

import shutil

HOME_AND_CLEAR_BELOW = "\x1b[{}A\x1b[J"
GREEN, RED, PLAIN = "\x1b[1;32m", "\x1b[1;31m", "\x1b[0m"
PLAIN_EVERY = 4  # of the looks are printed when the output is no terminal


class View:
    """Shows the forwarding table and the receivers, and says what happens."""

    def __init__(self, output):
        self.output = output
        self.live = output.isatty()
        self.drawn = 0  # lines on the screen that the next look replaces
        self.looks = 0
        self.before = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.output.flush()

    def _print(self, lines):
        self.output.write("".join(f"{line}\n" for line in lines))
        self.output.flush()

    def _erase(self):
        if self.drawn:
            self.output.write(HOME_AND_CLEAR_BELOW.format(self.drawn))
            self.drawn = 0

    def say(self, text):
        """A line that stays."""
        self._erase()
        self._print([f"* {text}"])

    def show(self, entries, stats):
        """One look: the entries of `show mfib` and the receivers' counts by name."""
        rates = {name: self._rate(name, now) for name, now in stats.items()}
        self.before = stats
        self.looks += 1
        if self.live:
            width = shutil.get_terminal_size().columns
            lines = [line[:width - 1] for line in ["", *self._table(entries), "", *self._hosts(stats, rates), ""]]
            self._erase()
            self._print(lines)
            self.drawn = len(lines)
        elif self.looks % PLAIN_EVERY == 1:
            self._print([self._plain(entries, stats, rates)])

    def _rate(self, name, now):
        before = self.before.get(name)
        if before is None or now["time_ns"] == before["time_ns"]:
            return 0.0
        return (now["own"] - before["own"]) / (now["time_ns"] - before["time_ns"]) * 1e9

    @staticmethod
    def _table(entries):
        yield f"{'source':<12}{'group':<14}{'iif':<7}{'oifs':<14}{'state':<10}{'packets':>10}{'packets/s':>11}"
        for entry in entries:
            rate = entry["packets_per_second"]
            yield (f"{entry['source']:<12}{entry['group']:<14}{entry['iif'] or '-':<7}{', '.join(entry['oifs']) or '-':<14}"
                   f"{entry['state']:<10}{entry['packets']:>10}{'-' if rate is None else f'{rate:.0f}':>11}")

    @staticmethod
    def _hosts(stats, rates):
        yield f"{'receiver':<18}{'packets':>9}{'packets/s':>11}{'lost':>7}{'dup':>7}{'wrong':>7}"
        for name, now in stats.items():
            yield (f"{name:<18}{now['own']:>9}{rates[name]:>11.0f}{now['lost']:>7}{now['duplicated']:>7}{now['wrong']:>7}")

    @staticmethod
    def _plain(entries, stats, rates):
        active = sum(entry["state"] == "active" for entry in entries)
        hosts = "; ".join(f"{name}: {rates[name]:.0f}/s lost {now['lost']} dup {now['duplicated']} wrong {now['wrong']}"
                          for name, now in stats.items())
        return f"  table: {active} active, {len(entries) - active} unwanted; {hosts}"

    def conclude(self, good, lines, complaints):
        """The verdict. The last look stays on the screen."""
        colour = (GREEN if good else RED) if self.live else ""
        verdict = ("every expected packet arrived once, nothing arrived elsewhere" if good
                   else "something is wrong")
        self._print([*lines, *[f"WRONG: {complaint}" for complaint in complaints],
                     f"{colour}{'PASSED' if good else 'FAILED'}: {verdict}{PLAIN if self.live else ''}"])
