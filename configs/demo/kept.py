# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""A demo that goes on after the script has ended (--keep), and how it is removed (--clean)."""

import json
import os
import shutil
import signal
import sys

from netlab.hugepages import resize_to
from netlab.hosts import LAB_HOST
from netlab.lab import SOURCE
from netlab.namespaces import delete_namespace
from netlab.router import MCFWDCTL
from netlab.waiting import LabError, wait_until

NOTE = "/run/mcfwd-demo.json"


def exists():
    return os.path.exists(NOTE)


def leave(lab, pages):
    """Writes down what there is, and tells what can be done with it."""
    for process in lab.processes:
        process.stop()
    note = {"namespaces": [namespace.name for namespace in lab.namespaces.values()], "directory": lab.directory,
            "daemon": lab.router.process.pid, "hugepages_before": pages.before}
    with open(NOTE, "w", encoding="utf-8") as file:
        json.dump(note, file)
    ctl = f"{MCFWDCTL} -s {lab.socket_path}"
    print(f"""
mcfwd goes on. Look at it:
  {ctl}                      a shell with completion; '?' helps
  {ctl} show mfib
  {ctl} --json show igmp groups

Be a host (commands: join GROUP, stats, quit) and a source:
  ip netns exec {lab['rx3'].name} {LAB_HOST} receive --interface eth0
  ip netns exec {lab['src'].name} {LAB_HOST} send --flow {SOURCE},239.1.2.3,5000 --rate 1000

Log: {lab.router.log_path}   configuration: {lab.router.config_path}
Remove everything: sudo configs/demo/run.sh --clean""")


def is_mcfwd(pid):
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "mcfwd"
    except OSError:
        return False


def stop_daemon(pid):
    if is_mcfwd(pid):
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not is_mcfwd(pid), "mcfwd ends", 10)


def clean():
    if os.geteuid() != 0:
        print("run this with sudo", file=sys.stderr)
        return 2
    if not exists():
        print("there is no demo to remove")
        return 0
    with open(NOTE, encoding="utf-8") as file:
        note = json.load(file)
    try:
        stop_daemon(note["daemon"])
    except LabError as error:
        print(f"demo: {error}; ending it with its namespace", file=sys.stderr)
    for name in note["namespaces"]:
        delete_namespace(name)
    shutil.rmtree(note["directory"], ignore_errors=True)
    resize_to(note["hugepages_before"])
    os.remove(NOTE)
    print("removed")
    return 0
