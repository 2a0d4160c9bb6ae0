// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the Tab key offers. Knows nothing of readline, so that it can be tested.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command_line.hh"

namespace mcfwd::ctl {

/// Words that may stand after `before` (the line up to the word under the cursor) and begin with `partial`.
[[nodiscard]] std::vector<std::string> completions(std::string_view before, std::string_view partial,
                                                   const KnownValues& known);

/// Whether a file name may stand after `before`.
[[nodiscard]] bool wants_path(std::string_view before);

} // namespace mcfwd::ctl
