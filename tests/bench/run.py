# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Builds and runs the benchmarks for run.sh, one after the other, and puts their figures into one document."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCH = os.path.join(REPOSITORY, "build", "tests", "bench")
sys.path.insert(0, os.path.join(REPOSITORY, "tests", "functional"))

from netlab.hugepages import Hugepages  # noqa: E402

# Tables of a million entries, buffers, and the daemon's own.
PAGES = 2600

# What to build for a part, how to call it in full, what to add for a quick run.
PARTS = {
    "fastpath": (["tests/bench/fastpath/fastpath_bench"], [os.path.join(BENCH, "fastpath", "fastpath_bench")], ["--quick"]),
    "control": (["tests/bench/control/control_bench"], [os.path.join(BENCH, "control", "control_bench")], ["--quick"]),
    "handoffs": (["tests/bench/handoff_bench"], [os.path.join(BENCH, "handoff_bench"), "10"], None),
    "wire": (["tests/bench/wire/mcfwd-wire-gen", "controlplane/daemon/mcfwd", "controlplane/ctl/mcfwdctl",
              "dataplane/xdp/steer.bpf.o"], ["/usr/bin/python3", "tests/bench/wire/run.py"], ["--quick"]),
}
QUICK_HANDOFFS = [os.path.join(BENCH, "handoff_bench"), "2"]


def command(part, quick, json_file):
    _, full, for_quick = PARTS[part]
    if part == "handoffs":
        return QUICK_HANDOFFS if quick else full
    return [*full, *(for_quick if quick else []), "--json", json_file]


def ticks():
    """All processor time since the start, and what a hypervisor gave to others meanwhile."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return sum(fields), fields[7]


def run_and_keep(argv):
    """Runs a command, shows what it prints, and returns its lines that say what was measured."""
    kept = []
    with subprocess.Popen(argv, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            print(line, end="", flush=True)
            if line.startswith("measured: "):
                kept.append(line.removeprefix("measured: ").strip())
    if running.returncode != 0:
        raise subprocess.CalledProcessError(running.returncode, argv)
    return kept


def run_part(part, quick):
    """The figures of a part; raises if it fails."""
    print(f"\n== {part}", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".json") as figures:
        before = ticks()
        lines = run_and_keep(command(part, quick, figures.name))
        total, stolen = (now - then for now, then in zip(ticks(), before))
        text = figures.read()
    share = stolen / max(1, total)
    if share > 0.01:
        print(f"a hypervisor gave {share:.1%} of the processor time to others meanwhile", flush=True)
    return {"stolen": share, **(json.loads(text) if text else {"measured": lines})}


def compare_native(quick):
    """The closed loop compiled for this processor beside the default; rows take turns, a ratio is taken within a turn."""
    native = os.path.join(REPOSITORY, "build-native")
    if not os.path.exists(os.path.join(native, "build.ninja")):
        subprocess.run(["meson", "setup", "-Dmarch=native", native], cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    target = "tests/bench/fastpath/fastpath_bench"
    subprocess.run(["ninja", "-C", native, target], cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    ratios = {}
    for _ in range(3 if quick else 7):
        turn = []
        for directory in (os.path.join(REPOSITORY, "build"), native):
            with tempfile.NamedTemporaryFile(suffix=".json") as figures:
                subprocess.run([os.path.join(directory, target), "--quick", "--only", "mcfwd", "--json", figures.name],
                               check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                turn.append(json.load(figures)["closed_loop"])
        for default, compiled_for_it in zip(*turn):
            row = f"{default['egresses']} egresses, {default['headers']} headers, {default['frame_octets']} octets, {default['entries']} entries"
            ratios.setdefault(row, []).append(default["mcfwd"]["ns_per_input"]["median"] / compiled_for_it["mcfwd"]["ns_per_input"]["median"])
    print("\n== native: rate of a build with -Dmarch=native over that of the default")
    medians = {row: statistics.median(values) for row, values in ratios.items()}
    for row, ratio in medians.items():
        print(f"{row}: {ratio:.3f}")
    return {"native_over_default": medians}


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", default=os.path.join(REPOSITORY, "build", "bench.json"))
    parser.add_argument("--part", action="append", choices=[*PARTS, "native"])
    options = parser.parse_args()
    chosen = options.part or list(PARTS)
    parts = [part for part in chosen if part in PARTS]
    targets = [target for part in parts or ["fastpath"] for target in PARTS[part][0]]
    if subprocess.run(["ninja", "-C", "build", *targets], cwd=REPOSITORY, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        print("the build failed: ninja -C build says why", file=sys.stderr)
        return 1
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"the load of this machine is {load:.2f}: it is not idle, or has not been for a minute")
    pages = Hugepages(PAGES)
    document = {"load": load}
    try:
        for part in parts:
            document[part] = run_part(part, options.quick)
        if "native" in chosen:
            document["native"] = compare_native(options.quick)
    except subprocess.CalledProcessError as failed:
        print(f"'{' '.join(failed.cmd)}' ended with {failed.returncode}", file=sys.stderr)
        return 1
    finally:
        pages.restore()
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    print(f"\nfigures: {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
