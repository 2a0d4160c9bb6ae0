// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Invariants of specification section 6 about clients, interfaces and the handoff.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invariants.hh"

namespace mcfwd::group_manager::test {
namespace {

bool is(const Happening& happening, CallbackKind kind) {
    return happening.callback == kind;
}

RC_GTEST_PROP(GroupManagerInvariant, I01_OneOwnerAndOneIgmpPerInterface, ()) {
    after_every_step([](const Course&, const Moment& moment) {
        std::map<InterfaceKey, std::pair<unsigned, unsigned>> there; // protocols, IGMPs
        for (const ClientView& client : moment.after.clients) {
            for (const InterfaceKey& on : client.interfaces) {
                ++(client.igmp ? there[on].second : there[on].first);
            }
        }
        for (const auto& [on, count] : there) {
            RC_ASSERT(count.first <= 1U);
            RC_ASSERT(count.second <= 1U);
        }
        for (const OwnershipView& line : moment.after.ownership) {
            RC_ASSERT(!is_igmp(line.owner.id));
            RC_ASSERT(line.igmp.name.empty() || is_igmp(line.igmp.id));
            const OwnershipView* was = ownership_of(moment.before, line.interface);
            const bool displaced = was != nullptr && !was->owner.name.empty() && !line.owner.name.empty() &&
                                   was->owner.name != line.owner.name;
            RC_ASSERT(!displaced || moment.step.verb == Verb::kRestart ||
                      moment.step.verb == Verb::kTransfer);
        }
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I02_ARecordExistsIffSomebodyIsThere, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        for (const InterfaceKey& on : kInterfaces) {
            const OwnershipView* record = ownership_of(moment.after, on);
            const auto answer = course.side.gm.protocol_on_interface(on);
            RC_ASSERT(status(answer) == (record != nullptr ? kOk : Status::kNotFound));
            if (record != nullptr) {
                RC_ASSERT(!record->owner.name.empty() || !record->igmp.name.empty());
                RC_ASSERT(*answer == (record->owner.name.empty() ? record->igmp.id : record->owner.id));
            }
            if (!course.in_batch()) { // misses are signalled where somebody is (N42)
                RC_ASSERT(moment.after.signalling.contains(on) == (record != nullptr));
            }
        }
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I03_MembershipsBelongToWhoIsThere, ()) {
    after_every_step([](const Course&, const Moment& moment) {
        const bool swept = moment.step.verb == Verb::kReplay || moment.step.verb == Verb::kReplayComplete;
        for (const MembershipView& line : moment.after.memberships) {
            const OwnershipView* record = ownership_of(moment.after, line.interface);
            RC_ASSERT((record != nullptr));
            const bool of_igmp = line.component.name == record->igmp.name;
            RC_ASSERT(of_igmp || line.component.name == record->owner.name);
            RC_ASSERT(!line.stale || of_igmp);
            RC_ASSERT(!line.stale || record->awaiting_replay);
            const bool complete =
                swept && line.interface == moment.on() &&
                std::ranges::count(moment.results.statuses, kOk) == std::ssize(moment.results.statuses);
            RC_ASSERT(!complete || !line.stale);
        }
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I09_LocalJoinAndLeaveAlternate, ()) {
    std::set<std::pair<InterfaceKey, SourceGroup>> joined;
    // In a batch the callbacks come after the calls.
    const auto check = [&](const Course&, const Moment& moment) {
        for (const Happening& happening : moment.trace) {
            const std::pair what{happening.interface, happening.key};
            if (is(happening, CallbackKind::kDisableIgmp)) { // the tenure ends
                std::erase_if(joined, [&](const auto& item) { return item.first == happening.interface; });
            } else if (is(happening, CallbackKind::kLocalJoin)) {
                RC_ASSERT(joined.insert(what).second);
            } else if (is(happening, CallbackKind::kLocalLeave)) {
                RC_ASSERT(joined.erase(what) == 1U);
            } else {
                continue;
            }
            if (!is(happening, CallbackKind::kDisableIgmp)) {
                const OwnershipView* record = ownership_of(moment.before, happening.interface);
                RC_ASSERT((record != nullptr));
                RC_ASSERT(record->owner.name == name_of(happening.target));
            }
        }
        if (moment.step.verb == Verb::kRestart) {
            joined.clear();
        }
        std::erase_if(joined, [&](const auto& item) {
            const OwnershipView* record = ownership_of(moment.after, item.first);
            return record == nullptr;
        });
        std::set<std::pair<InterfaceKey, SourceGroup>> announced;
        for (const MembershipView& line : moment.after.memberships) {
            const OwnershipView* record = ownership_of(moment.after, line.interface);
            const bool audible = record->owner.name != "N";
            RC_ASSERT(!line.announced || line.component.name == record->igmp.name);
            if (line.announced && audible) {
                announced.emplace(line.interface, line.key);
            }
        }
        RC_ASSERT(announced == joined);
    };
    after_every_step(check, {Verb::kBatch});
}

RC_GTEST_PROP(GroupManagerInvariant, I10_DisableAndEnableComeInPairs, ()) {
    after_every_step([](const Course&, const Moment& moment) {
        if (moment.step.verb == Verb::kRestart) {
            return;
        }
        std::map<InterfaceKey, std::size_t> pairs;
        std::set<InterfaceKey> open;
        for (const Happening& happening : moment.trace) {
            if (is(happening, CallbackKind::kDisableIgmp)) {
                RC_ASSERT(open.insert(happening.interface).second);
                ++pairs[happening.interface];
            } else if (is(happening, CallbackKind::kEnableIgmp)) {
                RC_ASSERT(open.erase(happening.interface) == 1U);
            }
        }
        RC_ASSERT(open.empty());
        for (const InterfaceKey& on : kInterfaces) {
            const OwnershipView* was = ownership_of(moment.before, on);
            const OwnershipView* is_now = ownership_of(moment.after, on);
            const bool with_igmp = was != nullptr && !was->igmp.name.empty();
            const std::string owner_before = was == nullptr ? "" : was->owner.name;
            const std::string owner_after = is_now == nullptr ? "" : is_now->owner.name;
            const bool transferred = !owner_before.empty() && !owner_after.empty(); // release and take
            const std::size_t due = owner_before == owner_after ? 0U : transferred ? 2U : 1U;
            RC_ASSERT(pairs[on] == (with_igmp ? due : 0U));
        }
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I11_NothingHappensToIgmpInTheWindow, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        std::optional<InterfaceKey> window;
        std::size_t versions = 0;
        for (const Happening& happening : moment.trace) {
            if (is(happening, CallbackKind::kDisableIgmp)) {
                RC_ASSERT(!window);
                RC_ASSERT(happening.phase == Phase::kHandoff);
                window = happening.interface;
                versions = 0;
            } else if (is(happening, CallbackKind::kEnableIgmp)) {
                RC_ASSERT(window == happening.interface);
                RC_ASSERT(versions <= 1U);
                window.reset();
            } else if (window) {
                versions += !happening.callback;
                const bool local =
                    is(happening, CallbackKind::kLocalJoin) || is(happening, CallbackKind::kLocalLeave);
                RC_ASSERT(!local || happening.interface != *window);
            }
            const auto& mischief = course.around.mischief;
            const bool edit = mischief && (mischief->verb == Verb::kAdd || mischief->verb == Verb::kDelete ||
                                           mischief->verb == Verb::kReplay);
            for (const auto& result : happening.refused) {
                RC_ASSERT(!edit || result == Status::kCanNotComplete);
            }
        }
        RC_ASSERT(!window);
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I17_TakeAndReleaseRestoreWhatIgmpHad, ()) {
    const auto number = *rc::gen::element(0U, 1U, 4U, 5U); // entries are rebuilt, not flushed
    Course course(mode(number));
    course.go(without_edits(*any_steps(6)));
    const InterfaceKey on = *rc::gen::elementOf(kInterfaces);
    auto& side = course.side;
    side.batch.reset();
    course.around.mischief.reset();
    const auto settle = [&](const std::vector<SourceGroup>& keys) {
        const ClientHandle igmp = side.handle({.client = kIgmp, .interface = place_of(on)});
        for (const SourceGroup& key : keys) {
            RC_ASSERT(status(side.gm.add_group_membership(igmp, key, on, kJoin)) == kOk);
        }
        RC_ASSERT(status(side.gm.igmp_replay_complete(igmp, on)) == kOk);
        side.tasks.run();
    };
    const auto start = tables(side);
    const OwnershipView* record = ownership_of(start, on);
    if (record == nullptr || !record->owner.name.empty()) {
        return; // IGMP is not alone there
    }
    settle({});
    const auto before = tables(side);
    std::vector<SourceGroup> has;
    for (const MembershipView& line : before.memberships) {
        if (line.interface == on) {
            has.push_back(line.key);
        }
    }
    const auto guest = side.gm.register_protocol({{900, 9}, "guest", {}});
    RC_ASSERT(guest.has_value());
    RC_ASSERT(status(side.gm.take_interface_ownership(*guest, on)) == kOk);
    settle(has);
    RC_ASSERT(attributed(tables(side), on) == "guest");
    RC_ASSERT(status(side.gm.release_interface_ownership(*guest, on)) == kOk);
    settle(has);
    RC_ASSERT(status(side.gm.deregister_protocol(*guest)) == kOk);
    RC_ASSERT(contents(tables(side)) == contents(before));
}

RC_GTEST_PROP(GroupManagerInvariant, I18_DeregisterNeedsNoInterfaceAndEndsTheHandle, ()) {
    Course course(mode(*rc::gen::inRange(0U, kModes)));
    course.go(*any_steps(6));
    course.side.batch.reset();
    auto& gm = course.side.gm;
    for (const ClientView& client : gm.clients()) {
        const auto walk = gm.group_enumeration_start(client.handle, EnumerationKind::kAllSources);
        RC_ASSERT(walk.has_value());
        const auto left = status(gm.deregister_protocol(client.handle));
        RC_ASSERT(left == (client.interfaces.empty() ? kOk : Status::kCanNotComplete));
        const auto dead = left == kOk ? std::optional(Status::kInvalidParameter) : kOk;
        RC_ASSERT(status(gm.group_enumeration_next(*walk, 5)) == dead);
        RC_ASSERT(status(gm.group_enumeration_end(*walk)) == dead);
        RC_ASSERT(status(gm.group_enumeration_start(client.handle, EnumerationKind::kAnySource)) == dead);
        if (left == kOk) {
            RC_ASSERT(status(gm.take_interface_ownership(client.handle, x(7))) == dead);
            RC_ASSERT(status(gm.release_interface_ownership(client.handle, x(7))) == dead);
            RC_ASSERT(status(gm.add_group_membership(client.handle, kGroup, x(7), kJoin)) == dead);
            RC_ASSERT(status(gm.set_mfe(client.handle, kFlow, {})) == dead);
            RC_ASSERT(status(gm.deregister_protocol(client.handle)) == dead);
        }
    }
}

/// What a listing says of one interface.
std::string lines_of(const Tables& tables, InterfaceKey on) {
    std::string all;
    if (const OwnershipView* record = ownership_of(tables, on)) {
        all += fmt::format("{} {} {} {}\n", record->owner.name, record->igmp.name, record->stale,
                           record->awaiting_replay);
    }
    for (const MembershipView& line : tables.memberships) {
        if (line.interface == on) {
            all +=
                fmt::format("{} {} {} {}\n", line.key, line.component.name, line.counts_for.name, line.stale);
        }
    }
    return all;
}

RC_GTEST_PROP(GroupManagerInvariant, I30_LinksOfOneInterfaceAreIndependent, ()) {
    const auto check = [](const Course&, const Moment& moment) {
        for (const auto& [touched, other] : {std::pair{3U, 4U}, {4U, 3U}}) {
            if (moment.step.interface == touched && moment.step.verb != Verb::kRestart) {
                const InterfaceKey link = kInterfaces.at(other);
                RC_ASSERT(lines_of(moment.before, link) == lines_of(moment.after, link));
            }
        }
    };
    after_every_step(check, {Verb::kPass});
}

RC_GTEST_PROP(GroupManagerInvariant, I31_EnableFollowsAThrowingDisable, ()) {
    Course course(mode(*rc::gen::inRange(0U, kModes)));
    course.around.igmp_throws = true;
    for (const Step& step : *any_steps(6)) {
        course.go(step, [&](const Moment& moment) {
            std::vector<InterfaceKey> open;
            for (const Happening& happening : moment.trace) {
                if (is(happening, CallbackKind::kDisableIgmp)) {
                    open.push_back(happening.interface);
                } else if (is(happening, CallbackKind::kEnableIgmp)) {
                    RC_ASSERT(open == std::vector{happening.interface});
                    RC_ASSERT(happening.phase == Phase::kStable);
                    open.clear();
                }
            }
            RC_ASSERT(open.empty());
            for (const OwnershipView& line : moment.after.ownership) {
                RC_ASSERT(line.phase == Phase::kStable);
            }
        });
    }
}

RC_GTEST_PROP(GroupManagerInvariant, I32_MembershipsCountForWhoCannotHaveLeft, ()) {
    after_every_step([](const Course&, const Moment& moment) {
        for (const MembershipView& line : moment.after.memberships) {
            const OwnershipView* record = ownership_of(moment.after, line.interface);
            const bool for_owner =
                line.component.name == record->igmp.name && !line.stale && !record->owner.name.empty();
            RC_ASSERT(line.counts_for.name == (for_owner ? record->owner.name : line.component.name));
            RC_ASSERT(std::ranges::any_of(moment.after.clients, [&](const ClientView& client) {
                return client.name.id == line.counts_for.id;
            }));
        }
    });
}

} // namespace
} // namespace mcfwd::group_manager::test
