// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What must hold of the bytes of a file before the TOML parser may see them.
#pragma once

#include <optional>
#include <string_view>

#include "diagnostic.hh"

namespace mcfwd::config {

/// A key of more parts than this is refused: the parser builds one table per part and destroys them
/// recursively.
inline constexpr unsigned kMaxKeyParts = 16;

/// The first thing that is wrong: not UTF-8, a NUL, or a key of too many parts.
[[nodiscard]] std::optional<Diagnostic> check_text(std::string_view text, std::string_view file);

} // namespace mcfwd::config
