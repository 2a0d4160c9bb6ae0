#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
#
# Installs what it takes to build, try and test mcfwd on Debian 12. Does nothing when all of it is there.
# Used by configs/demo/run.sh and tests/run.sh, so that there is one list.
set -euo pipefail

packages=(
  # build
  g++ meson ninja-build pkg-config clang-19
  libasio-dev libbpf-dev libcli11-dev libdpdk-dev libfmt-dev libreadline-dev libspdlog-dev
  libtomlplusplus-dev nlohmann-json3-dev linux-libc-dev
  # the lab of the demo and of the functional tests
  ethtool iproute2 iputils-ping procps python3 util-linux
  # tests
  libclang-rt-19-dev libgmock-dev libgtest-dev librapidcheck-dev lua5.4 python3-pytest python3-pytest-xdist python3-scapy
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
  echo "missing packages, and only root can install them: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install_missing() { apt-get install --yes --no-install-recommends --quiet "${missing[@]}"; }
# The package lists of a fresh machine may be absent or too old; they are fetched only then.
if ! install_missing; then
  apt-get update --quiet
  install_missing
fi
