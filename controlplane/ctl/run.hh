// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One command from words to output. The one-shot client, the shell and scripts on stdin all come through
// here.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "client.hh"
#include "outcome.hh"

namespace mcfwd::ctl {

enum class Format : std::uint8_t { kTables, kJson };

/// Result to stdout, failures to stderr. `help [WORDS]` and a last word "?" are answered without the daemon.
[[nodiscard]] Exit run(std::span<const std::string> words, Client& client, Format format);

/// All commands with their help, as `help` prints them.
[[nodiscard]] std::string command_list();

} // namespace mcfwd::ctl
