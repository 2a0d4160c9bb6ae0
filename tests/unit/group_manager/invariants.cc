// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Derived facts that the invariants speak of, from what queries show.
#include "invariants.hh"

#include <algorithm>

namespace mcfwd::group_manager::test {

bool Course::was_built(SourceGroup flow) const {
    return std::ranges::any_of(changed, [&](const MfeChanged& event) {
        const bool built =
            event.what == MfeChanged::What::kCreated || event.what == MfeChanged::What::kRebuilt;
        return built && event.flow == flow;
    });
}

std::vector<Step> without(std::vector<Step> steps, std::initializer_list<Verb> verbs) {
    std::erase_if(steps,
                  [&](const Step& step) { return std::ranges::find(verbs, step.verb) != verbs.end(); });
    return steps;
}

std::vector<Step> without_edits(std::vector<Step> steps) {
    steps = without(std::move(steps), {Verb::kVeto, Verb::kRpf, Verb::kChangeMfe, Verb::kTimeout});
    std::erase_if(steps, [](const Step& step) {
        return (step.verb == Verb::kAdd || step.verb == Verb::kDelete) && flags_of(step) != kJoin;
    });
    return steps;
}

const OwnershipView* ownership_of(const Tables& tables, InterfaceKey on) {
    const auto at = std::ranges::find(tables.ownership, on, &OwnershipView::interface);
    return at == tables.ownership.end() ? nullptr : &*at;
}

const MfeStatsView* entry_of(const Tables& tables, SourceGroup flow) {
    const auto at = std::ranges::find_if(tables.entries,
                                         [&](const MfeStatsView& entry) { return entry.mfe.flow == flow; });
    return at == tables.entries.end() ? nullptr : &*at;
}

std::set<std::string> wanting(const Tables& tables, SourceGroup key) {
    std::set<std::string> names;
    for (const MembershipView& line : tables.memberships) {
        if (line.key == key) {
            names.insert(line.counts_for.name);
        }
    }
    return names;
}

std::string attributed(const Tables& tables, InterfaceKey on) {
    const OwnershipView* record = ownership_of(tables, on);
    return record == nullptr ? "" : record->owner.name.empty() ? record->igmp.name : record->owner.name;
}

bool others_want(const Surroundings& around, const Tables& tables, const std::string& name, SourceGroup key) {
    if (key.is_concrete()) {
        const auto rpf = around.view.lookup(key);
        if (!rpf || attributed(tables, rpf->iif) != name) {
            return false;
        }
    }
    std::set<std::string> others = wanting(tables, key);
    others.erase(name);
    return !others.empty();
}

bool others_receive(const Tables& tables, const MfeView& mfe) {
    return std::ranges::any_of(tables.published.at(mfe.flow).oifs, [&](const InterfaceKey& on) {
        const bool member = std::ranges::any_of(tables.memberships, [&](const MembershipView& line) {
            return line.interface == on && line.counts_for.name != mfe.iif_owner.name &&
                   (line.key.group.is_unspecified() || line.key.group == mfe.flow.group) &&
                   (line.key.source.is_unspecified() || line.key.source == mfe.flow.source);
        });
        const auto oif = std::ranges::find(mfe.oifs, on, &OifView::interface);
        return member || (oif->forward && attributed(tables, on) != mfe.iif_owner.name);
    });
}

std::string name_of(unsigned client) {
    return {"IPQTNJ"[client]};
}

std::uint8_t place_of(InterfaceKey on) {
    return static_cast<std::uint8_t>(std::ranges::find(kInterfaces, on) - kInterfaces.begin());
}

std::set<InterfaceKey> covered(const Tables& tables, SourceGroup flow) {
    std::set<InterfaceKey> interfaces;
    for (const MembershipView& line : tables.memberships) {
        const bool group = line.key.group.is_unspecified() || line.key.group == flow.group;
        const bool source = line.key.source.is_unspecified() || line.key.source == flow.source;
        if (group && source) {
            interfaces.insert(line.interface);
        }
    }
    return interfaces;
}

std::string contents(Tables tables) {
    std::string all;
    for (const OwnershipView& line : tables.ownership) {
        all += fmt::format("{}@{} {} {} {}\n", line.interface.interface, line.interface.next_hop,
                           line.owner.name, line.igmp.name, line.stale);
    }
    for (const MembershipView& line : tables.memberships) {
        all += fmt::format("{}@{} {} {} {} {} {}\n", line.interface.interface, line.interface.next_hop,
                           line.key, line.component.name, line.counts_for.name, line.stale, line.announced);
    }
    for (const MfeStatsView& entry : tables.entries) {
        const MfeView& mfe = entry.mfe;
        all += fmt::format("{} {}@{} {} {}:", mfe.flow, mfe.iif.interface, mfe.iif.next_hop,
                           mfe.iif_owner.name, reason_name(mfe.reason));
        for (const OifView& oif : mfe.oifs) {
            all += fmt::format(" {}@{} {}{}{}{}{}", oif.interface.interface, oif.interface.next_hop,
                               int{oif.source_group}, int{oif.any_source}, int{oif.any_group},
                               int{oif.forward}, int{oif.vetoed});
        }
        all += " published";
        for (const InterfaceKey& oif : tables.published.at(mfe.flow).oifs) {
            all += fmt::format(" {}@{}", oif.interface, oif.next_hop);
        }
        all += "\n";
    }
    return all;
}

} // namespace mcfwd::group_manager::test
