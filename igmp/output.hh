// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the protocol wants done: packets to send and changes of membership. A state machine appends here and
// the caller carries it out, so that no protocol code calls back up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

namespace mcfwd::igmp {

enum class MembershipEvent : std::uint8_t {
    kJoin,    ///< traffic of (source, group) is wanted; source `kAnySource` for all sources
    kLeave,   ///< takes back the kJoin of the same source and group
    kBlock,   ///< group is joined for any source, but nobody wants this one
    kUnblock, ///< takes back a kBlock
};

[[nodiscard]] constexpr std::string_view membership_event_name(MembershipEvent event) {
    constexpr std::array<std::string_view, 4> kNames{"join", "leave", "block", "unblock"};
    return kNames[static_cast<std::size_t>(event)];
}

/// One step of the membership of an interface. Of one group, at any time: either (S,G) joins only, or one
/// (*,G) join with blocked sources. The steps that belong to one cause (a group record, a timer, a command)
/// come in the order join, block, leave, unblock, so that wanted traffic is never without a join in between.
struct MembershipChange {
    MembershipEvent event = MembershipEvent::kJoin;
    Ipv4Address source; ///< `kAnySource` for (*,G)
    Ipv4Address group;
    /// When the report, or leave, that the change follows from was received. Nothing: it follows from none (a
    /// timer that ended by itself, a command).
    std::optional<Instant> reported = {};

    /// The same step, whatever it follows from.
    bool operator==(const MembershipChange& other) const {
        return event == other.event && source == other.source && group == other.group;
    }
};

/// A complete IP packet to send out of the interface that produced it.
struct Transmission {
    Ipv4Address destination;
    std::vector<std::byte> packet;
    bool operator==(const Transmission&) const = default;
};

/// Appended to by every input of a state machine, in order; emptied by the caller.
struct Output {
    std::vector<Transmission> packets;
    std::vector<MembershipChange> changes;
};

} // namespace mcfwd::igmp
