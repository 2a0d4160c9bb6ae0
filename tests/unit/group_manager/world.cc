// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How test clients write down what they are told, and how tables become text.
#include "world.hh"

namespace mcfwd::group_manager::test {

std::string text(InterfaceKey key) {
    return key.next_hop.is_unspecified() ? fmt::format("X{}", key.interface)
                                         : fmt::format("X{}@{}", key.interface, key.next_hop);
}

namespace {

using test::text;

std::string text(std::span<const CandidateOif> candidates) {
    std::string list;
    for (const CandidateOif& candidate : candidates) {
        list += fmt::format("{}{}{}", list.empty() ? "" : " ", text(candidate.oif),
                            candidate.igmp ? "+igmp" : "");
    }
    return list;
}

} // namespace

Expected<void> TableSink::publish(const ForwardingUpdate& update) {
    ++asked;
    const std::size_t used = egresses_used();
    const std::size_t size = taken.size();
    std::map<SourceGroup, std::optional<DesiredEntry>> before;
    const auto note = [&](SourceGroup flow) {
        const auto at = taken.find(flow);
        before.emplace(flow, at == taken.end() ? std::nullopt : std::optional(at->second));
    };
    for (const SourceGroup& flow : update.erase) {
        note(flow);
        taken.erase(flow);
    }
    for (const DesiredEntry& put : update.put) {
        note(put.flow);
        taken.insert_or_assign(put.flow, put);
    }
    if ((taken.size() > capacity && taken.size() > size) ||
        (egresses_used() > egresses && egresses_used() > used)) {
        for (auto& [flow, entry] : before) {
            entry ? void(taken.insert_or_assign(flow, *entry)) : void(taken.erase(flow));
        }
        return fail(Status::kNotEnoughMemory, "the table is full");
    }
    for (const auto& [flow, entry] : before) {
        changed_.insert(flow);
    }
    for (const SourceGroup& flow : update.erase) {
        traffic.erase(flow);
    }
    for (const DesiredEntry& put : update.put) {
        if (put.restart_counters) {
            traffic[put.flow] = {};
        }
    }
    for (const DesiredMissPolicy& miss : update.miss) {
        miss.signal ? void(taken_signalling.insert(miss.interface))
                    : void(taken_signalling.erase(miss.interface));
    }
    gathering_ |= !update.empty();
    if (update.more) {
        gathered_cause_ = gathered_cause_.empty() ? update.cause : gathered_cause_;
    } else {
        show(update.cause);
    }
    return {};
}

void TableSink::show(const std::string& cause) {
    if (!std::exchange(gathering_, false)) {
        return;
    }
    for (const SourceGroup& flow : std::exchange(changed_, {})) {
        const auto at = taken.find(flow);
        at == taken.end() ? void(entries.erase(flow)) : void(entries.insert_or_assign(flow, at->second));
    }
    signalling = taken_signalling;
    causes.push_back(cause.empty() ? gathered_cause_ : cause);
    gathered_cause_.clear();
    if (on_publish) {
        on_publish();
    }
}

std::size_t TableSink::egresses_used() const {
    std::size_t used = 0;
    for (const auto& [flow, entry] : taken) {
        used += entry.oifs.size();
    }
    return used;
}

std::optional<FlowCounters> TableSink::counters(SourceGroup flow) const {
    const auto at = traffic.find(flow);
    return at == traffic.end() ? std::nullopt : std::optional(at->second);
}

std::vector<OifCounters> TableSink::oif_counters(SourceGroup flow) const {
    std::vector<OifCounters> counters;
    if (const auto at = taken.find(flow); at != taken.end()) {
        for (const InterfaceKey& oif : at->second.oifs) {
            counters.push_back({oif.interface, traffic.at(flow).packets, traffic.at(flow).bytes});
        }
    }
    return counters;
}

World::World(Settings settings, bool start, Memory* memory)
    : gm({clock, tasks, directory, view, boundary, sink, memory}, settings,
         [this](const Event& event) { events.push_back(event); }) {
    for (std::uint8_t i = 1; i <= 9; ++i) {
        EXPECT_TRUE(view.add_connected({Ipv4Address(10, 0, i, 1), 24}, x(i)));
    }
    sink.on_publish = [this] { trace.push_back("publish"); };
    if (start) {
        EXPECT_EQ(status(gm.start()), kOk);
    }
}

ClientHandle World::client(const std::string& name, ComponentId id) {
    Callbacks c;
    const auto note = [this, name](const std::string& what) { trace.push_back(name + " " + what); };
    c.rpf = [this, name, note](RpfQuery& query) {
        note(fmt::format("RPF {} {}", query.flow, text(query.iif)));
        if (const auto& act = behaviour[name].rpf) {
            act(query);
        }
    };
    c.creation_alert = [this, name, note](const CreationAlert& alert) {
        note(fmt::format("CREATION {} {} [{}]", alert.flow, text(alert.iif), text(alert.candidates)));
        if (const auto& act = behaviour[name].creation) {
            act(alert);
        }
    };
    const auto entry = [](AlertCause cause) { return cause == AlertCause::kEntry ? " entry" : ""; };
    c.join_alert = [note, entry](const JoinAlert& alert) {
        note(fmt::format("JOIN {}{}", alert.key, entry(alert.cause)));
    };
    c.prune_alert = [this, name, note, entry](PruneAlert& alert) {
        note(fmt::format("PRUNE {} {}{}", alert.key, text(alert.interface), entry(alert.cause)));
        if (const auto& act = behaviour[name].prune) {
            act(alert);
        }
    };
    c.wrong_if = [note](const WrongInterface& wrong) {
        note(fmt::format("WRONG_IF {} {}", wrong.flow, text(wrong.arrival)));
    };
    c.local_join = [note](const LocalMembership& local) {
        note(fmt::format("LOCAL_JOIN {} {}", local.key, text(local.interface)));
    };
    c.local_leave = [note](const LocalMembership& local) {
        note(fmt::format("LOCAL_LEAVE {} {}", local.key, text(local.interface)));
    };
    return gm.register_protocol({id, name, std::move(c)}).value();
}

ClientHandle World::igmp(const std::string& name, ComponentId id) {
    Callbacks c;
    c.disable_igmp = [this, name](InterfaceKey interface) {
        trace.push_back(fmt::format("{} DISABLE {}", name, text(interface)));
        if (const auto& act = behaviour[name].disable) {
            act(interface);
        }
    };
    c.enable_igmp = [this, name](InterfaceKey interface) {
        trace.push_back(fmt::format("{} ENABLE {}", name, text(interface)));
        if (const auto& act = behaviour[name].enable) {
            act(interface);
        }
    };
    return gm.register_protocol({id, name, std::move(c)}).value();
}

std::vector<std::string> World::callbacks() {
    std::vector<std::string> lines = told();
    std::erase(lines, "publish");
    return lines;
}

std::string World::forwarded(SourceGroup flow) const {
    const auto at = sink.entries.find(flow);
    if (at == sink.entries.end()) {
        return "none";
    }
    std::string list;
    for (const InterfaceKey& oif : at->second.oifs) {
        list += (list.empty() ? "" : " ") + text(oif);
    }
    return list.empty() ? "-" : list;
}

std::string World::tables() const {
    std::string all;
    for (const OwnershipView& line : gm.ownership()) {
        all += fmt::format("own {} {} {} {} {}\n", text(line.interface), line.owner.name, line.igmp.name,
                           line.stale, phase_name(line.phase));
    }
    for (const MembershipView& line : gm.memberships()) {
        all += fmt::format("member {} {} {} {} {} {}\n", text(line.interface), line.key, line.component.name,
                           line.counts_for.name, line.stale, line.announced);
    }
    const auto page = gm.first_mfe(1000000).value();
    for (const MfeView& mfe : page.items) {
        all += fmt::format("mfe {} {} {} {} {}:", mfe.flow, text(mfe.iif), mfe.iif_owner.name,
                           state_name(mfe.state), reason_name(mfe.reason));
        for (const OifView& oif : mfe.oifs) {
            all += fmt::format(" {}/{}{}{}{}{}{}{}", text(oif.interface), int{oif.source_group},
                               int{oif.any_source}, int{oif.any_group}, int{oif.forward}, int{oif.vetoed},
                               int{oif.boundary}, int{oif.forwarding});
        }
        all += fmt::format(" published {}\n", forwarded(mfe.flow));
    }
    return all + fmt::format("published {}", sink.entries.size());
}

} // namespace mcfwd::group_manager::test
