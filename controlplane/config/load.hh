// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The way in: a configuration file becomes a `Config`, or a list of everything that is wrong with it. Called
// by the daemon at start and for `--check`, and by `config check|diff|apply` on the control socket.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string_view>
#include <vector>

#include <controlplane/config/config.hh>
#include <controlplane/config/diagnostic.hh>

namespace mcfwd::config {

struct Accepted {
    Config config;
    std::vector<Diagnostic> warnings; ///< legal but surprising; by position
};

/// All errors of the file by position, never empty.
using Refused = std::vector<Diagnostic>;

using Result = std::expected<Accepted, Refused>;

/// Larger files are refused.
inline constexpr std::size_t kMaxFileOctets = std::size_t{1} << 20U;

/// Reads and checks the text of a configuration. `file_name` is only for diagnostics. Any bytes are allowed.
[[nodiscard]] Result parse(std::string_view text, std::string_view file_name);

/// `parse` of a file. A file that cannot be read is a diagnostic at line 1, column 1.
[[nodiscard]] Result load(const std::filesystem::path& path);

} // namespace mcfwd::config
