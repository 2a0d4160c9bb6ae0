# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The table of the benchmark, and how its figures are written."""

from accounts import DISTURBED

WARNING = "The machine had other work: rates above which a processor was taken by others say nothing about the router."


def count(value):
    """1234567.0 -> '1,234,567'."""
    return f"{value:,.0f}"


def microseconds(nanoseconds):
    return f"{nanoseconds / 1000:,.1f}"


def percent(share):
    return "-" if share is None else f"{100 * share:.0f} %"


def table(headings, rows):
    """Columns as wide as their widest cell: the first one to the left, figures to the right."""
    cells = [headings, *rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(headings))]
    return "\n".join("  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(line, widths))).rstrip()
                     for line in cells)


def print_rows(rows):
    rates = [[row["transport"], str(row["octets"]), count(row["groups"] * row["sources"]), str(row["receivers"]),
              count(row["loss_free_pps"]), count(row["loss_free_copies_per_second"]), percent(row.get("worker_load")),
              row["limit"]] for row in rows]
    print("\nHighest rate without loss\n")
    print(table(["wire", "octets", "flows", "receivers", "packets/s", "copies/s", "worker busy", "above it"], rates))
    if any(DISTURBED in row["limit"] for row in rows):
        print(f"\n{WARNING}")
    delays = []
    for row in rows:
        for at in row["at"]:
            latency, spread = at["latency_ns"], at["spread_ns"]
            delays.append([row["transport"], str(row["octets"]), str(row["receivers"]), percent(at["share"]),
                           count(at["offered_pps"]),
                           *(microseconds(latency[name]) for name in ("p50", "p99", "p99_9", "max")),
                           *(microseconds(spread[name]) for name in ("p50", "p99", "max")), at["verdict"]])
    print("\nLatency of copies, and spread between the first and the last receiver of a packet, in microseconds\n")
    print(table(["wire", "octets", "receivers", "of rate", "packets/s", "p50", "p99", "p99.9", "max",
                 "spread p50", "p99", "max", "verdict"], delays))
