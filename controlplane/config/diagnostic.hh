// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What can be said about a configuration file: where, what is wrong, what stands there and what would be
// valid.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mcfwd::config {

/// Both count from 1; columns count characters (code points), not bytes.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;

    auto operator<=>(const Position&) const = default;
};

struct Diagnostic {
    std::string file;
    Position position;
    std::string message;
    std::string got;   ///< the offending value as TOML, shortened when long
    std::string valid; ///< what would be right

    /// "FILE:LINE:COLUMN: MESSAGE: got VALUE; valid: CHOICES", one line.
    [[nodiscard]] std::string text() const;
    bool operator==(const Diagnostic&) const = default;
};

/// How many diagnostics of one file a person gets to read.
inline constexpr std::size_t kShownDiagnostics = 20;

/// One line each, at most `limit` of them and then "and N more". No newline at the end.
[[nodiscard]] std::string text(const std::vector<Diagnostic>& diagnostics,
                               std::size_t limit = kShownDiagnostics);

} // namespace mcfwd::config
