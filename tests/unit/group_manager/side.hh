// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A group manager (or the model of one) with clients, table and tasks of its own: performs steps and writes
// down everything that can be seen.
#pragma once

#include <stdexcept>

#include "random_calls.hh"

namespace mcfwd::group_manager::test {

/// Something that happened: a callback, a published version, or a call from inside a callback.
struct Happening {
    std::optional<CallbackKind> callback;
    unsigned target = 0; ///< ClientIndex
    SourceGroup key;
    InterfaceKey interface; ///< where the callback has one; the iif for RPF and CREATION
    AlertCause cause = AlertCause::kMembership;
    std::vector<std::pair<InterfaceKey, bool>> candidates; ///< with `igmp`
    Ipv4Address upstream;
    Route route;
    std::size_t header = 0;
    std::optional<Phase> phase;                 ///< of `interface`, for DISABLE and ENABLE
    std::optional<ComponentId> attributed;      ///< what a query from inside says of `interface`
    std::vector<std::optional<Status>> refused; ///< results of the call from inside
    bool operator==(const Happening&) const = default;
};
std::string text(const Happening& happening);
std::string text(const std::vector<Happening>& happenings);

/// What the calls of one step returned.
struct Results {
    std::vector<std::optional<Status>> statuses; ///< nullopt: success; also how pages ended
    std::vector<MfeView> entries;
    std::vector<MfeStatsView> stats;
    std::vector<SourceGroup> keys;
};

template <typename Subject>
class Side {
  public:
    /// `observer`: of a GroupManager; a model has none.
    template <typename... Observer>
    Side(Surroundings& around, Settings settings, Observer... observer)
        : around_(around),
          gm({around.clock, tasks, around.directory, around.view, around.boundary, sink, around.memory},
             settings, std::move(observer)...) {
        sink.on_publish = [this] { trace.push_back({}); };
        set_up();
    }

    /// Starts with IGMP on X1, X2 and both links of X4, P on X2 and X3.
    void set_up() {
        (void)gm.start();
        for (std::uint8_t k = 0; k < kJ; ++k) {
            (void)register_client(k);
        }
        for (const std::size_t k : {0U, 1U, 3U, 4U}) {
            (void)gm.take_interface_ownership(handles[kI], kInterfaces.at(k));
        }
        (void)gm.take_interface_ownership(handles[kP], kInterfaces[1]);
        (void)gm.take_interface_ownership(handles[kP], kInterfaces[2]);
        tasks.run();
    }

    /// A step, after `Surroundings::prepare`.
    Results perform(const Step& step) {
        const bool outside_batches = step.verb == Verb::kPass || step.verb == Verb::kRunTasks ||
                                     step.verb == Verb::kRestart || step.verb == Verb::kBatch;
        const bool was_open = batch.has_value();
        if (outside_batches) {
            batch.reset();
        }
        if (step.verb == Verb::kBatch && !was_open) {
            batch.emplace(gm, "steps");
        } else if (step.verb == Verb::kRunTasks) {
            tasks.run();
        } else if (step.verb == Verb::kTraffic) {
            const auto entry = sink.entries.find(kStepKeys.at(step.key));
            if (entry != sink.entries.end() && !entry->second.oifs.empty()) {
                ++sink.traffic[entry->first].packets;
            }
        } else if (step.verb == Verb::kRestart) {
            gm.stop();
            set_up();
        }
        return call(step);
    }

    /// The call of a step alone; also made from inside callbacks.
    Results call(const Step& step);
    Expected<ClientHandle> register_client(std::uint8_t index);
    [[nodiscard]] ClientHandle handle(const Step& step) const;

    ManualTasks tasks;
    TableSink sink;
    std::vector<Happening> trace;
    std::array<ClientHandle, kRegistered> handles{};
    std::vector<EnumerationHandle> enumerations{EnumerationHandle{}};

  private:
    Callbacks callbacks(std::uint8_t index);
    void note(std::uint8_t index, Happening happening);
    void replay(const Step& step, Results& results);
    void query(const Step& step, Results& results);
    void enumerate(const Step& step, Results& results);

    Surroundings& around_;
    std::vector<std::byte> header_ = std::vector<std::byte>(200, std::byte{0x45});

  public:
    Subject gm;
    std::optional<typename Subject::Batch> batch;
};

template <typename Subject>
ClientHandle Side<Subject>::handle(const Step& step) const {
    if (step.client < kRegistered) {
        return handles.at(step.client);
    }
    for (const OwnershipView& line : gm.ownership()) {
        if (line.interface != kInterfaces.at(step.interface) || step.client == kDead) {
            continue;
        }
        const ClientName& who = step.client == kOwner ? line.owner : line.igmp;
        for (const ClientView& client : gm.clients()) {
            if (client.name.id == who.id && !who.name.empty()) {
                return client.handle;
            }
        }
    }
    return ClientHandle{999999};
}

template <typename Subject>
Results Side<Subject>::call(const Step& step) {
    Results results;
    const InterfaceKey on = kInterfaces.at(step.interface);
    const SourceGroup key = kStepKeys.at(step.key);
    const auto add = [&](const auto& result) { results.statuses.push_back(status(result)); };
    const auto header = std::span(header_).first(step.extra * 3U);
    const MembershipFlags flags = flags_of(step);
    switch (step.verb) {
    case Verb::kTake:
        add(gm.take_interface_ownership(handle(step), on));
        break;
    case Verb::kRelease:
        add(gm.release_interface_ownership(handle(step), on));
        break;
    case Verb::kTransfer:
        add(gm.transfer_interface_ownership(handle({.client = kOwner, .interface = step.interface}),
                                            handle(step), on));
        break;
    case Verb::kAdd:
        add(gm.add_group_membership(handle(step), key, on, flags));
        break;
    case Verb::kDelete:
        add(gm.delete_group_membership(handle(step), key, on, flags));
        break;
    case Verb::kReplay:
        replay(step, results);
        break;
    case Verb::kReplayComplete:
        add(gm.igmp_replay_complete(handle(step), on));
        break;
    case Verb::kPacket:
        gm.new_packet(key, on, header);
        break;
    case Verb::kWrongInterface:
        gm.wrong_interface(key, on, header);
        break;
    case Verb::kPass:
        gm.tick();
        break;
    case Verb::kRoute: {
        const bool one = step.extra % 2 == 0;
        add(gm.route_changed({key.source, 32}, one ? key.group : Ipv4Address{}));
        break;
    }
    case Verb::kBoundary:
        add(gm.boundary_changed(on));
        break;
    case Verb::kSetMfe:
        add(gm.set_mfe(handle(step), key, Ipv4Address(10, 9, 9, static_cast<std::uint8_t>(step.extra))));
        break;
    case Verb::kChangeMfe: {
        MfeEdit edit;
        if (step.extra % 2 != 0) {
            edit.iif = on;
        }
        if (step.extra % 3 == 0) {
            edit.upstream = Ipv4Address(10, 8, 8, 8);
        }
        if (step.extra % 8 == 7) {
            edit.timeout = std::chrono::seconds(static_cast<int>(step.extra) * 5 - 36); // -1, 39, ...
        }
        add(gm.change_mfe(handle(step), key, edit));
        break;
    }
    case Verb::kQuery:
        query(step, results);
        break;
    case Verb::kEnumerate:
        enumerate(step, results);
        break;
    case Verb::kRegister:
        if (step.client < kRegistered) {
            add(register_client(step.client));
        }
        break;
    case Verb::kDeregister:
        add(gm.deregister_protocol(handle(step)));
        break;
    case Verb::kInterfaceDown:
        add(gm.interface_down(on));
        break;
    case Verb::kRestart:
        add(gm.start()); // runs already
        gm.tick();
        break;
    default: // not a call
        break;
    }
    return results;
}

/// IGMP adds those of its stale memberships that it still has and says that this was all.
template <typename Subject>
void Side<Subject>::replay(const Step& step, Results& results) {
    const InterfaceKey on = kInterfaces.at(step.interface);
    const ClientHandle igmp = handle({.client = kIgmp, .interface = step.interface});
    const typename Subject::Batch whole(gm, "replay");
    unsigned index = step.extra;
    for (const MembershipView& line : gm.memberships()) {
        if (line.interface == on && line.stale && (index++ % 4) != 0) {
            results.statuses.push_back(status(gm.add_group_membership(igmp, line.key, on, kJoin)));
        }
    }
    results.statuses.push_back(status(gm.igmp_replay_complete(igmp, on)));
}

template <typename Subject>
void Side<Subject>::query(const Step& step, Results& results) {
    const auto keep = [&](const auto& page, auto& into) {
        results.statuses.push_back(page ? std::optional(page->end) : status(page));
        if (page) {
            into = page->items;
        }
    };
    const SourceGroup key = kStepKeys.at(step.key);
    const std::size_t limit = step.extra / 8 % 4;
    const StatsLevel level{static_cast<std::uint8_t>(step.extra / 16)}; // 1 and 2 exist
    if (step.extra % 8 < 2) {
        keep(gm.first_mfe(limit), results.entries);
    } else if (step.extra % 8 < 4) {
        keep(gm.next_mfe(key, limit), results.entries);
    } else if (step.extra % 8 < 5) {
        keep(gm.first_mfe_stats(limit, level), results.stats);
    } else if (step.extra % 8 < 6) {
        keep(gm.next_mfe_stats(key, limit, level), results.stats);
    } else if (const auto one = gm.mfe(key); step.extra % 8 < 7) {
        results.statuses.push_back(status(one));
        if (one) {
            results.entries.push_back(*one);
        }
    } else {
        results.statuses.push_back(status(gm.mfe_stats(key, level)));
        results.statuses.push_back(status(gm.protocol_on_interface(kInterfaces.at(step.interface))));
    }
}

template <typename Subject>
void Side<Subject>::enumerate(const Step& step, Results& results) {
    const EnumerationHandle last =
        enumerations.at(enumerations.size() - 1 - step.extra % enumerations.size() % 3);
    if (step.extra % 4 == 0) {
        const auto started = gm.group_enumeration_start(handle(step), EnumerationKind(step.extra / 4 % 3));
        results.statuses.push_back(status(started));
        if (started) {
            enumerations.push_back(*started);
        }
    } else if (step.extra % 4 == 1) {
        results.statuses.push_back(status(gm.group_enumeration_end(last)));
    } else {
        const auto page = gm.group_enumeration_next(last, step.extra / 8 % 4);
        results.statuses.push_back(page ? std::optional(page->end) : status(page));
        if (page) {
            results.keys = page->items;
        }
    }
}

template <typename Subject>
Expected<ClientHandle> Side<Subject>::register_client(std::uint8_t index) {
    constexpr std::array<ComponentId, kRegistered> kIds{
        {{kProtocolIgmp, 0}, {100, 1}, {100, 2}, {200, 1}, {300, 1}, {kProtocolIgmpVendor, 1}}};
    constexpr std::array<const char*, kRegistered> kNames{"I", "P", "Q", "T", "N", "J"};
    auto result = gm.register_protocol({kIds.at(index), kNames.at(index), callbacks(index)});
    if (result) {
        handles.at(index) = *result;
    }
    return result;
}

template <typename Subject>
void Side<Subject>::note(std::uint8_t index, Happening happening) {
    happening.target = index;
    if (const auto owner = gm.protocol_on_interface(happening.interface)) {
        happening.attributed = *owner;
    }
    const bool of_handoff =
        happening.callback == CallbackKind::kDisableIgmp || happening.callback == CallbackKind::kEnableIgmp;
    if (of_handoff) {
        for (const OwnershipView& line : gm.ownership()) {
            if (line.interface == happening.interface) {
                happening.phase = line.phase;
            }
        }
    }
    if (around_.mischief) {
        happening.refused = call(*around_.mischief).statuses;
    }
    trace.push_back(std::move(happening));
    if (index == kT || (of_handoff && around_.igmp_throws)) {
        throw std::runtime_error("a client throws");
    }
}

template <typename Subject>
Callbacks Side<Subject>::callbacks(std::uint8_t index) {
    Callbacks c;
    if (index == kN) {
        return c;
    }
    if (index == kI || index == kJ) {
        c.disable_igmp = [this, index](InterfaceKey on) {
            note(index, {.callback = CallbackKind::kDisableIgmp, .interface = on});
        };
        c.enable_igmp = [this, index](InterfaceKey on) {
            note(index, {.callback = CallbackKind::kEnableIgmp, .interface = on});
        };
        if (index == kJ) {
            return c;
        }
    }
    c.rpf = [this, index](RpfQuery& query) {
        note(index, {.callback = CallbackKind::kRpf,
                     .key = query.flow,
                     .interface = query.iif,
                     .upstream = query.upstream,
                     .route = query.route,
                     .header = query.header.size()});
        if (const auto& iif = around_.answers.at(index).iif) {
            query.iif = *iif;
            query.upstream = Ipv4Address(10, 7, 7, index);
            query.route.kind = RouteKind::kStaticEntry;
        }
    };
    c.creation_alert = [this, index](const CreationAlert& alert) {
        Happening happening{
            .callback = CallbackKind::kCreationAlert, .key = alert.flow, .interface = alert.iif};
        for (const CandidateOif& candidate : alert.candidates) {
            happening.candidates.emplace_back(candidate.oif, candidate.igmp);
        }
        note(index, happening);
        for (CandidateOif& candidate : alert.candidates) {
            for (std::size_t k = 0; k < kInterfaces.size(); ++k) {
                if (candidate.oif == kInterfaces.at(k)) {
                    candidate.enabled = (around_.answers.at(index).vetoes >> k & 1U) == 0;
                }
            }
            candidate.oif = kInterfaces[0]; // not read back
        }
    };
    c.join_alert = [this, index](const JoinAlert& alert) {
        note(index, {.callback = CallbackKind::kJoinAlert, .key = alert.key, .cause = alert.cause});
    };
    c.prune_alert = [this, index](PruneAlert& alert) {
        note(index, {.callback = CallbackKind::kPruneAlert,
                     .key = alert.key,
                     .interface = alert.interface,
                     .cause = alert.cause,
                     .header = static_cast<std::size_t>(alert.timeout.count())});
        alert.timeout = around_.answers.at(index).timeout.value_or(alert.timeout);
    };
    c.wrong_if = [this, index](const WrongInterface& wrong) {
        note(index, {.callback = CallbackKind::kWrongIf,
                     .key = wrong.flow,
                     .interface = wrong.arrival,
                     .header = wrong.header.size()});
    };
    c.local_join = [this, index](const LocalMembership& local) {
        note(index, {.callback = CallbackKind::kLocalJoin, .key = local.key, .interface = local.interface});
    };
    c.local_leave = [this, index](const LocalMembership& local) {
        note(index, {.callback = CallbackKind::kLocalLeave, .key = local.key, .interface = local.interface});
    };
    return c;
}

} // namespace mcfwd::group_manager::test
