# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""The demo: one source, one router, three receivers, a live view and a verdict. Started by run.sh."""

import argparse
import os
import signal
import sys

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(REPOSITORY, "tests", "functional"))

from netlab.hugepages import Hugepages  # noqa: E402  (the path comes first)
from netlab.lab import Lab  # noqa: E402
from netlab.waiting import LabError  # noqa: E402

import kept  # noqa: E402
from scenario import Scenario  # noqa: E402
from view import View  # noqa: E402

PAGES = 512  # of 2 MiB: what mcfwd takes with three ports

def parse(arguments):
    parser = argparse.ArgumentParser(prog="configs/demo/run.sh", add_help=False)  # run.sh has the help
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--clean", action="store_true")
    return parser.parse_args(arguments)


def interrupted(number, _frame):
    raise SystemExit(128 + number)  # so that everything is cleaned up on the way out


def run(options):
    pages = Hugepages(PAGES)
    lab = None
    try:
        print(f"memory: {'2 MiB hugepages' if pages.enough else 'no hugepages to be had, going without (--no-huge)'}")
        lab = Lab(prefix=f"mcfwd-demo-{os.getpid()}")
        lab.start_router(dataplane={"poll": "adaptive", "memory": "hugepages" if pages.enough else "no-huge"})
        with View(sys.stdout) as view:
            good = Scenario(lab, view).run()
        if options.keep:
            kept.leave(lab, pages)
            lab = pages = None
        return 0 if good else 1
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        if lab and lab.router:
            print(lab.router.diagnosis(), file=sys.stderr)
        return 1
    finally:
        # A second Ctrl-C must not stop the cleaning.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if lab:
            lab.close()
        if pages:
            pages.restore()


def main():
    options = parse(sys.argv[1:])
    if options.clean:
        return kept.clean()
    if kept.exists():
        print("an earlier demo still runs; remove it with: sudo configs/demo/run.sh --clean", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
