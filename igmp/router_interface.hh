// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP on one routed interface: packets and time in, packets and membership changes out. Open this file first
// to use the router side; one object per interface, control thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <mcfwd/clock.hh>
#include <mcfwd/result.hh>

#include "advertiser.hh"
#include "arrival.hh"
#include "members_view.hh"
#include "membership.hh"
#include "output.hh"
#include "router_config.hh"
#include "router_counters.hh"
#include "router_view.hh"

namespace mcfwd::igmp {

/// Router side of RFC 9776 sections 6 and 7.3. `now` never goes back from call to call. Every call that takes
/// an Output first does what is due at `now`, and appends in the order in which things happened.
class RouterInterface {
  public:
    /// Fails as `validate(config)` does. The object is stopped.
    [[nodiscard]] static Expected<RouterInterface> create(RouterConfig config);
    RouterInterface(RouterInterface&&) noexcept;
    RouterInterface& operator=(RouterInterface&&) noexcept;
    ~RouterInterface();

    /// Begins as querier with the startup sequence (section 8.6) and joins the static groups. No effect if
    /// running.
    void start(Instant now, Output& out);

    /// Forgets all groups, with a leave or unblock for every join and block in force, and tells switches that
    /// this router is none any more. Counters stay.
    void stop(Instant now, Output& out);

    /// The link is there again: as querier we ask as at the start, and tell switches again that we are there.
    /// Hosts and routers are kept until their timers end: most links come back as they were. No effect while
    /// stopped.
    void link_up(Instant now, Output& out);
    /// Hosts may be behind the link that were not before, and are asked by somebody else: version 1 and 2
    /// leaves are not fast until these had their chance to be heard.
    void hosts_moved();

    /// An IGMP packet from its IP header on, and where it came from. Whatever it holds, the call succeeds;
    /// what had no effect is in the counters. No effect while stopped.
    void receive(std::span<const std::byte> packet, const Arrival& from, Instant now, Output& out);

    /// Does everything that is due at `now`, for up to `most` groups and hosts, and returns what is left of
    /// `most`. At 0 there may be more: it is due at once. Every other input does the same first, with
    /// `config().slice`.
    std::size_t advance(Instant now, Output& out, std::size_t most);
    void advance(Instant now, Output& out) { advance(now, out, config().slice); }

    /// When `advance` has to be called next at the latest; nothing while stopped. May be earlier than
    /// necessary.
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// Adds or removes a static membership at run time. Errors: kInvalidParameter as `validate(entry)`,
    /// kAlreadyExists, kNotFound. While stopped the change takes effect at the next start.
    [[nodiscard]] Expected<void> add_static(const StaticGroup& entry, Instant now, Output& out);
    [[nodiscard]] Expected<void> remove_static(const StaticGroup& entry, Instant now, Output& out);

    /// The joins and blocks that lead from nothing to the membership in force: exactly the sum of all changes
    /// reported so far. Groups ascending; of a group the (*,G) join comes before its blocks.
    void for_each_membership(const std::function<void(const MembershipChange&)>& visit) const;

    /// What is in force for one group; nullptr: nothing. Valid until the next input.
    [[nodiscard]] const Membership* membership(Ipv4Address group) const;
    /// Whether we are the querier of the link; not while stopped.
    [[nodiscard]] bool is_querier() const;
    /// The querier's address, ours included.
    [[nodiscard]] Ipv4Address querier_address() const;

    [[nodiscard]] const RouterConfig& config() const;
    [[nodiscard]] const RouterCounters& counters() const;
    [[nodiscard]] const DiscoveryCounters& discovery_counters() const;
    void clear_counters();
    [[nodiscard]] InterfaceView view(Instant now) const;
    /// Calls `visit` for the groups from `from` on, ascending, until it returns false; with their hosts, by
    /// address and MAC, if asked for.
    void visit_groups(Instant now, Ipv4Address from, const std::function<bool(const GroupView&)>& visit,
                      WithHosts hosts = WithHosts::kNo) const;

  private:
    struct State;
    explicit RouterInterface(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace mcfwd::igmp
