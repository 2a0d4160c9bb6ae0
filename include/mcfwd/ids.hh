// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Small identities that must not be mixed up: a port is not an interface, a worker not a version.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include <fmt/format.h>

namespace mcfwd {

/// An integer with a meaning. No arithmetic; compare, hash, format, and `value()` at the edges.
template <typename Tag, typename Rep>
class StrongId {
  public:
    constexpr StrongId() = default;
    constexpr explicit StrongId(Rep value) : value_(value) {}
    [[nodiscard]] constexpr Rep value() const { return value_; }
    constexpr auto operator<=>(const StrongId&) const = default;

  private:
    Rep value_{};
};

/// Index of a `[[port]]` of the configuration, from 0. Not the DPDK port number.
using PortId = StrongId<struct PortIdTag, std::uint16_t>;
/// IEEE 802.1Q VLAN identifier, 1..4094; 0 means untagged.
using VlanId = StrongId<struct VlanIdTag, std::uint16_t>;
/// A forwarding domain: a VRF (layer 3) or a bridge (layer 2).
using DomainId = StrongId<struct DomainIdTag, std::uint16_t>;
/// Index of a member of a bridge (a port and VLAN), in the order of its `members`, from 0.
using BridgePort = StrongId<struct BridgePortTag, std::uint16_t>;
/// A routed `[[interface]]` of the configuration, from 1; 0 means none.
using IfIndex = StrongId<struct IfIndexTag, std::uint16_t>;
/// Index of a worker in `worker_cores`, from 0.
using WorkerId = StrongId<struct WorkerIdTag, std::uint16_t>;
/// Number of a published forwarding table; 0 is the empty table of the start.
using TableVersion = StrongId<struct TableVersionTag, std::uint64_t>;

/// The routed domain of this process; bridges get the numbers after it.
inline constexpr DomainId kRoutedDomain{0};
inline constexpr IfIndex kNoInterface{0};

} // namespace mcfwd

template <typename Tag, typename Rep>
struct std::hash<mcfwd::StrongId<Tag, Rep>> {
    std::size_t operator()(mcfwd::StrongId<Tag, Rep> id) const noexcept {
        return std::hash<Rep>{}(id.value());
    }
};

template <typename Tag, typename Rep>
struct fmt::formatter<mcfwd::StrongId<Tag, Rep>> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(mcfwd::StrongId<Tag, Rep> id, Context& context) const {
        return fmt::format_to(context.out(), "{}", id.value());
    }
};
