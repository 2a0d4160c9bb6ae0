// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Everything the host side keeps about one group: what is wanted of it, the changes that routers have to be
// told, and the answer that a query asked for.
#pragma once

#include <map>
#include <span>
#include <vector>

#include <mcfwd/ipv4.hh>

#include "deadline_heap.hh"
#include "membership.hh"
#include "message.hh"

namespace mcfwd::igmp {

/// The pending State-Change Report of a group (RFC 9776 section 5.1): changes that follow each other are
/// merged into one, and each is in as many reports as the robustness variable says.
class StateChange {
  public:
    /// Reception changed from `from` to `to`.
    void note(const Membership& from, const Membership& to, unsigned robustness);
    [[nodiscard]] bool pending() const { return mode_reports_ > 0 || !sources_.empty(); }
    /// Appends the records of the next report, and counts it. No effect if nothing is pending.
    void report(Ipv4Address group, const Membership& state, std::vector<GroupRecord>& out);
    void cancel();

  private:
    unsigned mode_reports_ = 0;               ///< reports that are still to carry a filter-mode change
    std::map<Ipv4Address, unsigned> sources_; ///< with retransmission state, and reports left
};

struct HostGroup {
    explicit HostGroup(Ipv4Address group) : address(group) {}

    Ipv4Address address;
    Membership state; ///< INCLUDE{}: left, and only kept until that is told
    StateChange change;
    unsigned repeats = 0;           ///< unsolicited reports left in version 1 and 2 modes
    std::vector<Ipv4Address> asked; ///< sources that the pending answer is about, ascending; none: all
    DeadlineSlot slot;              ///< armed: an answer to a query about this group is pending
};

/// The Current-State Record that answers a query about the group and the `asked` sources, ascending (RFC 9776
/// section 5.2); without sources, about the group. False: there is nothing to answer.
[[nodiscard]] bool current_state(Ipv4Address group, const Membership& state,
                                 std::span<const Ipv4Address> asked, GroupRecord& into);

} // namespace mcfwd::igmp
