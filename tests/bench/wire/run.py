#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Process to process: the running daemon between a generator's ports. README.md beside this file says what is measured."""

import argparse
import json
import os
import signal
import sys

import report
import rfc3918
import rfc3918_text
from accounts import Load
from measure import row
from rig import TRANSPORTS, LabError, Rig, kernel, processor

GROUPS, SOURCES = 100, 10
QUICK = [(4, [64])]                                   # (receivers, octets of the frames)
FULL = [(1, [64]), (4, [64, 512, 1514]), (16, [64])]


def measure(transport, plan, seconds, short_seconds):
    rows = []
    for receivers, sizes in plan:
        with Rig(transport, receivers) as rig:
            for receiver in range(receivers):
                rig.join(receiver, GROUPS)
            for octets in sizes:
                rows.append(row(rig, Load(GROUPS, SOURCES, octets, 0, seconds), short_seconds))
                print(f"{transport}: {octets} octets to {receivers} receivers: "
                      f"{report.count(rows[-1]['loss_free_pps'])} packets/s", file=sys.stderr, flush=True)
    return rows


def arguments():
    parser = argparse.ArgumentParser(description="Throughput and latency of the running daemon, process to process.")
    parser.add_argument("--quick", action="store_true", help="one row per wire, short trials; below 25 s")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--transport", choices=[*TRANSPORTS, "all"], default="all")
    parser.add_argument("--rfc3918", action="store_true", help="the report of RFC 3918 instead")
    parser.add_argument("--seconds", type=float, help="of a trial (default 1, or 0.5 with --quick)")
    return parser.parse_args()


def main():
    options = arguments()
    if os.geteuid() != 0:
        print("network namespaces and AF_XDP need root", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is ended
    seconds = options.seconds or (0.5 if options.quick else 1.0)
    short_seconds = min(seconds, 0.1 if options.quick else 0.2)
    transports = TRANSPORTS if options.transport == "all" else [options.transport]
    document = {"machine": processor(), "kernel": kernel(), "wire": []}
    try:
        if options.rfc3918:
            document["rfc3918"] = [rfc3918.run(transport, seconds, short_seconds, options.quick) for transport in transports]
        else:
            for transport in transports:
                document["wire"] += measure(transport, QUICK if options.quick else FULL, seconds, short_seconds)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{document['machine']}, kernel {document['kernel']}")
    for part in document.get("rfc3918", []):
        rfc3918_text.print_report(part)
    if document["wire"]:
        report.print_rows(document["wire"])
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
