// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Ethernet addresses and the mapping of IPv4 groups onto them.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>

#include <fmt/format.h>

#include <mcfwd/ipv4.hh>

namespace mcfwd {

struct MacAddress {
    std::array<std::uint8_t, 6> bytes{};

    [[nodiscard]] constexpr bool is_group() const { return (bytes[0] & 1U) != 0; }
    constexpr auto operator<=>(const MacAddress&) const = default;
    /// Workers compare the addresses of every frame: no call, one branch.
    constexpr bool operator==(const MacAddress& other) const {
        return std::bit_cast<Words>(*this) == std::bit_cast<Words>(other);
    }

  private:
    struct Words {
        std::uint16_t first, second, third;
        constexpr bool operator==(const Words& other) const {
            return ((first ^ other.first) | (second ^ other.second) | (third ^ other.third)) == 0;
        }
    };
};
static_assert(sizeof(MacAddress) == 6);

/// 01:00:5e and the low 23 bits of the group (RFC 1112 section 6.4).
[[nodiscard]] constexpr MacAddress multicast_mac(Ipv4Address group) {
    return MacAddress{{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(group.octet(1) & 0x7fU), group.octet(2),
                       group.octet(3)}};
}

} // namespace mcfwd

template <>
struct fmt::formatter<mcfwd::MacAddress> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(const mcfwd::MacAddress& mac, Context& context) const {
        const auto& b = mac.bytes;
        return fmt::format_to(context.out(), "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", b[0], b[1], b[2],
                              b[3], b[4], b[5]);
    }
};
