#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
#
# The one test command: installs what is missing, builds, runs every suite, prints one summary.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: sudo tests/run.sh [--quick] [--suite NAME]...

  --quick        unit and pipeline tests of the release build only
  --suite NAME   only this suite; may be repeated: unit, pipeline, sanitize, functional, fuzz
  --help         this text

Environment: FUZZ_SECONDS (default 60) is the processor time of each fuzz target; they run beside other suites.
Builds go to build/ and build-sanitize/, logs to build/test-logs/.
TEXT
}

for argument in "$@"; do
  case "$argument" in
    -h | --help)
      usage
      exit 0
      ;;
  esac
done
if [ "$(id -u)" -ne 0 ]; then
  echo "the functional tests make network namespaces: run this as root (meson test -C build --suite unit needs none)" >&2
  exit 2
fi
cd "$(dirname "$0")/.."
configs/install-packages.sh
exec /usr/bin/python3 tests/suites.py "$@"
