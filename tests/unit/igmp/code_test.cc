// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The floating-point code of RFC 9776 sections 4.1.1 and 4.1.7.
#include <gtest/gtest.h>

#include <igmp/code.hh>

namespace mcfwd::igmp {
namespace {

TEST(IgmpCode, IsLinearBelow128) {
    EXPECT_EQ(encode_code(0), 0);
    EXPECT_EQ(encode_code(127), 127);
    EXPECT_EQ(decode_code(127), 127U);
}

TEST(IgmpCode, KnownValues) {
    EXPECT_EQ(encode_code(128), 0x80);
    EXPECT_EQ(encode_code(200), 0x89); // 20 s in tenths
    EXPECT_EQ(decode_code(0x89), 200U);
    EXPECT_EQ(encode_code(31744), 0xFF);
    EXPECT_EQ(decode_code(0xFF), 31744U);
    EXPECT_EQ(decode_code(0x80), 128U);
    EXPECT_EQ(decode_code(0x90), 256U);
}

TEST(IgmpCode, EveryCodeSurvivesTheRoundTrip) {
    for (unsigned code = 0; code < 256; ++code) {
        EXPECT_EQ(encode_code(decode_code(static_cast<std::uint8_t>(code))), code);
    }
}

TEST(IgmpCode, RoundsDownToTheNextRepresentableValue) {
    EXPECT_EQ(decode_code(encode_code(135)), 128U);
    EXPECT_EQ(decode_code(encode_code(255)), 248U);
    EXPECT_EQ(decode_code(encode_code(1000)), 992U);
    EXPECT_EQ(encode_code(31745), 0xFF);
    EXPECT_EQ(encode_code(0xFFFFFFFF), 0xFF);
    for (std::uint32_t value = 0; value <= kMaxCodeValue; ++value) {
        const std::uint8_t code = encode_code(value);
        ASSERT_LE(decode_code(code), value);
        if (code < 255) {
            ASSERT_GT(decode_code(static_cast<std::uint8_t>(code + 1)), value);
        }
    }
}

} // namespace
} // namespace mcfwd::igmp
