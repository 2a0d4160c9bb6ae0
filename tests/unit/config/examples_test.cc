// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Every configuration in configs/ is accepted without a warning.
#include <filesystem>

#include <gtest/gtest.h>

#include <controlplane/config/load.hh>

namespace mcfwd::config {
namespace {

TEST(ConfigExamples, AllAreAccepted) {
    std::size_t examples = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(MCFWD_CONFIGS)) {
        if (entry.path().extension() == ".toml") {
            const auto result = load(entry.path());
            ++examples;
            ASSERT_TRUE(result.has_value()) << text(result.error());
            EXPECT_EQ(text(result->warnings), "") << entry.path();
        }
    }
    EXPECT_GE(examples, 6U);
}

} // namespace
} // namespace mcfwd::config
