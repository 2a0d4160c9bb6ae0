// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Options are type, length, value; all but the hold time are skipped.
#include "pim_hello.hh"

#include "ip_packet.hh"
#include "wire.hh"

namespace mcfwd::igmp {
namespace {

constexpr std::uint8_t kPim = 103;
constexpr std::uint8_t kHelloV2 = 0x20;
constexpr std::size_t kOption = 4; // type and length
constexpr std::uint16_t kHoldTime = 1;
constexpr std::uint16_t kForEver = 0xFFFF;
constexpr Duration kDefaultHoldTime = std::chrono::seconds(105);

Duration hold_time(std::span<const std::byte> options) {
    while (options.size() >= kOption) {
        const std::size_t length = wire::load16(options, 2);
        if (length > options.size() - kOption) {
            break;
        }
        if (wire::load16(options, 0) == kHoldTime && length == 2) {
            const std::uint16_t value = wire::load16(options, kOption);
            return value == kForEver ? Duration::max() : Duration(std::chrono::seconds(value));
        }
        options = options.subspan(kOption + length);
    }
    return kDefaultHoldTime;
}

} // namespace

std::expected<PimHello, ParseFailure> parse_pim_hello(std::span<const std::byte> packet) {
    const auto ip = parse_ip(packet, kPim, Cut::kAllowed);
    if (!ip) {
        return std::unexpected(ip.error());
    }
    if (ip->payload.size() < wire::kShortest) {
        return std::unexpected(ParseFailure::kTooShort);
    }
    if (!ip->cut && internet_checksum(ip->payload) != 0) {
        return std::unexpected(ParseFailure::kBadChecksum);
    }
    if (wire::load8(ip->payload, 0) != kHelloV2) {
        return std::unexpected(ParseFailure::kUnknownType);
    }
    return PimHello{.source = ip->source, .hold_time = hold_time(ip->payload.subspan(wire::kShortest))};
}

} // namespace mcfwd::igmp
