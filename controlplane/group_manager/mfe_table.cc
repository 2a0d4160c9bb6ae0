// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Entries and their indexes stay in step here and nowhere else.
#include <controlplane/group_manager/mfe_table.hh>

#include <algorithm>

namespace mcfwd::group_manager {

namespace {

using Index = std::unordered_map<InterfaceKey, std::set<SourceGroup>>;

void drop(Index& index, InterfaceKey interface, SourceGroup flow) {
    const auto at = index.find(interface);
    if (at == index.end()) {
        return;
    }
    at->second.erase(flow);
    if (at->second.empty()) {
        index.erase(at);
    }
}

} // namespace

std::vector<InterfaceKey> Entry::forwarding() const {
    std::vector<InterfaceKey> interfaces;
    interfaces.reserve(forwarding_oifs);
    for (const auto& [interface, oif] : oifs) {
        if (oif.forwarding) {
            interfaces.push_back(interface);
        }
    }
    return interfaces;
}

Entry* MfeTable::find(SourceGroup flow) {
    const auto at = entries_.find(flow);
    return at == entries_.end() ? nullptr : &at->second;
}

const Entry* MfeTable::find(SourceGroup flow) const {
    const auto at = entries_.find(flow);
    return at == entries_.end() ? nullptr : &at->second;
}

Entry& MfeTable::put(Entry entry) {
    const SourceGroup flow = entry.flow;
    if (const Entry* old = find(flow)) {
        unlink(*old);
    }
    Entry& stored = entries_.insert_or_assign(flow, std::move(entry)).first->second;
    by_iif_[stored.iif].insert(flow);
    by_source_.emplace(flow.source, flow.group);
    expiry_.arm(stored.expires, flow);
    for (const auto& [interface, oif] : stored.oifs) {
        note_edited(stored, interface);
    }
    note_state(stored);
    return stored;
}

void MfeTable::erase(SourceGroup flow) {
    const auto at = entries_.find(flow);
    unlink(at->second);
    entries_.erase(at);
}

void MfeTable::unlink(const Entry& entry) {
    drop(by_iif_, entry.iif, entry.flow);
    by_source_.erase({entry.flow.source, entry.flow.group});
    expiry_.disarm(entry.expires, entry.flow);
    negative_.erase({entry.created, entry.flow});
    for (const auto& [interface, oif] : entry.oifs) {
        drop(edited_, interface, entry.flow);
    }
}

void MfeTable::clear() {
    *this = MfeTable();
}

void MfeTable::expire_at(Entry& entry, Instant when) {
    expiry_.disarm(entry.expires, entry.flow);
    entry.expires = when;
    expiry_.arm(when, entry.flow);
}

void MfeTable::note_edited(const Entry& entry, InterfaceKey oif) {
    most_oifs_ = std::max(most_oifs_, entry.oifs.size());
    const auto at = entry.oifs.find(oif);
    if (at != entry.oifs.end() && at->second.edited()) {
        edited_[oif].insert(entry.flow);
    } else {
        drop(edited_, oif, entry.flow);
    }
}

void MfeTable::note_state(const Entry& entry) {
    if (entry.state() == MfeState::kNegative) {
        negative_.emplace(entry.created, entry.flow);
    } else {
        negative_.erase({entry.created, entry.flow});
    }
}

std::optional<SourceGroup> MfeTable::oldest_negative() const {
    return negative_.empty() ? std::nullopt : std::optional(negative_.begin()->second);
}

std::vector<SourceGroup> MfeTable::by_iif(InterfaceKey interface, SourceGroup after,
                                          std::size_t limit) const {
    std::vector<SourceGroup> flows;
    const auto found = by_iif_.find(interface);
    if (found == by_iif_.end()) {
        return flows;
    }
    for (auto at = found->second.upper_bound(after); at != found->second.end() && flows.size() < limit;
         ++at) {
        flows.push_back(*at);
    }
    return flows;
}

std::size_t MfeTable::count_by_iif(InterfaceKey interface) const {
    const auto found = by_iif_.find(interface);
    return found == by_iif_.end() ? 0 : found->second.size();
}

std::vector<SourceGroup> MfeTable::edited(InterfaceKey interface, SourceGroup from, std::size_t limit) const {
    std::vector<SourceGroup> flows;
    if (const auto found = edited_.find(interface); found != edited_.end()) {
        for (auto at = found->second.lower_bound(from); at != found->second.end() && flows.size() < limit;
             ++at) {
            flows.push_back(*at);
        }
    }
    return flows;
}

std::vector<SourceGroup> MfeTable::from(Ipv4Prefix sources, Ipv4Address group,
                                        std::optional<SourceGroup> after, std::size_t limit) const {
    std::vector<SourceGroup> flows;
    if (!group.is_unspecified()) {
        auto at = after ? entries_.upper_bound(*after) : entries_.lower_bound({group, sources.network()});
        for (; at != entries_.end() && at->first.group == group && sources.contains(at->first.source) &&
               flows.size() < limit;
             ++at) {
            flows.push_back(at->first);
        }
        return flows;
    }
    auto at = after ? by_source_.upper_bound({after->source, after->group})
                    : by_source_.lower_bound({sources.network(), Ipv4Address{}});
    for (; at != by_source_.end() && sources.contains(at->first) && flows.size() < limit; ++at) {
        flows.push_back({at->second, at->first});
    }
    return flows;
}

} // namespace mcfwd::group_manager
