#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
#
# The one benchmark command: installs what is missing, builds, measures, prints tables and one JSON document.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: sudo tests/bench/run.sh [--quick] [--json FILE] [--part NAME]...

  --quick       the rows that say most, shorter rounds; about a minute after the build
  --json FILE   where to write the figures (default build/bench.json)
  --part NAME   only this part; may be repeated: fastpath, control, handoffs, wire; and native, which is not run
                unless named: what compiling for this very processor (-Dmarch=native, in build-native/) changes
  --help        this text

For figures that mean anything the machine should do nothing else. The build goes to build/.
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
  echo "hugepages and namespaces need root" >&2
  exit 2
fi
cd "$(dirname "$0")/../.."
configs/install-packages.sh
[ -e build/build.ninja ] || meson setup build
exec /usr/bin/python3 tests/bench/run.py "$@"
