// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The multicast forwarding entries with their indexes and deadlines. Private to the group manager.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include <controlplane/group_manager/deadlines.hh>
#include <controlplane/group_manager/seams.hh>
#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

/// What is known about one interface for one entry (specification 1.6).
struct Oif {
    bool source_group = false, any_source = false, any_group = false; ///< contributions of memberships
    ClientHandle forwarded_by;        ///< component that added it explicitly, or kNoClient
    std::uint64_t forward_tenure = 0; ///< tenure of the record at that moment
    ClientHandle vetoed_by;           ///< component that disabled it, or kNoClient
    std::uint64_t veto_tenure = 0;    ///< tenure of the record at that moment
    bool unconfirmed = false; ///< only memberships of IGMP cover it, and they wait for the owner (N55)
    bool boundary = false;
    bool forwarding = false; ///< member of eff
    bool foreign = false;    ///< forwarding, and for somebody else than the owner of the iif
    Instant since{};         ///< of forwarding

    [[nodiscard]] bool covered() const { return source_group || any_source || any_group; }
    [[nodiscard]] bool edited() const { return forwarded_by != kNoClient || vetoed_by != kNoClient; }
};

struct Entry {
    SourceGroup flow;
    InterfaceKey iif;
    InterfaceKey rpf_interface; ///< as the multicast view said; the iif may be another one of the same owner
    ClientHandle iif_owner;
    /// Of the iif's record when the entry was built, another one: to be rebuilt. Without a record the last
    /// stamp given then.
    std::uint64_t iif_tenure = 0;
    Ipv4Address upstream;
    Route route;
    bool upstream_chosen = false; ///< by the owner of the iif: changes of the route leave it
    bool route_chosen = false;    ///< likewise
    Route view_route;             ///< as the multicast view said
    NegativeReason blocked = NegativeReason::kNone; ///< forwards nothing whoever wants it
    std::map<InterfaceKey, Oif> oifs;
    std::size_t forwarding_oifs = 0; ///< |eff|
    std::size_t foreign_oifs = 0;    ///< M is true iff not 0
    bool told_foreign = false;       ///< M as the owner of the iif knows it
    std::uint64_t built = 0;         ///< a number of its own for each that was ever built
    Instant created{};
    Instant expires{};
    Duration period{};                  ///< how long it lives from its creation or from an activity check on
    std::uint64_t packets_at_check = 0; ///< for the activity check
    InterfaceKey arrival;               ///< of the packet that created it
    std::vector<std::byte> header;      ///< of that packet
    DesiredEntry published;             ///< what the forwarding table holds

    [[nodiscard]] MfeState state() const {
        return forwarding_oifs > 0 ? MfeState::kActive : MfeState::kNegative;
    }
    [[nodiscard]] NegativeReason reason() const {
        if (forwarding_oifs > 0) {
            return NegativeReason::kNone;
        }
        return blocked != NegativeReason::kNone ? blocked : NegativeReason::kNoReceivers;
    }
    /// eff, ascending.
    [[nodiscard]] std::vector<InterfaceKey> forwarding() const;
};

class MfeTable {
  public:
    using Entries = std::map<SourceGroup, Entry>;

    [[nodiscard]] Entry* find(SourceGroup flow);
    [[nodiscard]] const Entry* find(SourceGroup flow) const;
    /// Adds an entry or puts it in the place of the old one.
    Entry& put(Entry entry);
    void erase(SourceGroup flow);
    void clear();
    /// Moves the expiry of an entry.
    void expire_at(Entry& entry, Instant when);
    /// Keeps the index of explicitly edited oifs in step with `entry.oifs`.
    void note_edited(const Entry& entry, InterfaceKey oif);
    /// Keeps the index of negative entries in step with `entry.state()`.
    void note_state(const Entry& entry);

    /// At most `limit` of those behind `after`, ascending.
    [[nodiscard]] std::vector<SourceGroup> by_iif(InterfaceKey interface, SourceGroup after,
                                                  std::size_t limit) const;
    [[nodiscard]] std::size_t count_by_iif(InterfaceKey interface) const;
    /// Flows in which a component added or vetoed the interface explicitly.
    /// From `from` on, at most `limit`.
    [[nodiscard]] std::vector<SourceGroup> edited(InterfaceKey interface, SourceGroup from,
                                                  std::size_t limit) const;
    /// With such a source, by source; of one group unless it is 0: at most `limit` of those behind `after`.
    [[nodiscard]] std::vector<SourceGroup> from(Ipv4Prefix sources, Ipv4Address group,
                                                std::optional<SourceGroup> after, std::size_t limit) const;
    /// Calls `visit(Entry&)` for every entry from `from` on that a membership with this wildcard key covers,
    /// at most `limit`. Returns the next one, if there is one.
    template <typename Visit>
    std::optional<SourceGroup> for_covered(SourceGroup key, SourceGroup from, std::size_t limit,
                                           Visit visit) {
        for (auto at = entries_.lower_bound(from);
             at != entries_.end() && (key.group.is_unspecified() || at->first.group == key.group); ++at) {
            if (limit-- == 0) {
                return at->first;
            }
            visit(at->second);
        }
        return std::nullopt;
    }
    /// Calls `visit(const Entry&)` for at most `limit` entries with this iif.
    template <typename Visit>
    void for_iif(InterfaceKey interface, std::size_t limit, Visit visit) const {
        visit_index(by_iif_, interface, limit, visit);
    }
    /// And for those in which a component added or vetoed the interface explicitly.
    template <typename Visit>
    void for_edited(InterfaceKey interface, std::size_t limit, Visit visit) const {
        visit_index(edited_, interface, limit, visit);
    }
    /// And for those that a membership with this wildcard key covers.
    template <typename Visit>
    void for_covered(SourceGroup key, std::size_t limit, Visit visit) const {
        const_cast<MfeTable*>(this)->for_covered(key, key, limit, [&](const Entry& entry) { visit(entry); });
    }
    /// The longest list of oifs that an entry has had.
    [[nodiscard]] std::size_t most_oifs() const { return most_oifs_; }
    /// The negative entry that was created first; nullopt: there is none.
    [[nodiscard]] std::optional<SourceGroup> oldest_negative() const;
    [[nodiscard]] const Entries& all() const { return entries_; }
    [[nodiscard]] const Deadlines<SourceGroup>& expiry() const { return expiry_; }

  private:
    using Index = std::unordered_map<InterfaceKey, std::set<SourceGroup>>;

    template <typename Visit>
    void visit_index(const Index& index, InterfaceKey interface, std::size_t limit, Visit visit) const {
        if (const auto at = index.find(interface); at != index.end()) {
            for (const SourceGroup& flow : at->second) {
                if (limit-- == 0) {
                    return;
                }
                visit(*find(flow));
            }
        }
    }
    void unlink(const Entry& entry);

    Entries entries_;
    Index by_iif_;
    Index edited_;
    std::set<std::pair<Ipv4Address, Ipv4Address>> by_source_;
    std::set<std::pair<Instant, SourceGroup>> negative_; ///< by creation
    Deadlines<SourceGroup> expiry_;
    std::size_t most_oifs_ = 0;
};

} // namespace mcfwd::group_manager
