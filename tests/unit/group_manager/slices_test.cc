// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Random calls with limits of 2, so that nearly everything is cut into slices. The model knows no limits:
// once all tasks have run, the tables are the same. What clients were told adds up whenever they have all
// been told, and between two tasks nothing is broken.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invariants.hh"
#include "model/model.hh"

namespace mcfwd::group_manager::test {
namespace {

constexpr std::array kSlicedAudible{kI, kP, kQ, kT};
/// Target of a line of the trace that says that an entry was built.
constexpr unsigned kBuilt = 99;

/// Writes into the trace when an entry is built.
class Builds {
  public:
    Observer observer() {
        return [this](const Event& event) {
            const auto* mfe = std::get_if<MfeChanged>(&event);
            if (mfe != nullptr && trace != nullptr &&
                (mfe->what == MfeChanged::What::kCreated || mfe->what == MfeChanged::What::kRebuilt)) {
                trace->push_back(
                    {.callback = CallbackKind::kCreationAlert, .target = kBuilt, .key = mfe->flow});
            }
        };
    }
    std::vector<Happening>* trace = nullptr;
};

Settings small_limits(unsigned number) {
    Settings settings = mode(number);
    settings.slice = 2;
    settings.commit_limit = 2;
    return settings;
}

/// Everything that is posted or due.
template <typename Subject>
void settle(const Surroundings& around, Side<Subject>& side) {
    side.tasks.run();
    while (side.gm.next_deadline() && *side.gm.next_deadline() <= around.clock.now()) {
        side.gm.tick();
        side.tasks.run();
    }
}

/// What the clients know by what they were told.
class Told {
  public:
    void hear(std::vector<Happening>& trace, const std::vector<OwnershipView>& now) {
        for (const Happening& happening : std::exchange(trace, {})) {
            if (happening.callback) {
                hear(happening);
            }
        }
        std::map<InterfaceKey, std::string> owners;
        for (const OwnershipView& line : now) {
            owners[line.interface] = line.owner.name;
        }
        std::erase_if(local_, [&](const auto& item) { // the tenure ended
            return owners[item.first].empty() || owners[item.first] != owners_[item.first];
        });
        owners_ = owners;
    }

    /// After the tasks: exactly what they should know (I7 to I10).
    void check(const Surroundings& around, const Tables& now, const Step& step) {
        RC_ASSERT(windows_.empty());
        for (const std::uint8_t client : kSlicedAudible) {
            const std::string name = name_of(client);
            const auto view = std::ranges::find_if(
                now.clients, [&](const ClientView& one) { return one.name.name == name; });
            const bool known = view != now.clients.end();
            std::set<SourceGroup> keys;
            for (const MembershipView& line : now.memberships) {
                if (known && others_want(around, now, name, line.key)) {
                    keys.insert(line.key);
                }
            }
            const bool fresh = !known || view->handle != handles_[client];
            if (step.verb == Verb::kRestart || fresh) {
                handles_[client] = known ? view->handle : ClientHandle{};
                wanted_[client] = keys; // by enumeration
            }
            RC_ASSERT(wanted_[client] == keys);
        }
        std::set<std::pair<InterfaceKey, SourceGroup>> announced;
        for (const MembershipView& line : now.memberships) {
            if (line.announced && ownership_of(now, line.interface)->owner.name != "N") {
                announced.emplace(line.interface, line.key);
            }
        }
        if (step.verb == Verb::kRestart) {
            local_.clear();
        }
        RC_ASSERT(local_ == announced);
        for (const MfeStatsView& entry : now.entries) {
            const MfeView& mfe = entry.mfe;
            const auto about = of_entries_.find(mfe.flow);
            const bool audible = std::ranges::any_of(
                kSlicedAudible, [&](std::uint8_t client) { return name_of(client) == mfe.iif_owner.name; });
            if (about != of_entries_.end()) {
                RC_ASSERT(name_of(about->second.first) == mfe.iif_owner.name);
                RC_ASSERT(about->second.second == others_receive(now, mfe));
            } else if (audible) {
                RC_ASSERT(!others_receive(now, mfe));
            }
        }
    }

  private:
    void hear(const Happening& happening) {
        if (happening.target == kBuilt) {
            of_entries_.erase(happening.key);
            return;
        }
        const std::pair local{happening.interface, happening.key};
        const auto client = static_cast<std::uint8_t>(happening.target);
        const bool of_members = happening.cause == AlertCause::kMembership;
        switch (*happening.callback) {
        case CallbackKind::kDisableIgmp:
            RC_ASSERT(windows_.insert(happening.interface).second);
            std::erase_if(local_, [&](const auto& item) { return item.first == happening.interface; });
            break;
        case CallbackKind::kEnableIgmp:
            RC_ASSERT(windows_.erase(happening.interface) == 1U);
            break;
        case CallbackKind::kLocalJoin:
            RC_ASSERT(!windows_.contains(happening.interface));
            RC_ASSERT(local_.insert(local).second);
            break;
        case CallbackKind::kLocalLeave:
            RC_ASSERT(!windows_.contains(happening.interface));
            RC_ASSERT(local_.erase(local) == 1U);
            break;
        case CallbackKind::kJoinAlert:
            RC_ASSERT((!of_members || wanted_[client].insert(happening.key).second));
            if (!of_members) {
                of_entries_[happening.key] = {client, true};
            }
            break;
        case CallbackKind::kPruneAlert:
            RC_ASSERT((!of_members || wanted_[client].erase(happening.key) == 1U));
            if (!of_members) {
                of_entries_[happening.key] = {client, false};
            }
            break;
        default:
            break;
        }
    }

    std::map<std::uint8_t, std::set<SourceGroup>> wanted_;
    std::map<std::uint8_t, ClientHandle> handles_;
    /// What the last alert since an entry was built said, and to whom.
    std::map<SourceGroup, std::pair<std::uint8_t, bool>> of_entries_;
    std::set<std::pair<InterfaceKey, SourceGroup>> local_;
    std::map<InterfaceKey, std::string> owners_;
    std::set<InterfaceKey> windows_;
};

/// Steps whose outcome does not depend on how often somebody was asked or told on the way.
std::vector<Step> plain(std::vector<Step> steps) {
    return without(std::move(steps), {Verb::kMischief, Verb::kBatch});
}

RC_GTEST_PROP(GroupManagerSlices, EndWhereTheModelEnds, ()) {
    const auto number = *rc::gen::inRange(0U, kModes);
    // One tick goes through 2 deadlines: what a sweep ends may count as traffic no more, and an answer to its
    // alerts may save an entry that was due too.
    const auto steps = without(plain(*any_steps(12)), {Verb::kTraffic, Verb::kTimeout});
    Surroundings around;
    Builds builds;
    Side<GroupManager> real(around, small_limits(number), builds.observer());
    builds.trace = &real.trace;
    Side<model::Model> expected(around, mode(number));
    Told told;
    told.hear(real.trace, real.gm.ownership());
    for (std::size_t k = 0; k < steps.size(); ++k) {
        around.prepare(steps[k]);
        const Results results = real.perform(steps[k]);
        settle(around, real);
        const Results expected_results = expected.perform(steps[k]);
        settle(around, expected);
        const Tables now = tables(real);
        const std::string is = contents(now), shall_be = contents(tables(expected));
        if (is != shall_be) {
            RC_FAIL(fmt::format("mode {} step {} of {}:\n{}but expected:\n{}", number, k + 1, steps.size(),
                                is, shall_be));
        }
        RC_ASSERT(results.statuses == expected_results.statuses);
        RC_ASSERT(results.keys == expected_results.keys);
        RC_ASSERT(now.published.size() == now.entries.size());
        told.hear(real.trace, now.ownership);
        told.check(around, now, steps[k]);
    }
}

/// What is true after every call and every task. `in_batch`: or a replay may hold back what it changes.
void check_between_tasks(const Side<GroupManager>& side, bool in_batch) {
    const Tables now = tables(side);
    for (const OwnershipView& line : now.ownership) { // I1, I2
        RC_ASSERT(!line.owner.name.empty() || !line.igmp.name.empty());
        RC_ASSERT(!is_igmp(line.owner.id));
        const ClientName& attributed = line.owner.name.empty() ? line.igmp : line.owner;
        RC_ASSERT(*side.gm.protocol_on_interface(line.interface) == attributed.id);
        RC_ASSERT(in_batch || side.sink.taken_signalling.contains(line.interface));
    }
    RC_ASSERT((in_batch || side.sink.taken_signalling.size() == now.ownership.size()));
    RC_ASSERT(in_batch || side.tasks.size() > 0 || !side.sink.gathering());
    std::map<std::string, std::size_t> counts;
    for (const MembershipView& line : now.memberships) { // I3, I32
        const OwnershipView* record = ownership_of(now, line.interface);
        RC_ASSERT((record != nullptr));
        const bool of_igmp = line.component.name == record->igmp.name;
        RC_ASSERT(of_igmp || line.component.name == record->owner.name);
        RC_ASSERT(!line.stale || of_igmp);
        const bool for_owner = !line.stale && !record->owner.name.empty();
        RC_ASSERT(line.counts_for.name == (for_owner ? record->owner.name : record->igmp.name));
        ++counts[line.component.name];
    }
    for (const ClientView& client : now.clients) {
        RC_ASSERT(client.memberships == counts[client.name.name]);
    }
    for (const MfeStatsView& entry : now.entries) { // I5, I6
        std::vector<InterfaceKey> oifs;
        for (const OifView& oif : entry.mfe.oifs) {
            RC_ASSERT(!oif.forwarding || oif.interface != entry.mfe.iif);
            if (oif.forwarding) {
                oifs.push_back(oif.interface);
            }
        }
        RC_ASSERT((entry.mfe.state == MfeState::kActive) == !oifs.empty());
        if (!in_batch) {
            RC_ASSERT(now.published.contains(entry.mfe.flow));
            RC_ASSERT(side.sink.taken.at(entry.mfe.flow).oifs == oifs);
            RC_ASSERT(side.sink.taken.at(entry.mfe.flow).iif == entry.mfe.iif);
        }
    }
    RC_ASSERT(in_batch || side.sink.taken.size() >= now.entries.size()); // what ends may still forward
}

/// Performs the steps with few tasks or none between them, and checks all the way.
template <typename Each>
void interleave(Surroundings& around, Side<GroupManager>& side, const std::vector<Step>& steps, Each each) {
    bool may_hold = false;
    for (const Step& step : steps) {
        around.prepare(step);
        (void)side.perform(step);
        each();
        const auto check = [&] { check_between_tasks(side, side.batch.has_value() || may_hold); };
        may_hold |=
            step.verb == Verb::kReplay || step.verb == Verb::kReplayComplete || step.verb == Verb::kPass;
        check();
        for (unsigned tasks = (step.extra + step.key) % 4; tasks > 1 && side.tasks.size() > 0; --tasks) {
            side.tasks.run_one();
            each();
            check();
        }
    }
    side.batch.reset();
    settle(around, side);
    each();
}

RC_GTEST_PROP(GroupManagerSlices, BreakNothingBetweenThem, ()) {
    const auto number = *rc::gen::inRange(0U, kModes);
    const auto steps = without(*any_steps(12), {Verb::kRunTasks});
    Surroundings around;
    Side<GroupManager> side(around, small_limits(number));
    interleave(around, side, steps, [] {});
    check_between_tasks(side, false);
    RC_ASSERT(!side.sink.gathering());
    RC_ASSERT(side.sink.entries.size() == side.gm.mfe_count());
    // Everything has been computed: asking for it all again changes nothing.
    around.mischief.reset();
    for (auto& answer : around.answers) {
        answer = {};
    }
    const std::string before = contents(tables(side));
    const auto versions = side.sink.causes.size();
    RC_ASSERT(side.gm.route_changed({}));
    for (const InterfaceKey& on : kInterfaces) {
        RC_ASSERT(side.gm.boundary_changed(on));
    }
    side.tasks.run();
    RC_ASSERT(contents(tables(side)) == before);
    RC_ASSERT(side.sink.causes.size() == versions);
}

/// Without what is asked of clients, or lost with an entry when it is rebuilt, or goes with an interface that
/// it has or has not moved to by then, the end does not depend on when slices run either. Replays are left
/// out: they add what is stale, which is more while a sweep is under way, and a handoff ends a sweep.
RC_GTEST_PROP(GroupManagerSlices, EndWhereTheModelEndsWheneverTheyRun, ()) {
    const auto number = *rc::gen::inRange(0U, kModes);
    const auto steps = without(without_edits(plain(*any_steps(12))),
                               {Verb::kPass, Verb::kRunTasks, Verb::kTraffic, Verb::kRestart, Verb::kRegister,
                                Verb::kDeregister, Verb::kRoute, Verb::kReplay, Verb::kReplayComplete});
    Surroundings around, same;
    Builds builds;
    Side<GroupManager> real(around, small_limits(number), builds.observer());
    builds.trace = &real.trace;
    Told told;
    told.hear(real.trace, real.gm.ownership());
    interleave(around, real, steps, [&] { told.hear(real.trace, real.gm.ownership()); });
    Side<model::Model> expected(same, mode(number));
    for (const Step& step : steps) {
        same.prepare(step);
        (void)expected.perform(step);
        expected.tasks.run();
    }
    settle(same, expected);
    const Tables now = tables(real);
    const std::string is = contents(now), shall_be = contents(tables(expected));
    if (is != shall_be) {
        RC_FAIL(fmt::format("mode {}:\n{}but expected:\n{}", number, is, shall_be));
    }
    told.check(around, now, steps.empty() ? Step{} : steps.back());
}

} // namespace
} // namespace mcfwd::group_manager::test
