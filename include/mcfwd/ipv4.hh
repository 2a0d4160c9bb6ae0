// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IPv4 addresses and prefixes. The value is in host byte order everywhere but on the wire; conversion happens
// once, where bytes are read or written (`from_network`, `to_network`).
#pragma once

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace mcfwd {

[[nodiscard]] constexpr std::uint32_t swap_to_network(std::uint32_t host) {
    return std::endian::native == std::endian::little ? __builtin_bswap32(host) : host;
}

class Ipv4Address {
  public:
    constexpr Ipv4Address() = default;
    constexpr explicit Ipv4Address(std::uint32_t host_order) : host_(host_order) {}
    constexpr Ipv4Address(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d)
        : host_((std::uint32_t{a} << 24U) | (std::uint32_t{b} << 16U) | (std::uint32_t{c} << 8U) | d) {}
    [[nodiscard]] static constexpr Ipv4Address from_network(std::uint32_t network_order) {
        return Ipv4Address(swap_to_network(network_order));
    }
    /// Dotted quad, nothing else: four decimal numbers 0..255 without leading zeros.
    [[nodiscard]] static constexpr std::optional<Ipv4Address> parse(std::string_view text);

    [[nodiscard]] constexpr std::uint32_t host() const { return host_; }
    [[nodiscard]] constexpr std::uint32_t to_network() const { return swap_to_network(host_); }
    [[nodiscard]] constexpr std::uint8_t octet(unsigned index) const {
        return static_cast<std::uint8_t>(host_ >> (8U * (3U - index)));
    }

    [[nodiscard]] constexpr bool is_unspecified() const { return host_ == 0; }
    /// Class D, 224.0.0.0/4 (RFC 5771).
    [[nodiscard]] constexpr bool is_multicast() const { return (host_ >> 28U) == 0xEU; }
    /// 224.0.0.0/24, the Local Network Control Block: never forwarded by routers (RFC 5771 section 4).
    [[nodiscard]] constexpr bool is_link_local_multicast() const { return (host_ >> 8U) == 0xE00000U; }
    /// 127.0.0.0/8.
    [[nodiscard]] constexpr bool is_loopback() const { return (host_ >> 24U) == 127U; }
    /// An address that a packet may come from: not 0/8, not loopback, not class D or E (RFC 1122
    /// section 3.2.1.3).
    [[nodiscard]] constexpr bool is_valid_source() const {
        return (host_ >> 24U) != 0 && !is_loopback() && (host_ >> 28U) < 0xEU;
    }
    /// A group that a router may forward: class D without 224.0.0.0/24.
    [[nodiscard]] constexpr bool is_routable_group() const {
        return is_multicast() && !is_link_local_multicast();
    }

    constexpr auto operator<=>(const Ipv4Address&) const = default;

  private:
    std::uint32_t host_ = 0;
};

/// "any source" in keys and calls: the unspecified address.
inline constexpr Ipv4Address kAnySource{};

constexpr std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text) {
    std::uint32_t host = 0;
    std::size_t at = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (at >= text.size() || text[at] != '.') {
                return std::nullopt;
            }
            ++at;
        }
        const std::size_t start = at;
        std::uint32_t value = 0;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at - start < 4) {
            value = value * 10 + static_cast<std::uint32_t>(text[at] - '0');
            ++at;
        }
        const std::size_t digits = at - start;
        if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[start] == '0')) {
            return std::nullopt;
        }
        host = (host << 8U) | value;
    }
    return at == text.size() ? std::optional(Ipv4Address(host)) : std::nullopt;
}

/// An address with a prefix length, 0..32. `address` keeps its host bits (an interface address has them).
struct Ipv4Prefix {
    Ipv4Address address;
    std::uint8_t length = 0;

    /// "A.B.C.D/LEN".
    [[nodiscard]] static constexpr std::optional<Ipv4Prefix> parse(std::string_view text);
    [[nodiscard]] constexpr std::uint32_t mask() const {
        return length == 0 ? 0U : ~std::uint32_t{0} << (32U - length);
    }
    [[nodiscard]] constexpr Ipv4Address network() const { return Ipv4Address(address.host() & mask()); }
    [[nodiscard]] constexpr bool contains(Ipv4Address other) const {
        return ((address.host() ^ other.host()) & mask()) == 0;
    }
    constexpr auto operator<=>(const Ipv4Prefix&) const = default;
};

constexpr std::optional<Ipv4Prefix> Ipv4Prefix::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto address = Ipv4Address::parse(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    if (!address || digits.empty() || digits.size() > 2 || (digits.size() == 2 && digits[0] == '0')) {
        return std::nullopt;
    }
    unsigned length = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        length = length * 10 + static_cast<unsigned>(c - '0');
    }
    if (length > 32) {
        return std::nullopt;
    }
    return Ipv4Prefix{*address, static_cast<std::uint8_t>(length)};
}

} // namespace mcfwd

template <>
struct std::hash<mcfwd::Ipv4Address> {
    std::size_t operator()(mcfwd::Ipv4Address address) const noexcept {
        return std::hash<std::uint32_t>{}(address.host());
    }
};

template <>
struct fmt::formatter<mcfwd::Ipv4Address> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(mcfwd::Ipv4Address a, Context& context) const {
        return fmt::format_to(context.out(), "{}.{}.{}.{}", a.octet(0), a.octet(1), a.octet(2), a.octet(3));
    }
};

template <>
struct fmt::formatter<mcfwd::Ipv4Prefix> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(const mcfwd::Ipv4Prefix& prefix, Context& context) const {
        return fmt::format_to(context.out(), "{}/{}", prefix.address, prefix.length);
    }
};
