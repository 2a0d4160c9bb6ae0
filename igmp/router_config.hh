// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Settings of IGMP on one routed interface and the timer values that RFC 9776 section 8 derives from them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

#include "members_config.hh"

namespace mcfwd::igmp {

/// `[interface.igmp]` of the configuration; the defaults are those of RFC 9776 section 8.
struct RouterConfig : MembersConfig {
    Ipv4Address address; ///< our own on the interface: source of queries, and what the election compares
    /// Further ones of ours on the interface: queries to them count, packets from them are our own.
    std::vector<Ipv4Address> other_addresses;
    std::size_t mtu = 1500;
    unsigned robustness = 2;
    Duration query_interval = std::chrono::seconds(125);
    Duration query_response_interval = std::chrono::seconds(10);
    Duration last_member_query_interval = std::chrono::seconds(1);
    std::optional<unsigned> last_member_query_count; ///< default: robustness
    std::optional<Duration> startup_query_interval;  ///< default: a quarter of the query interval
    std::optional<unsigned> startup_query_count;     ///< default: robustness
    bool require_router_alert = false;
    /// Of router discovery (RFC 4286), whole seconds, 4 to 180; nothing: no advertisements.
    std::optional<Duration> advertisement_interval;
    std::vector<StaticGroup> static_groups;
};

/// kInvalidParameter with key, value and the rule when the settings contradict each other or the RFC.
[[nodiscard]] Expected<void> validate(const RouterConfig& config);

/// The same for one static membership (configuration and `group join`).
[[nodiscard]] Expected<void> validate(const StaticGroup& entry, const Ipv4Prefix& ssm_range);

/// The variables of RFC 9776 section 8 in force: our own as querier, else adopted from the querier's queries.
struct Intervals {
    unsigned robustness = 0;
    Duration query_interval{};
    Duration query_response_interval{};
    Duration last_member_query_interval{};
    unsigned last_member_query_count = 0;
    bool unqueried = false; ///< nobody asks on the link, so that no answer can be missing
    /// RV * QI of our own. Memberships last at least as long: a single forged query could end them all
    /// before the next answer otherwise (RFC 9776 section 9.1).
    Duration least_span{};

    /// Longer than any system runs.
    static constexpr Duration kUnlimited = std::chrono::hours(24 * 365 * 20);

    [[nodiscard]] static Intervals of(const RouterConfig& config);
    /// RV * QI, the querier's or ours, whichever is longer.
    [[nodiscard]] Duration span() const { return std::max(robustness * query_interval, least_span); }
    /// RV * QI + 2 * QRI (section 8.4).
    [[nodiscard]] Duration group_membership_interval() const {
        return unqueried ? kUnlimited : span() + 2 * query_response_interval;
    }
    /// RV * QI + QRI / 2 (section 8.5).
    [[nodiscard]] Duration other_querier_present_interval() const {
        return robustness * query_interval + query_response_interval / 2;
    }
    /// RV * QI + QRI (section 8.13).
    [[nodiscard]] Duration older_host_present_interval() const {
        return unqueried ? kUnlimited : span() + query_response_interval;
    }
    /// LMQI * LMQC (section 8.10).
    [[nodiscard]] Duration last_member_query_time() const {
        return last_member_query_count * last_member_query_interval;
    }
    bool operator==(const Intervals&) const = default;
};

} // namespace mcfwd::igmp
