// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The list of all memberships, whole or in parts that one task can go through.
#include <controlplane/group_manager/core.hh>

#include <algorithm>
#include <array>

namespace mcfwd::group_manager {

namespace {

/// Keys that one page looks at.
constexpr std::size_t kMostSeen = 16 * 1024;

/// The owner has not agreed to forward what this membership of IGMP asks for.
bool unconfirmed(const Core& core, const Record& record, InterfaceKey interface, SourceGroup key,
                 const Membership& of_igmp) {
    if (!core.awaits_owner(record, of_igmp)) {
        return false;
    }
    for (const SourceGroup& covering : {key, SourceGroup{key.group, kAnySource}, SourceGroup{}}) {
        if (record.of_owner.contains(covering)) {
            return false;
        }
    }
    const Entry* entry = core.entries.find(key);
    if (entry == nullptr) {
        return true;
    }
    const auto oif = entry->oifs.find(interface);
    return oif == entry->oifs.end() || oif->second.forwarded_by == kNoClient;
}

/// Goes through the list from a place on and fills one page.
class Listing {
  public:
    Listing(const Core& core, const MembershipPlace& place, std::size_t limit, MembershipFilter filter)
        : core_(core),
          now_(core.env.clock.now()),
          begin_(place),
          last_(place),
          limit_(limit),
          filter_(std::move(filter)) {}

    [[nodiscard]] MembershipPage page() {
        const auto& records = core_.interest.records();
        for (auto at = records.lower_bound(begin_.interface); at != records.end(); ++at) {
            if (!walk(at->first, at->second)) {
                page_.next = last_;
                break;
            }
        }
        return std::move(page_);
    }

  private:
    /// False: the page is full, or this was enough work.
    bool walk(InterfaceKey interface, const Record& record) {
        SourceGroup from{filter_.group.value_or(Ipv4Address{}), {}};
        if (filter_.group) {
            from.source = filter_.source.value_or(kAnySource);
        }
        if (interface == begin_.interface) {
            from = std::max(from, begin_.key);
        }
        auto owner = record.of_owner.lower_bound(from);
        auto igmp = record.of_igmp.lower_bound(from);
        while (owner != record.of_owner.end() || igmp != record.of_igmp.end()) {
            const bool owner_next = owner != record.of_owner.end() &&
                                    (igmp == record.of_igmp.end() || owner->first <= igmp->first);
            const SourceGroup key = owner_next ? owner->first : igmp->first;
            if (filter_.group && key.group != *filter_.group) {
                break;
            }
            if (glances_++ == kMostSeen) {
                return false;
            }
            const Membership* of_owner = owner_next ? &(owner++)->second : nullptr;
            const bool of_both = igmp != record.of_igmp.end() && igmp->first == key;
            const Membership* of_igmp = of_both ? &(igmp++)->second : nullptr;
            if (filter_.source && key.source != *filter_.source) {
                last_ = {interface, key, std::max(record.owner, record.igmp)};
            } else if (!add(interface, record, key, of_owner, of_igmp)) {
                return false;
            }
        }
        return true;
    }

    /// A routing protocol may have registered before IGMP or after it.
    bool add(InterfaceKey interface, const Record& record, SourceGroup key, const Membership* of_owner,
             const Membership* of_igmp) {
        std::array<std::pair<ClientHandle, const Membership*>, 2> both{
            {{record.owner, of_owner}, {record.igmp, of_igmp}}};
        std::ranges::sort(both, {}, [](const auto& item) { return item.first; });
        for (const auto& [component, membership] : both) {
            const bool passed =
                interface == begin_.interface && key == begin_.key && component <= begin_.component;
            if (membership == nullptr || passed) {
                continue;
            }
            if (page_.items.size() == limit_) {
                return false;
            }
            page_.items.push_back(view(interface, record, key, *membership, component));
            last_ = {interface, key, component};
        }
        return true;
    }

    [[nodiscard]] MembershipView view(InterfaceKey interface, const Record& record, SourceGroup key,
                                      const Membership& membership, ClientHandle component) const {
        const bool igmp = component == record.igmp;
        return {.key = key,
                .interface = interface,
                .component = core_.clients.name_of(component),
                .counts_for = core_.clients.name_of(igmp ? record.counted_for(membership) : component),
                .stale = igmp && record.is_stale(membership),
                .announced = igmp && record.announced(membership),
                .unconfirmed = igmp && unconfirmed(core_, record, interface, key, membership),
                .age = std::chrono::duration_cast<std::chrono::seconds>(now_ - membership.since)};
    }

    const Core& core_;
    const Instant now_;
    const MembershipPlace begin_;
    MembershipPlace last_; ///< looked at
    const std::size_t limit_;
    const MembershipFilter filter_;
    std::size_t glances_ = 0;
    MembershipPage page_;
};

} // namespace

std::vector<MembershipView> GroupManager::memberships() const {
    std::vector<MembershipView> all;
    MembershipPage page = memberships_behind({}, SIZE_MAX);
    while (true) {
        std::ranges::move(page.items, std::back_inserter(all));
        if (!page.next) {
            return all;
        }
        page = memberships_behind(*page.next, SIZE_MAX);
    }
}

MembershipPage GroupManager::memberships_behind(const MembershipPlace& place, std::size_t limit,
                                                const MembershipFilter& filter) const {
    return Listing(*core_, place, limit, filter).page();
}

std::vector<JoinedKey> GroupManager::joined_in(Ipv4Address group) const {
    const Core& core = *core_;
    std::vector<JoinedKey> joined;
    const auto& keys = core.interest.keys();
    for (auto at = keys.lower_bound({group, kAnySource}); at != keys.end() && at->first.group == group;
         ++at) {
        for (const InterfaceKey interface : at->second.interfaces) {
            const Record* record = core.interest.find(interface);
            if (record != nullptr && record->of_owner.contains(at->first)) {
                joined.push_back({at->first, interface, core.clients.name_of(record->owner).id});
            }
            if (record != nullptr && record->of_igmp.contains(at->first)) {
                joined.push_back({at->first, interface, core.clients.name_of(record->igmp).id});
            }
        }
    }
    return joined;
}

} // namespace mcfwd::group_manager
