#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
#
# The one demo command: installs what is missing, builds, then shows multicast routed between real hosts.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: sudo configs/demo/run.sh [--keep | --clean]

Routes multicast from a source to three receivers, each in a network namespace of its own:

    src ──── lan1 ┌───────┐ lan2 ──── switch ──┬── rx1   IGMPv2
      10.0.1.2/.3 │ mcfwd │                    └── rx2   IGMPv3, any source
                  └───────┘ lan3 ───────────────── rx3   IGMPv3, source-specific

It shows the forwarding table and what the receivers get, and ends with a verdict: exit code 0 if every
expected packet arrived once and nothing arrived elsewhere. Everything it made is removed, also on Ctrl-C.

  --keep    leave it running after the verdict, and tell what can be done with it
  --clean   remove what --keep left
  --help    this text
TEXT
}

case "${1-}" in
  "" | --keep | --clean) ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
if [ "$(id -u)" -ne 0 ]; then
  echo "the demo makes network namespaces: run it with sudo" >&2
  exit 2
fi
cd "$(dirname "$0")/../.."
if [ "${1-}" != --clean ]; then
  configs/install-packages.sh
  [ -e build/build.ninja ] || meson setup build
  ninja -C build controlplane/daemon/mcfwd controlplane/ctl/mcfwdctl dataplane/xdp/steer.bpf.o tests/functional/lab/mcfwd-lab-host
fi
exec /usr/bin/python3 configs/demo/demo.py "$@"
