// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How mcfwdctl ends, and what it says when something did not work. Scripts rely on the numbers.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace mcfwd::ctl {

enum class Exit : std::uint8_t {
    kDone = 0,
    kRefused = 1,  ///< the daemon said no
    kUsage = 2,    ///< wrong command line, or a configuration file that is not valid
    kNoDaemon = 3, ///< nobody answers at the socket
};

/// What goes to stderr, and the exit code that goes with it.
struct Failure {
    Exit exit = Exit::kUsage;
    std::string message;
};

template <typename T>
using Outcome = std::expected<T, Failure>;

} // namespace mcfwd::ctl
