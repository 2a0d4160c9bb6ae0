# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Builds and runs the suites for run.sh, and adds up what they say."""

import argparse
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(REPOSITORY, "build", "test-logs")
SUITES = ["unit", "pipeline", "sanitize", "functional", "fuzz"]
# The release build is the project's default. The other one serves the sanitizers and the fuzzers alike. Sanitized code
# compiles 2.5 times faster without optimisation than at -O1, which is more than its tests lose by it; clang, which the fuzzers
# need, takes two thirds of the time of g++, but has other warnings, some of them about the standard library.
BUILD_OPTIONS = {
    "build": [],
    "build-sanitize": ["-Dwerror=false", "-Doptimization=0", "-Ddebug=false", "-Dcpp_args=-g1", "-Dfuzz=true", "-Db_lundef=false"],
}
COMPILERS = {"build-sanitize": {"CC": "clang-19", "CXX": "clang++-19", "CC_LD": "gold", "CXX_LD": "gold"}}
FUZZERS_AT_ONCE = 3
LONGEST_INPUT = 20  # seconds of a processor; a fuzzer that does not end within them hangs
# Time limits are there to end what hangs. Machines have been seen to be four times slower than the one they were set on.
PATIENCE = 6
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:halt_on_error=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "RC_PARAMS": "max_success=5",  # properties are proved in the other build; here only their memory is watched
}


@dataclass
class Phase:
    """One line of the summary."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    notes: list = field(default_factory=list)     # the names of what failed
    measured: list = field(default_factory=list)  # what tests have measured


def show_end(path, argv, code):
    """Shows the end of the log of what has failed."""
    with open(path, encoding="utf-8", errors="replace") as log:
        print("".join(log.readlines()[-400:]))
    print(f"'{' '.join(argv)}' ended with {code}; the whole log: {path}", flush=True)


def run_logged(name, argv, environment=None):
    """Runs a command with its output in a log of its own; shows the end of it on failure."""
    path = os.path.join(LOGS, f"{name}.log")
    with open(path, "w", encoding="utf-8") as log:
        code = subprocess.run(argv, cwd=REPOSITORY, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
                              stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    if code != 0:
        show_end(path, argv, code)
    return code


def timed(function):
    """Makes a function that fills a Phase also measure itself and say what it does."""

    def run(phase, *arguments):
        print(f"== {phase.name}", flush=True)
        begin = time.monotonic()
        try:
            function(phase, *arguments)
        finally:
            phase.seconds = time.monotonic() - begin
        return phase.failed == 0

    return run


def fail(phase, what):
    phase.failed += 1
    phase.notes.append(what)


def introspect(directory, what):
    return json.loads(subprocess.check_output(["meson", "introspect", directory, what], cwd=REPOSITORY))


def test_targets(directory, suites):
    """Files that have to be built before the tests of these suites can run."""
    outputs = {target["id"]: target["filename"] for target in introspect(directory, "--targets")}
    files = set()
    for test in introspect(directory, "--tests"):
        if {suite.split(":")[-1] for suite in test["suite"]} & set(suites):
            files.update(name for target in test["depends"] for name in outputs.get(target, []))
            files.update(word for word in test["cmd"] if word.startswith(os.path.join(REPOSITORY, directory)))
    return sorted(files)


def fuzz_targets():
    """Every executable below tests/fuzz is a fuzz target."""
    place = os.path.join(REPOSITORY, "build-sanitize", "tests", "fuzz")
    return sorted(name for target in introspect("build-sanitize", "--targets") if target["type"] == "executable"
                  for name in target["filename"] if name.startswith(place + os.sep))


# On the processor time that others leave, so that they may take the time of something.
ASIDE = ("chrt", "--idle", "0")


@timed
def build(phase, directory, files_of=None, prefix=()):
    """Configures and compiles; `files_of()` limits it to some targets."""
    if not os.path.exists(os.path.join(REPOSITORY, directory, "build.ninja")):
        options = ["meson", "setup", *BUILD_OPTIONS[directory], directory]
        if run_logged(f"{directory}-setup", options, COMPILERS.get(directory)) != 0:
            fail(phase, "configure")
            return
    files = [os.path.relpath(name, os.path.join(REPOSITORY, directory)) for name in files_of()] if files_of else []
    if run_logged(directory, [*prefix, "ninja", "-C", directory, *files]) != 0:
        fail(phase, "compile")


def measured(lines):
    return [line.strip() for line in lines if line.startswith("measured: ")]


def count_junit(phase, path):
    """Adds what a JUnit report says; False if there is none."""
    if not os.path.exists(path):
        return False
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            fail(phase, f"{case.get('classname') or ''} {case.get('name')}".strip())
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            phase.skipped += 1
        else:
            phase.passed += 1
    return True


def run_meson(phase, directory, suite):
    name = f"{phase.name}-{suite}".replace(" ", "-")
    report = os.path.join(REPOSITORY, directory, "meson-logs", f"{name}.junit.xml")
    results = os.path.join(REPOSITORY, directory, "meson-logs", f"{name}.json")
    for old in filter(os.path.exists, (report, results)):
        os.remove(old)
    code = run_logged(name, ["meson", "test", "-C", directory, "--no-rebuild", "--suite", suite, "--logbase", name,
                             "--print-errorlogs", "--timeout-multiplier", str(PATIENCE)], SANITIZER_OPTIONS)
    counted = count_junit(phase, report)
    if (code != 0 or not counted) and phase.failed == 0:
        fail(phase, f"meson test --suite {suite}")  # a crash leaves no failed case behind
    if directory == "build" and os.path.exists(results):  # instrumented code measures nothing
        with open(results, encoding="utf-8") as lines:
            for test in map(json.loads, lines):
                phase.measured += measured(test.get("stdout", "").splitlines())


@timed
def unit_or_pipeline(phase, directory, suites):
    for suite in suites:
        run_meson(phase, directory, suite)


@timed
def functional(phase):
    report = os.path.join(LOGS, "functional.junit.xml")
    if os.path.exists(report):
        os.remove(report)
    argv = ["/usr/bin/python3", "-m", "pytest", "tests/functional", "-q", "-n", "3", "-p", "no:cacheprovider", "-rA",
            "--durations=0", f"--junitxml={report}"]
    code = run_logged("functional", argv, {"PYTHONDONTWRITEBYTECODE": "1"})
    if not count_junit(phase, report) or (code != 0 and phase.failed == 0):
        fail(phase, "pytest")
    with open(os.path.join(LOGS, "functional.log"), encoding="utf-8", errors="replace") as log:
        phase.measured = measured(log)


def processor_seconds(pid):
    """What a process has used of the processors, all its threads together."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        user, system = stat.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def fuzz_for(seconds, argv, log):
    """Runs a fuzzer until it has used that much of a processor, and returns its exit code. A clock on the wall would count the
    time in which others had the processors: inputs that were never tried, and hangs that were none."""
    asked = False
    with subprocess.Popen(argv, env={**os.environ, **SANITIZER_OPTIONS}, stdin=subprocess.DEVNULL, stdout=log,
                          stderr=subprocess.STDOUT) as process:
        while True:
            try:
                return process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                used = processor_seconds(process.pid)  # not reaped yet, so the number is still its own
            if used >= seconds + LONGEST_INPUT:
                process.send_signal(signal.SIGABRT)    # makes libFuzzer keep the input it hangs on
            elif used >= seconds and not asked:
                process.send_signal(signal.SIGUSR1)    # makes it end after the input in hand
                asked = True


def fuzz_one(binary):
    """Runs one target. Returns how often it ran, or None, and what it found."""
    name = os.path.basename(binary)
    sources = os.path.join(REPOSITORY, "tests", "fuzz")
    dictionary = [f"-dict={path}" for path in glob.glob(os.path.join(sources, name.removesuffix("_fuzz") + ".dict"))]
    scratch = os.path.join(LOGS, "corpus", name)  # what the run finds stays out of the tree
    os.makedirs(scratch, exist_ok=True)
    argv = [*ASIDE, binary, "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={LOGS}/{name}-", *dictionary, scratch,
            *glob.glob(os.path.join(sources, "corpus", name))]
    path = os.path.join(LOGS, f"fuzz-{name}.log")
    with open(path, "w", encoding="utf-8") as log:
        code = fuzz_for(float(os.environ.get("FUZZ_SECONDS", "60")), argv, log)
    with open(path, encoding="utf-8", errors="replace") as log:
        said = log.read()
    if code != 0:
        show_end(path, argv, code)
        return None, (re.findall(r"^SUMMARY: (.*)", said, re.MULTILINE) or [f"ended with {code}"])[-1]
    return re.search(r"^stat::number_of_executed_units: *(\d+)", said, re.MULTILINE).group(1), "nothing"


@timed
def fuzz(phase):
    binaries = fuzz_targets()
    with ThreadPoolExecutor(FUZZERS_AT_ONCE) as pool:
        for binary, (runs, found) in zip(binaries, pool.map(fuzz_one, binaries)):
            if runs is None:
                fail(phase, f"{os.path.basename(binary)}: {found}")
            else:
                phase.passed += 1
                phase.measured.append(f"measured: {os.path.basename(binary)}: {runs} inputs, {found} found")


def run_suites(chosen):
    """Returns the phases in order; a build that fails ends the run of what needs it."""
    phases = []
    both = ["unit", "pipeline"]

    def step(name, function, *arguments):
        phases.append(Phase(name))
        return function(phases[-1], *arguments)

    def wait(phase, running):
        """Of what runs aside only the time after the others counts."""
        begin = time.monotonic()
        passed = running.result()
        phase.measured.append(f"measured: {phase.name}: {phase.seconds:.1f} s, most of them beside others")
        phase.seconds = time.monotonic() - begin
        phases.append(phase)
        return passed

    released = bool({*both, "functional"} & chosen) and step("build", build, "build")
    for suite in both:
        if released and suite in chosen:
            step(suite, unit_or_pipeline, "build", [suite])
    # The functional tests wait more than they compute: what needs processors but no particular moment runs beside them.
    with ThreadPoolExecutor(1) as aside:
        building, fuzzing = Phase("build sanitize"), Phase("fuzz")
        if {"sanitize", "fuzz"} & chosen:
            built = aside.submit(build, building, "build-sanitize",
                                 lambda: test_targets("build-sanitize", both) + fuzz_targets(), ASIDE)
        if "fuzz" in chosen:
            fuzzed = aside.submit(lambda: built.result() and fuzz(fuzzing))
        if released and "functional" in chosen:
            step("functional", functional)
        if {"sanitize", "fuzz"} & chosen and wait(building, built):
            if "sanitize" in chosen:
                step("sanitize", unit_or_pipeline, "build-sanitize", both)
            if "fuzz" in chosen:
                wait(fuzzing, fuzzed)
    return phases


def print_summary(phases):
    print(f"\n{'':16}{'passed':>8}{'failed':>8}{'skipped':>8}{'seconds':>9}")
    for phase in phases:
        print(f"{phase.name:16}{phase.passed:8}{phase.failed:8}{phase.skipped:8}{phase.seconds:9.1f}")
    for line in (line for phase in phases for line in phase.measured):
        print(line)
    for phase in phases:
        for note in phase.notes:
            print(f"FAILED {phase.name}: {note}")
    print(f"{'all':16}{'':24}{sum(phase.seconds for phase in phases):9.1f}")
    passed, failed, skipped = (sum(getattr(phase, what) for phase in phases) for what in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


def main():
    parser = argparse.ArgumentParser(prog="tests/run.sh")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--suite", action="append", choices=SUITES)
    options = parser.parse_args()
    os.makedirs(LOGS, exist_ok=True)
    chosen = set(options.suite or (["unit", "pipeline"] if options.quick else SUITES))
    return print_summary(run_suites(chosen))


if __name__ == "__main__":
    sys.exit(main())
