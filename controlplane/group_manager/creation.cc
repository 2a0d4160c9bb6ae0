// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From a miss to an entry (specification 5.2): route, RPF callback, boundary, candidates, creation alerts.
#include <controlplane/group_manager/core.hh>

#include <algorithm>

#include <spdlog/spdlog.h>

#include <mcfwd/signals.hh>

namespace mcfwd::group_manager {

void GroupManager::new_packet(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header) {
    Core& core = *core_;
    header = header.first(std::min(header.size(), kSignalHeaderOctets));
    if (core.dispatcher.inside()) {
        core.env.tasks.post([weak = std::weak_ptr(core.self), this, flow, arrival,
                             copy = std::vector(header.begin(), header.end())] {
            if (!weak.expired()) {
                new_packet(flow, arrival, copy);
            }
        });
        return;
    }
    const bool routable = flow.group.is_routable_group() && flow.source.is_valid_source();
    if (!core.started || !routable || !core.interest.somebody_at(arrival)) {
        core.env.sink.discard_parked(flow);
        return;
    }
    if (core.find_entry(flow) != nullptr) {
        ++core.metrics.duplicate_misses;
        return;
    }
    core.create(flow, arrival, header);
}

void Core::create(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header) {
    const Room room(*this, room_for_new_entry(flow), Memory::Use::kGrow);
    if (!room) {
        refuse_new(flow, "no memory");
        return;
    }
    flush_batch(Then::kPublish);
    if (entries.find(flow) != nullptr) { // condemned
        erase_entry(flow, MfeChanged::What::kDeleted);
    }
    Entry entry = build(flow, arrival, {header.begin(), header.end()});
    const std::string cause = fmt::format("new flow {} on {}", flow, name(arrival));
    if (auto result = publish_new(entry, cause); !result) {
        report_mfe(MfeChanged::What::kRefused, entry);
        refuse_new(flow, result.error().what);
        if (publication.pending()) { // a condemned one ended
            flush(cause, Then::kPublish);
        }
        return;
    }
    ++metrics.mfe_created;
    metrics.mfe_negative += entry.forwarding_oifs == 0;
    const Entry& stored = entries.put(std::move(entry));
    report_mfe(MfeChanged::What::kCreated, stored);
    emit(first_alert(stored));
    if (const Entry* alive = entries.find(flow); alive != nullptr && !accepts(alive->iif, arrival)) {
        alert_wrong_interface(flow, arrival, header);
    }
}

void Core::refuse_new(SourceGroup flow, std::string_view why) {
    env.sink.discard_parked(flow);
    ++metrics.mfe_refused;
    if (const auto held_back = full_log.allow(env.clock.now())) {
        spdlog::warn("group_manager: no entry for flow={} reason=\"{}\" more={}", flow, why, *held_back);
    }
}

Expected<void> Core::publish_new(Entry& entry, const std::string& cause) {
    auto result = publication.publish_new(entry, cause);
    const auto oldest = entries.oldest_negative();
    if (result || result.error().status != Status::kNotEnoughMemory || !oldest) {
        return result;
    }
    // One is enough if entries are what there is no room for; if it is egresses, none would help.
    if (auto second = publication.publish_new(entry, cause, *oldest); !second) {
        return second;
    }
    ++metrics.mfe_evicted;
    report_mfe(MfeChanged::What::kEvicted, *entries.find(*oldest));
    rebuild_queue.erase(*oldest);
    entries.erase(*oldest);
    if (const auto held_back = full_log.allow(env.clock.now())) {
        spdlog::warn("group_manager: table full, negative entry makes room flow={} for={} more={}", *oldest,
                     entry.flow, *held_back);
    }
    return {};
}

Entry Core::build(SourceGroup flow, InterfaceKey arrival, std::vector<std::byte> header) {
    Entry entry;
    entry.flow = flow;
    entry.arrival = arrival;
    entry.header = std::move(header);
    entry.iif = arrival;
    entry.built = ++last_built;
    entry.created = env.clock.now();
    entry.period = kDefaultMfeTimeout;
    if (const auto rpf = env.view.lookup(flow)) {
        entry.iif = entry.rpf_interface = rpf->iif;
        entry.upstream = rpf->upstream;
        entry.route = entry.view_route = rpf->route;
        entry.iif_owner = interest.attributed(rpf->iif);
        if (entry.iif_owner == kNoClient) {
            entry.blocked = NegativeReason::kUnownedIif;
        } else {
            ask_rpf(entry);
            if (env.boundary.blocks_input(entry.iif, flow.group)) {
                entry.blocked = NegativeReason::kBoundary;
            }
        }
    } else {
        entry.blocked = NegativeReason::kNoRoute;
    }
    if (entry.iif_owner == kNoClient) {
        entry.period = settings.unreachable_timeout;
    }
    for (const SourceGroup& key : {SourceGroup{}, SourceGroup{flow.group, kAnySource}, flow}) {
        if (const KeyState* state = interest.find(key)) {
            for (const InterfaceKey interface : state->interfaces) {
                evaluate(entry, interface);
            }
        }
    }
    const Record* record = interest.find(entry.iif);
    entry.iif_tenure = record != nullptr ? record->tenure : interest.last_stamp();
    ask_creation(entry);
    entry.expires = entry.created + entry.period;
    entry.told_foreign = entry.foreign_oifs > 0;
    return entry;
}

void Core::ask_rpf(Entry& entry) {
    const Client& owner = *clients.find(entry.iif_owner);
    RpfQuery query{entry.flow, entry.header, entry.iif, entry.upstream, entry.route};
    const CallbackFired fired{.kind = CallbackKind::kRpf,
                              .target = owner.name,
                              .key = entry.flow,
                              .interface = entry.iif,
                              .upstream = entry.upstream,
                              .route = entry.route};
    if (!dispatcher.call(owner.callbacks.rpf, fired, query)) {
        return;
    }
    entry.upstream_chosen = query.upstream != entry.upstream;
    entry.route_chosen = query.route != entry.route;
    entry.upstream = query.upstream;
    entry.route = query.route;
    if (query.iif == entry.iif) {
        return;
    }
    if (interest.attributed(query.iif) != owner.handle) {
        spdlog::warn("group_manager: rpf choice ignored flow={} client={} interface={}", entry.flow,
                     owner.name.name, name(query.iif));
        return;
    }
    entry.iif = query.iif;
}

void Core::ask_creation(Entry& entry) {
    std::map<ClientHandle, std::vector<CandidateOif>> candidates;
    for (const auto& [interface, oif] : entry.oifs) {
        if (oif.forwarding) {
            const Record& record = *interest.find(interface);
            candidates[record.attributed()].push_back({interface, record.igmp != kNoClient, true});
        }
    }
    for (auto& [component, oifs] : candidates) {
        std::vector<InterfaceKey> offered;
        std::ranges::transform(oifs, std::back_inserter(offered), &CandidateOif::oif);
        const Client& client = *clients.find(component);
        dispatcher.call(client.callbacks.creation_alert,
                        {.kind = CallbackKind::kCreationAlert,
                         .target = client.name,
                         .key = entry.flow,
                         .interface = entry.iif,
                         .oifs = offered},
                        CreationAlert{entry.flow, entry.iif, oifs});
        for (std::size_t i = 0; i < offered.size(); ++i) {
            if (!oifs[i].enabled) {
                Oif& oif = entry.oifs.at(offered[i]);
                oif.vetoed_by = component;
                oif.veto_tenure = interest.find(offered[i])->tenure;
                evaluate(entry, offered[i]);
            }
        }
    }
}

} // namespace mcfwd::group_manager
