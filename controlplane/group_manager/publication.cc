// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Latest state wins: however often an entry changed since the last version, it is published once.
#include <controlplane/group_manager/publication.hh>

namespace mcfwd::group_manager {

namespace {

DesiredEntry desired(const Entry& entry, bool restart_counters) {
    return {entry.flow, entry.iif, entry.forwarding(), restart_counters};
}

bool same(const DesiredEntry& a, const DesiredEntry& b) {
    return a.iif == b.iif && a.oifs == b.oifs;
}

} // namespace

Expected<void> Publication::flush(std::string cause) {
    ForwardingUpdate update;
    update.cause = std::move(cause);
    for (const SourceGroup& flow : flows_) {
        const Entry* entry = entries_.find(flow);
        if (entry == nullptr) {
            update.erase.push_back(flow);
            continue;
        }
        const bool restart = restarted_.contains(flow);
        DesiredEntry next = desired(*entry, restart);
        if (restart || !same(next, entry->published)) {
            update.put.push_back(std::move(next));
        }
    }
    for (const auto& [interface, signal] : miss_) {
        update.miss.push_back({interface, signal});
    }
    if (!update.empty()) {
        if (auto result = sink_.publish(update); !result) {
            return result;
        }
        ++published_;
        for (DesiredEntry& put : update.put) {
            entries_.find(put.flow)->published = std::move(put);
        }
    }
    flows_.clear();
    restarted_.clear();
    miss_.clear();
    return {};
}

Expected<void> Publication::publish_new(Entry& entry, std::string cause) {
    ForwardingUpdate update;
    update.cause = std::move(cause);
    update.put.push_back(desired(entry, true));
    if (auto result = sink_.publish(update); !result) {
        return result;
    }
    ++published_;
    entry.published = std::move(update.put.front());
    // An older entry of the flow whose removal is still pending has been replaced by this one.
    flows_.erase(entry.flow);
    restarted_.erase(entry.flow);
    return {};
}

} // namespace mcfwd::group_manager
