// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who is on which interface and who wants which key there: the interface records, and the same memberships
// indexed by key. Private to the group manager.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <mcfwd/clock.hh>

#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

struct Membership {
    ClientHandle counts_for; ///< the component that the index by key counts it for
    Instant since{};
    std::uint64_t tenure = 0; ///< of the record when it was last added; another one makes it stale
    bool announced = false;   ///< a LOCAL_JOIN went to the owner of that tenure
};

using Memberships = std::map<SourceGroup, Membership>;

/// Specification 1.4. Exists iff `owner` or `igmp` is present.
struct Record {
    ClientHandle owner; ///< routing protocol
    ClientHandle igmp;
    Phase phase = Phase::kStable;
    Memberships of_owner;
    Memberships of_igmp;
    std::size_t stale = 0;           ///< of those of IGMP
    std::uint64_t tenure = 0;        ///< a new stamp with every handoff: makes all of IGMP's stale at once
    std::uint64_t owner_since = 0;   ///< stamp of its coming: what it edited before counts no more
    std::uint64_t igmp_since = 0;    ///< the same
    std::uint64_t forwards_from = 0; ///< first tenure whose explicit oifs of IGMP are in force
    bool awaiting_replay = false;
    Instant sweep_at{};     ///< while awaiting_replay
    SourceGroup sweep_from; ///< the key with which a sweep goes on

    [[nodiscard]] ClientHandle attributed() const { return owner != kNoClient ? owner : igmp; }
    [[nodiscard]] bool is_stale(const Membership& one_of_igmp) const { return one_of_igmp.tenure != tenure; }
    /// cnt of specification 1.5.
    [[nodiscard]] ClientHandle counted_for(const Membership& one_of_igmp) const {
        return is_stale(one_of_igmp) ? igmp : attributed();
    }
    /// The owner got a LOCAL_JOIN for it, and no LOCAL_LEAVE yet.
    [[nodiscard]] bool announced(const Membership& one_of_igmp) const {
        return owner != kNoClient && one_of_igmp.announced && !is_stale(one_of_igmp);
    }
    [[nodiscard]] bool has(SourceGroup key) const { return of_owner.contains(key) || of_igmp.contains(key); }
    /// Something that a component edited explicitly in that tenure is still in force.
    [[nodiscard]] bool keeps(ClientHandle component, std::uint64_t edited_in) const {
        return (component == owner && edited_in >= owner_since) ||
               (component == igmp && edited_in >= igmp_since);
    }
};

/// One key over all interfaces.
struct KeyState {
    std::vector<std::pair<ClientHandle, std::size_t>> wanted; ///< W(k) or V(S,G) with multiplicity, ascending
    std::vector<InterfaceKey> interfaces;                     ///< with a membership, ascending
    std::optional<InterfaceKey> rpf_interface;                ///< of an (S,G) key, as last looked up
    ClientHandle told_owner;                                  ///< o(S) of an (S,G) key, as alerts have told
    std::uint64_t entered = 0;                                ///< stamp of its coming
};

class Interest {
  public:
    [[nodiscard]] Record* find(InterfaceKey interface) {
        const auto at = records_.find(interface);
        return at == records_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const Record* find(InterfaceKey interface) const {
        const auto at = records_.find(interface);
        return at == records_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const KeyState* find(SourceGroup key) const {
        const auto at = keys_.find(key);
        return at == keys_.end() ? nullptr : &at->second;
    }
    /// Alerts tell of this o(S) from now on.
    void tell_owner(SourceGroup key, ClientHandle owner) {
        if (const auto at = keys_.find(key); at != keys_.end()) {
            at->second.told_owner = owner;
        }
    }
    /// attr(X) of specification 1.4; kNoClient without a record.
    [[nodiscard]] ClientHandle attributed(InterfaceKey interface) const {
        const Record* record = find(interface);
        return record != nullptr ? record->attributed() : kNoClient;
    }
    /// Records of one interface, at most `limit`.
    [[nodiscard]] std::size_t count_links(IfIndex interface, std::size_t limit) const {
        std::size_t count = 0;
        for (auto at = records_.lower_bound({interface, {}});
             at != records_.end() && at->first.interface == interface && count < limit; ++at) {
            ++count;
        }
        return count;
    }
    /// Somebody is where a packet arrived: on the interface or, as packets do not tell them apart, on one of
    /// its links.
    [[nodiscard]] bool somebody_at(InterfaceKey arrival) const {
        return find(arrival) != nullptr ||
               (arrival.next_hop.is_unspecified() && count_links(arrival.interface, 1) > 0);
    }
    Record& create(InterfaceKey interface) {
        const auto [at, fresh] = records_.try_emplace(interface);
        if (fresh) {
            at->second.tenure = stamp();
        }
        return at->second;
    }
    /// Larger than all before.
    [[nodiscard]] std::uint64_t stamp() { return ++last_stamp_; }
    [[nodiscard]] std::uint64_t last_stamp() const { return last_stamp_; }
    void erase(InterfaceKey interface) { records_.erase(interface); }
    void clear();

    /// Keeps the index by key in step with a membership that appeared, went, or counts for another component.
    void count(SourceGroup key, ClientHandle component);
    void uncount(SourceGroup key, ClientHandle component);
    void enter(SourceGroup key, InterfaceKey interface);
    /// Forgets the key when this was its last interface; then returns since when it was there.
    std::optional<std::uint64_t> leave(SourceGroup key, InterfaceKey interface);
    void set_rpf_interface(SourceGroup key, std::optional<InterfaceKey> interface);

    /// Components that want the key, ascending.
    [[nodiscard]] std::vector<ClientHandle> wanted(SourceGroup key) const;
    /// (S,G) keys whose source is reached through the interface, ascending: at most `limit` of those behind
    /// `after`.
    [[nodiscard]] std::vector<SourceGroup> keys_by_rpf(InterfaceKey interface, SourceGroup after,
                                                       std::size_t limit) const;
    [[nodiscard]] std::size_t count_by_rpf(InterfaceKey interface) const {
        const auto found = by_rpf_.find(interface);
        return found == by_rpf_.end() ? 0 : found->second.size();
    }
    /// (S,G) keys with such a source, by source; of one group unless it is 0: at most `limit` of those behind
    /// `after`.
    [[nodiscard]] std::vector<SourceGroup> keys_from(Ipv4Prefix sources, Ipv4Address group,
                                                     std::optional<SourceGroup> after,
                                                     std::size_t limit) const;

    [[nodiscard]] const std::map<InterfaceKey, Record>& records() const { return records_; }
    [[nodiscard]] const std::map<SourceGroup, KeyState>& keys() const { return keys_; }
    /// Groups, 0 not counted, that are in at least one key.
    [[nodiscard]] std::size_t groups() const { return groups_; }

  private:
    /// No other key has this group, which is not 0.
    [[nodiscard]] bool is_only_one(std::map<SourceGroup, KeyState>::const_iterator key) const;

    std::uint64_t last_stamp_ = 0;
    std::map<InterfaceKey, Record> records_;
    std::map<SourceGroup, KeyState> keys_;
    std::size_t groups_ = 0;
    std::unordered_map<InterfaceKey, std::set<SourceGroup>> by_rpf_;
    std::set<std::pair<Ipv4Address, Ipv4Address>> by_source_; ///< (source, group) of the (S,G) keys
};

} // namespace mcfwd::group_manager
