// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Parses texts in the tests: the configuration of a good one, all diagnostics of a bad one as a person reads
// them.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <controlplane/config/load.hh>

namespace mcfwd::config {

inline Config accepted(std::string_view text) {
    const auto result = parse(text, "t.toml");
    EXPECT_TRUE(result.has_value()) << config::text(result.error());
    return result ? result->config : Config{};
}

inline std::string refused(std::string_view text) {
    const auto result = parse(text, "t.toml");
    return result ? "accepted" : config::text(result.error());
}

inline std::string warned(std::string_view text) {
    const auto result = parse(text, "t.toml");
    return result ? config::text(result->warnings) : config::text(result.error());
}

/// Lines 1 to 6: ports "p0" and "p1".
inline const std::string kTwoPorts = "[[port]]\nname = \"p0\"\ndevice = \"net_null0\"\n"
                                     "[[port]]\nname = \"p1\"\ndevice = \"net_null1\"\n";

/// Lines 1 to 14: also interfaces "a" (10.0.1.1/24 on p0) and "b" (10.0.2.1/24 on p1).
inline const std::string kTwoInterfaces =
    kTwoPorts + "[[interface]]\nname = \"a\"\nport = \"p0\"\naddress = [\"10.0.1.1/24\"]\n"
                "[[interface]]\nname = \"b\"\nport = \"p1\"\naddress = [\"10.0.2.1/24\"]\n";

} // namespace mcfwd::config
