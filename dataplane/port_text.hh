// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lists in messages. fmt::join would do, but its code draws a false -Wstringop-overflow from g++ 12 at -O3.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace mcfwd::dataplane {

/// "a, b, c".
template <typename Range>
[[nodiscard]] std::string listed(const Range& range, std::string_view separator = ", ") {
    std::string text;
    for (const auto& item : range) {
        text += fmt::format("{}{}", text.empty() ? std::string_view() : separator, item);
    }
    return text;
}

} // namespace mcfwd::dataplane
