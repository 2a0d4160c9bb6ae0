// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Random sequences of calls, and after each one the invariants of specification section 6. The entries are
// checked against a recomputation that knows nothing of the group manager's own bookkeeping.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "world.hh"

namespace mcfwd::group_manager::test {
namespace {

struct Step {
    unsigned verb = 0, client = 0, interface = 0, key = 0;
};

std::vector<Step> steps_of(const std::vector<std::uint32_t>& seeds) {
    std::vector<Step> steps;
    for (const std::uint32_t seed : seeds) {
        steps.push_back({seed % 12, seed / 12 % 3, seed / 36 % 3 + 1, seed / 108 % 6});
    }
    return steps;
}

const std::vector<SourceGroup> kKeys{{},
                                     any("239.1.1.1"),
                                     any("239.1.1.2"),
                                     sg("10.0.1.9", "239.1.1.1"),
                                     sg("10.0.2.9", "239.1.1.1"),
                                     sg("10.0.3.9", "239.1.1.2")};

/// I, P and Q on X1..X3, doing anything.
class Universe {
  public:
    explicit Universe(Settings settings) : world(settings) {
        clients = {world.igmp(), world.client("P", {100, 1}), world.client("Q", {200, 1})};
        world.behaviour["Q"].creation = [this](const CreationAlert& alert) {
            for (CandidateOif& candidate : alert.candidates) {
                candidate.enabled = !veto_next;
            }
        };
    }

    Expected<void> apply(const Step& step) {
        const ClientHandle client = clients[step.client];
        const InterfaceKey on = x(step.interface);
        const SourceGroup key = kKeys[step.key];
        switch (step.verb) {
        case 0:
        case 1:
            return world.take(client, on);
        case 2:
            return world.release(client, on);
        case 3:
        case 4:
        case 5:
            return world.join(client, key, on);
        case 6:
            return world.leave(client, key, on);
        case 7:
            return world.join(client, key, on, kForward);
        case 8:
            return world.leave(client, key, on, kForward);
        case 9:
            return world.gm.igmp_replay_complete(client, on);
        case 10:
            world.tasks.run();
            world.pass(std::chrono::seconds(step.key * 100));
            return {};
        default:
            veto_next = step.client == 0;
            world.packet(key.is_concrete() ? key : sg("10.0.2.7", "239.1.1.2"), on);
            return {};
        }
    }

    /// I1 and I2: at most one owner and one IGMP; a record exists iff somebody is there; attr(X) is what a
    /// query says.
    void check_ownership() {
        std::map<InterfaceKey, OwnershipView> records;
        for (const OwnershipView& line : world.gm.ownership()) {
            RC_ASSERT(records.emplace(line.interface, line).second);
            RC_ASSERT(!line.owner.name.empty() || !line.igmp.name.empty());
            RC_ASSERT(line.phase == Phase::kStable);
        }
        for (unsigned n = 1; n <= 3; ++n) {
            const auto attributed = world.gm.protocol_on_interface(x(n));
            RC_ASSERT(attributed.has_value() == records.contains(x(n)));
            RC_ASSERT(world.sink.signalling.contains(x(n)) == records.contains(x(n)));
            if (attributed) {
                const OwnershipView& line = records.at(x(n));
                RC_ASSERT(*attributed == (line.owner.name.empty() ? line.igmp.id : line.owner.id));
            }
        }
    }

    /// I3 and I32: who may hold a membership, which ones are stale, and whom they count for.
    void check_memberships() {
        std::map<InterfaceKey, OwnershipView> records;
        for (const OwnershipView& line : world.gm.ownership()) {
            records.emplace(line.interface, line);
        }
        for (const MembershipView& line : world.gm.memberships()) {
            const OwnershipView& record = records.at(line.interface);
            const bool of_igmp = line.component.id == record.igmp.id && !record.igmp.name.empty();
            RC_ASSERT(of_igmp || line.component.id == record.owner.id);
            RC_ASSERT(!line.stale || (of_igmp && record.awaiting_replay));
            const bool counts_for_igmp = of_igmp && (line.stale || record.owner.name.empty());
            RC_ASSERT(line.counts_for.name == (counts_for_igmp ? "I"
                                               : of_igmp       ? record.owner.name
                                                               : line.component.name));
            RC_ASSERT(line.announced == (of_igmp && !line.stale && !record.owner.name.empty()));
        }
    }

    /// I4, I5 and I6: eff is what memberships, explicit edits and the iif say, the iif is never in it, and
    /// the table holds exactly that.
    void check_entries() {
        const auto members = world.gm.memberships();
        const auto entries = world.gm.first_mfe(1000).value().items;
        RC_ASSERT(entries.size() == world.sink.entries.size());
        for (const MfeView& mfe : entries) {
            std::set<InterfaceKey> wanted;
            for (const MembershipView& line : members) {
                const bool group = line.key.group.is_unspecified() || line.key.group == mfe.flow.group;
                const bool source = line.key.source.is_unspecified() || line.key.source == mfe.flow.source;
                if (group && source) {
                    wanted.insert(line.interface);
                }
            }
            for (const OifView& oif : mfe.oifs) {
                if (oif.forward) {
                    wanted.insert(oif.interface);
                }
            }
            for (const OifView& oif : mfe.oifs) {
                if (oif.vetoed) {
                    wanted.erase(oif.interface);
                }
            }
            wanted.erase(mfe.iif);
            const bool reachable =
                mfe.reason != NegativeReason::kNoRoute && mfe.reason != NegativeReason::kUnownedIif;
            const std::vector<InterfaceKey> eff =
                reachable ? std::vector(wanted.begin(), wanted.end()) : std::vector<InterfaceKey>{};
            const DesiredEntry& published = world.sink.entries.at(mfe.flow);
            RC_ASSERT(published.oifs == eff);
            RC_ASSERT(published.iif == mfe.iif);
            RC_ASSERT((mfe.state == MfeState::kActive) == !eff.empty());
        }
    }

    void check() {
        check_ownership();
        check_memberships();
        check_entries();
    }

    World world;
    std::vector<ClientHandle> clients;
    bool veto_next = false;
};

Settings mode(bool strict, bool flush) {
    return {.handoff_memberships = strict ? HandoffMemberships::kStrict : HandoffMemberships::kGraceful,
            .handoff_mfe = flush ? HandoffMfe::kFlush : HandoffMfe::kRebuild};
}

RC_GTEST_PROP(Property, I1I2I3I4I5I6I12I32HoldAfterEveryCall,
              (const std::vector<std::uint32_t>& seeds, bool strict, bool flush)) {
    Universe universe(mode(strict, flush));
    for (const Step& step : steps_of(seeds)) {
        const std::string before = universe.world.tables();
        const auto versions = universe.world.sink.causes.size();
        universe.world.told();
        if (!universe.apply(step)) {
            RC_ASSERT(universe.world.tables() == before); // I12
            RC_ASSERT(universe.world.sink.causes.size() == versions);
            RC_ASSERT(universe.world.told().empty());
        }
        universe.check();
    }
}

RC_GTEST_PROP(Property, ATableWithoutRoomHoldsWhatFitsAndCatchesUp,
              (const std::vector<std::uint32_t>& seeds, bool flush)) {
    Universe universe(mode(false, flush));
    World& world = universe.world;
    world.sink.capacity = 2;
    world.sink.egresses = 2;
    for (const Step& step : steps_of(seeds)) {
        (void)universe.apply(step);
        universe.check_ownership();
        RC_ASSERT(world.sink.entries.size() <= 2);
        RC_ASSERT(world.sink.egresses_used() <= 2);
        RC_ASSERT(world.gm.mfe_count() == world.sink.entries.size());
        const auto page = world.gm.first_mfe(1000).value();
        for (const MfeView& mfe : page.items) {
            const bool dropping = world.forwarded(mfe.flow) == "-";
            RC_ASSERT(mfe.state == MfeState::kActive || dropping); // what shrinks never waits
        }
    }
    world.sink.egresses = 1000;
    world.pass(1s);
    universe.check();
}

RC_GTEST_PROP(Property, I7FoldedAlertsAreTheInterestOfOthers, (const std::vector<std::uint32_t>& seeds)) {
    Universe universe({});
    std::map<std::string, bool> wants; // "P (*,239.1.1.1)": somebody else wants it, as P knows
    for (const Step& step : steps_of(seeds)) {
        (void)universe.apply(step);
        for (const std::string& line : universe.world.callbacks()) {
            const auto space = line.find(' ');
            const std::string who = line.substr(0, space);
            const bool join = line.compare(space + 1, 5, "JOIN ") == 0;
            const bool prune = line.compare(space + 1, 6, "PRUNE ") == 0;
            if ((!join && !prune) || line.ends_with(" entry")) {
                continue;
            }
            const auto open = line.find('(');
            bool& known = wants[who + " " + line.substr(open, line.find(')') - open + 1)];
            RC_ASSERT(known != join); // no JOIN or PRUNE twice in a row
            known = join;
        }
        for (const SourceGroup& key : kKeys) {
            std::set<std::string> wanting;
            for (const MembershipView& line : universe.world.gm.memberships()) {
                if (line.key == key) {
                    wanting.insert(line.counts_for.name);
                }
            }
            std::string rpf_owner;
            if (key.is_concrete()) {
                const auto on = universe.world.gm.protocol_on_interface(universe.world.view.lookup(key)->iif);
                rpf_owner = !on ? "" : on->protocol == 100 ? "P" : on->protocol == 200 ? "Q" : "I";
            }
            for (const std::string who : {"P", "Q"}) {
                const bool others =
                    std::ranges::any_of(wanting, [&](const std::string& name) { return name != who; });
                const bool expected = others && (!key.is_concrete() || rpf_owner == who);
                RC_ASSERT(wants[fmt::format("{} {}", who, key)] == expected);
            }
        }
    }
}

RC_GTEST_PROP(Property, I9I10LocalAndHandoffCallbacksAlternate,
              (const std::vector<std::uint32_t>& seeds, bool strict)) {
    Universe universe(mode(strict, false));
    std::map<std::string, bool> joined;
    std::map<std::string, bool> disabled;
    for (const Step& step : steps_of(seeds)) {
        const auto owner_before = universe.world.gm.protocol_on_interface(x(step.interface));
        (void)universe.apply(step);
        const auto owner = universe.world.gm.protocol_on_interface(x(step.interface));
        for (const std::string& line : universe.world.callbacks()) {
            if (const auto at = line.find(" LOCAL_"); at != std::string::npos) {
                const bool join = line.compare(at, 12, " LOCAL_JOIN ") == 0;
                bool& known = joined[line.substr(line.find('('))];
                RC_ASSERT(known != join);
                known = join;
                RC_ASSERT(line.substr(0, at) == (owner->protocol == 100 ? "P" : "Q"));
            } else if (line.starts_with("I DISABLE") || line.starts_with("I ENABLE")) {
                bool& known = disabled[line.substr(line.size() - 2)];
                const bool disable = line.starts_with("I DISABLE");
                RC_ASSERT(known != disable);
                known = disable;
            }
        }
        if (status(owner_before) != status(owner) || (owner && *owner != *owner_before)) {
            std::erase_if(joined, [&](const auto& item) {
                return item.first.ends_with(fmt::format("X{}", step.interface));
            });
        }
    }
    for (const auto& [interface, open] : disabled) {
        RC_ASSERT(!open);
    }
}

RC_GTEST_PROP(Property, I13AddAndDeleteAreInverseAndIdempotent, (const std::vector<std::uint32_t>& seeds)) {
    Universe universe({});
    World& world = universe.world;
    for (const Step& step : steps_of(seeds)) {
        (void)universe.apply(step);
        const ClientHandle client = universe.clients[step.client];
        const SourceGroup fresh = any("239.9.9.9");
        const std::string before = world.tables();
        if (world.join(client, fresh, x(step.interface))) {
            const std::string added = world.tables();
            RC_ASSERT(added != before);
            RC_ASSERT(world.join(client, fresh, x(step.interface)).has_value());
            RC_ASSERT(world.tables() == added);
            RC_ASSERT(world.leave(client, fresh, x(step.interface)).has_value());
        }
        RC_ASSERT(world.tables() == before);
        RC_ASSERT(!world.leave(client, fresh, x(step.interface)) || world.tables() == before);
    }
}

} // namespace
} // namespace mcfwd::group_manager::test
