// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Copies of the group manager's state for queries, `mcfwdctl show` and metrics.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/histogram.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/events.hh>
#include <controlplane/group_manager/seams.hh>
#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

/// One interface that has something to say about an entry.
struct OifView {
    InterfaceKey interface;
    bool source_group = false;      ///< an (S,G) membership covers it
    bool any_source = false;        ///< a (*,G) membership
    bool any_group = false;         ///< a (*,*) membership
    bool forward = false;           ///< added explicitly with kForward
    bool vetoed = false;            ///< the owner disabled it
    bool unconfirmed = false;       ///< hosts want it, and the owner has not agreed (IgmpOnOwned::kConfirm)
    bool boundary = false;          ///< an administrative boundary blocks it
    bool forwarding = false;        ///< packets do leave here
    std::chrono::seconds up_time{}; ///< since it last began to forward; 0 if it does not
};

/// A multicast forwarding entry (specification 1.6). Times in seconds.
struct MfeView {
    SourceGroup flow;
    InterfaceKey iif; ///< of a kNoRoute entry: where its first packet arrived
    ClientName iif_owner;
    Ipv4Address upstream;
    bool upstream_chosen = false; ///< by the owner of the iif, else it is as the route says
    Route route;
    MfeState state = MfeState::kNegative;
    NegativeReason reason = NegativeReason::kNone;
    std::chrono::seconds up_time{};
    std::chrono::seconds expires_in{};
    std::chrono::seconds timeout{};
    std::vector<OifView> oifs; ///< ascending; also those that do not forward
};

/// Which statistics a caller wants (specification 2.8); other values are refused.
enum class StatsLevel : std::uint8_t {
    kBasic = 1,
    kExtended = 2, ///< with a line per oif
};

struct MfeStatsView {
    MfeView mfe;
    FlowCounters counters;
    std::vector<OifCounters> oifs;                              ///< kExtended only
    std::chrono::duration<std::uint64_t, std::centi> up_time{}; ///< 1/100 s, as statistics have it
};

/// Part of an enumeration. kMoreData: the page is full and there is more; kNoMoreItems: this was the end.
template <typename Item>
struct Page {
    std::vector<Item> items;
    Status end = Status::kNoMoreItems;
};

/// Which groups an enumeration lists (specification 2.10).
enum class EnumerationKind : std::uint8_t {
    kAnySource,  ///< each group once, source 0
    kAllSources, ///< each (*,*), (*,G) and (S,G) once
};

struct OwnershipView {
    InterfaceKey interface;
    ClientName owner; ///< routing protocol; empty name: none
    ClientName igmp;  ///< empty name: none
    Phase phase = Phase::kStable;
    std::size_t memberships = 0;
    std::size_t stale = 0;
    bool awaiting_replay = false; ///< a handoff happened and IGMP has not reported the end of its replay
};

/// The handoffs of one interface since start. They stay known when nobody is on it any more.
struct HandoffStats {
    DurationHistogram windows;        ///< from DISABLE to ENABLE
    std::uint64_t calls_refused = 0;  ///< of IGMP, in a window
    std::uint64_t stale_swept = 0;    ///< memberships that IGMP did not replay
    std::uint64_t sweep_timeouts = 0; ///< the end of the replay did not come in time
};

struct MembershipView {
    SourceGroup key;
    InterfaceKey interface;
    ClientName component;
    ClientName counts_for; ///< component that the alert rules count it for
    bool stale = false;
    bool announced = false;   ///< the owner got a LOCAL_JOIN for it
    bool unconfirmed = false; ///< of IGMP, and the owner has not agreed (IgmpOnOwned::kConfirm)
    std::chrono::seconds age{};
};

/// Where a membership is in the list of all of them, which is ascending by interface, key and registration.
/// The default is before the first.
struct MembershipPlace {
    InterfaceKey interface;
    SourceGroup key;
    ClientHandle component;
};

/// Which memberships are wanted; nothing set: all.
struct MembershipFilter {
    std::optional<Ipv4Address> group;  ///< of the key; 0: (*,*)
    std::optional<Ipv4Address> source; ///< of the key; 0: any source
};

/// Part of the list of memberships.
struct MembershipPage {
    std::vector<MembershipView> items;
    std::optional<MembershipPlace> next; ///< go on behind this; nullopt: this was the end
};

/// A group somebody joined, of `GroupManager::joined_in`.
struct JoinedKey {
    SourceGroup key; ///< (*,G) or (S,G)
    InterfaceKey interface;
    ComponentId component;
    bool operator==(const JoinedKey&) const = default;
};

struct ClientView {
    ClientHandle handle;
    ClientName name;
    bool igmp = false;
    std::vector<InterfaceKey> interfaces;
    std::size_t memberships = 0;
    std::chrono::seconds age{};
};

/// Counts since start.
struct Metrics {
    std::uint64_t handoff_windows = 0;
    std::uint64_t handoff_window_ns = 0; ///< sum of the times from DISABLE to ENABLE
    std::uint64_t igmp_calls_rejected_in_window = 0;
    std::uint64_t stale_swept = 0;
    std::uint64_t sweep_timeouts = 0;
    std::uint64_t mfe_created = 0;
    std::uint64_t mfe_negative = 0; ///< of those, created negative
    std::uint64_t mfe_rebuilt = 0;
    std::uint64_t mfe_expired = 0;
    std::uint64_t mfe_evicted = 0; ///< negative entries that made room for new ones
    std::uint64_t mfe_refused = 0; ///< not created: no room in the forwarding table, or no memory
    std::uint64_t duplicate_misses = 0;
    std::uint64_t wrongif_alerts = 0;
    std::uint64_t wrongif_suppressed = 0;
    std::uint64_t publish_count = 0;
    std::uint64_t publish_failures = 0;  ///< entries whose change found no room and is tried again
    std::uint64_t callback_failures = 0; ///< callbacks that threw
    std::uint64_t memory_refusals = 0;   ///< calls, new entries and tasks that found no memory to begin
};

} // namespace mcfwd::group_manager
