// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Invariants of specification section 6 about memberships, alerts, failing and re-entrant calls, and the
// modes.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invariants.hh"

namespace mcfwd::group_manager::test {
namespace {

constexpr std::array kAudible{kI, kP, kQ, kT};

RC_GTEST_PROP(GroupManagerInvariant, I07_FoldedMembershipAlertsAreTheInterestOfOthers, ()) {
    std::set<std::pair<std::uint8_t, SourceGroup>> told;
    const auto check = [&](const Course& course, const Moment& moment) {
        const bool restart = moment.step.verb == Verb::kRestart;
        const bool registered = moment.step.verb == Verb::kRegister && moment.succeeded();
        for (const Happening& happening : moment.trace) {
            const bool join = happening.callback == CallbackKind::kJoinAlert;
            const bool prune = happening.callback == CallbackKind::kPruneAlert;
            if ((join || prune) && happening.cause == AlertCause::kMembership) {
                const std::pair what{static_cast<std::uint8_t>(happening.target), happening.key};
                const bool news = join ? told.insert(what).second : told.erase(what) == 1U;
                RC_ASSERT(news); // none twice in a row
            }
        }
        for (const std::uint8_t client : kAudible) {
            const std::string name = name_of(client);
            const bool known = std::ranges::any_of(
                moment.after.clients, [&](const ClientView& view) { return view.name.name == name; });
            std::set<SourceGroup> keys;
            for (const MembershipView& line : moment.after.memberships) {
                if (known && others_want(course.around, moment.after, name, line.key)) {
                    keys.insert(line.key);
                }
            }
            if (restart || !known || (registered && moment.step.client == client)) {
                std::erase_if(told, [&](const auto& item) { return item.first == client; });
                for (const SourceGroup& key : keys) {
                    told.emplace(client, key); // by enumeration
                }
            }
            std::set<SourceGroup> heard;
            for (const auto& [who, key] : told) {
                if (who == client) {
                    heard.insert(key);
                }
            }
            RC_ASSERT(heard == keys);
        }
    };
    after_every_step(check, {Verb::kBatch}); // in a batch the callbacks come after the calls
}

RC_GTEST_PROP(GroupManagerInvariant, I08_FoldedEntryAlertsAreTheForeignInterest, ()) {
    std::map<SourceGroup, std::pair<std::string, bool>> told; // iif owner, M as it knows it
    const auto check = [&](const Course& course, const Moment& moment) {
        std::map<SourceGroup, std::vector<bool>> alerts;
        for (const Happening& happening : moment.trace) {
            if (happening.callback == CallbackKind::kJoinAlert && happening.cause == AlertCause::kEntry) {
                alerts[happening.key].push_back(true);
            }
            if (happening.callback == CallbackKind::kPruneAlert && happening.cause == AlertCause::kEntry) {
                alerts[happening.key].push_back(false);
            }
        }
        std::map<SourceGroup, std::pair<std::string, bool>> next;
        for (const MfeStatsView& entry : moment.after.entries) {
            const MfeView& mfe = entry.mfe;
            const bool foreign = others_receive(moment.after, mfe);
            const auto before = told.find(mfe.flow);
            const std::vector<bool>& heard = alerts[mfe.flow];
            const bool audible = std::ranges::any_of(
                kAudible, [&](std::uint8_t client) { return name_of(client) == mfe.iif_owner.name; });
            if (!audible) {
                RC_ASSERT(heard.empty());
            } else if (course.was_built(mfe.flow)) {
                const bool empty = course.side.sink.entries.at(mfe.flow).oifs.empty();
                RC_ASSERT(heard == (foreign ? std::vector{true}
                                    : empty ? std::vector{false}
                                            : std::vector<bool>{}));
            } else if (before == told.end() || before->second.first != mfe.iif_owner.name) {
                RC_ASSERT(heard.empty()); // adopted: the rebuild tells
            } else {
                bool known = before->second.second;
                for (const bool join : heard) {
                    RC_ASSERT(known != join);
                    known = join;
                }
                RC_ASSERT(known == foreign);
            }
            next[mfe.flow] = {mfe.iif_owner.name, foreign};
        }
        told = next;
    };
    after_every_step(check, {Verb::kBatch, Verb::kRestart});
}

RC_GTEST_PROP(GroupManagerInvariant, I12_FailingCallsChangeNothing, ()) {
    after_every_step(
        [](const Course&, const Moment& moment) {
            if (moment.results.statuses.size() == 1 && moment.results.statuses[0] != kOk) {
                RC_ASSERT(difference(moment.after, moment.before).empty());
                RC_ASSERT(moment.trace.empty());
            }
        },
        {Verb::kRestart});
}

RC_GTEST_PROP(GroupManagerInvariant, I13_AddAndDeleteAreInverseAndIdempotent, ()) {
    Course course(mode(*rc::gen::inRange(0U, kModes)));
    course.go(without(*any_steps(6), {Verb::kTimeout}));
    course.side.batch.reset();
    course.around.mischief.reset();
    auto& gm = course.side.gm;
    for (const ClientView& client : gm.clients()) {
        for (const InterfaceKey& on : client.interfaces) {
            for (std::size_t k = 0; k < kGoodKeys; ++k) {
                const SourceGroup key = kStepKeys.at(k);
                const std::string before = contents(tables(course.side));
                const auto had = gm.memberships_of(client.handle, on);
                if (std::ranges::find(had, key) != had.end()) {
                    continue; // it may be stale, and adding it makes it live
                }
                RC_ASSERT(status(gm.delete_group_membership(client.handle, key, on, kJoin)) == kOk);
                RC_ASSERT(contents(tables(course.side)) == before);
                RC_ASSERT(status(gm.add_group_membership(client.handle, key, on, kJoin)) == kOk);
                const auto added = tables(course.side);
                RC_ASSERT(contents(added) != before);
                RC_ASSERT(status(gm.add_group_membership(client.handle, key, on, kJoin)) == kOk);
                RC_ASSERT(difference(tables(course.side), added).empty());
                RC_ASSERT(status(gm.delete_group_membership(client.handle, key, on, kJoin)) == kOk);
                RC_ASSERT(contents(tables(course.side)) == before);
            }
        }
    }
}

/// Takes IGMP's interface for Q, replays what IGMP had, and releases it again with another replay.
void hand_over_and_back(Course& course, InterfaceKey on, const std::vector<SourceGroup>& has) {
    auto& side = course.side;
    const ClientHandle igmp = side.handles[kI], q = side.handles[kQ];
    const auto replay = [&] {
        for (const SourceGroup& key : has) {
            RC_ASSERT(status(side.gm.add_group_membership(igmp, key, on, kJoin)) == kOk);
        }
        RC_ASSERT(status(side.gm.igmp_replay_complete(igmp, on)) == kOk);
        side.tasks.run();
    };
    RC_ASSERT(status(side.gm.take_interface_ownership(q, on)) == kOk);
    replay();
    RC_ASSERT(status(side.gm.release_interface_ownership(q, on)) == kOk);
    replay();
}

/// Steps that leave the ownership as it was at the start, I alone on X1.
std::vector<Step> without_handoffs(std::vector<Step> steps) {
    return without(std::move(steps),
                   {Verb::kTake, Verb::kRelease, Verb::kTransfer, Verb::kInterfaceDown, Verb::kRestart,
                    Verb::kReplay, Verb::kReplayComplete, Verb::kMischief, Verb::kBatch, Verb::kDeregister});
}

RC_GTEST_PROP(GroupManagerInvariant, I14_TablesDoNotDependOnTheOrderOfMemberships, ()) {
    const auto number = *rc::gen::inRange(0U, kModes);
    const auto steps =
        without(without_handoffs(without_edits(*any_steps(6))), {Verb::kRoute, Verb::kBoundary, Verb::kPass});
    Course in_order(mode(number)), at_once(mode(number));
    std::vector<Step> packets;
    for (const Step& step : steps) {
        if (step.verb == Verb::kPacket) {
            packets.push_back(step);
        }
    }
    in_order.go(packets);
    at_once.go(packets);
    in_order.go(without(steps, {Verb::kPacket}));
    auto live = in_order.side.gm.memberships();
    std::ranges::reverse(live);
    for (const MembershipView& line : live) {
        for (const ClientView& client : at_once.side.gm.clients()) {
            if (client.name.id == line.component.id) {
                RC_ASSERT(status(at_once.side.gm.add_group_membership(client.handle, line.key, line.interface,
                                                                      kJoin)) == kOk);
            }
        }
    }
    RC_ASSERT(contents(tables(at_once.side)) == contents(tables(in_order.side)));
}

RC_GTEST_PROP(GroupManagerInvariant, I15_AGracefulHandoffIsNotSeenInForwarding, ()) {
    Course course(mode(*rc::gen::element(0U, 4U)));
    course.go(without_handoffs(without_edits(*any_steps(6))));
    auto& side = course.side;
    side.tasks.run();
    const InterfaceKey on = kInterfaces[0];
    std::vector<SourceGroup> has = side.gm.memberships_of(side.handles[kI], on);
    const auto before = side.sink.entries;
    const auto forwarded = [&] {
        for (const auto& [flow, entry] : before) {
            RC_ASSERT(side.sink.entries.at(flow).oifs == entry.oifs);
            RC_ASSERT(side.sink.entries.at(flow).iif == entry.iif);
        }
    };
    side.sink.on_publish = forwarded;
    hand_over_and_back(course, on, has);
    forwarded();
    // A group that left in the window is forwarded until the sweep at most.
    if (has.empty()) {
        return;
    }
    const SourceGroup gone = has.front();
    has.erase(has.begin());
    side.sink.on_publish = nullptr;
    hand_over_and_back(course, on, has);
    const auto after = tables(side);
    for (const auto& [flow, entry] : after.published) {
        const bool wanted = covered(after, flow).contains(on);
        RC_ASSERT(wanted || std::ranges::find(entry.oifs, on) == entry.oifs.end());
    }
    const auto left = side.gm.memberships_of(side.handles[kI], on);
    RC_ASSERT(std::ranges::find(left, gone) == left.end());
}

RC_GTEST_PROP(GroupManagerInvariant, I16_StrictEndsWhereGracefulEnds, ()) {
    const unsigned rest = *rc::gen::element(0U, 2U, 4U, 6U);
    const auto steps = without_handoffs(without(*any_steps(6), {Verb::kTimeout}));
    const InterfaceKey on = kInterfaces[0];
    std::vector<std::string> ends;
    for (const unsigned strict : {0U, 1U}) {
        Course course(mode(rest + strict));
        course.go(steps);
        hand_over_and_back(course, on, course.side.gm.memberships_of(course.side.handles[kI], on));
        ends.push_back(contents(tables(course.side)));
    }
    RC_ASSERT(ends[0] == ends[1]);
}

bool mutates(Verb verb) {
    return verb != Verb::kQuery && verb != Verb::kEnumerate;
}

RC_GTEST_PROP(GroupManagerInvariant, I27_CallsFromInsideCallbacksAreRefused, ()) {
    const auto number = *rc::gen::inRange(0U, kModes);
    const auto steps = *any_steps(6);
    Course with(mode(number)), without_calls(mode(number));
    for (const Step& step : steps) {
        with.go(step, [&](const Moment& moment) {
            const auto& mischief = with.around.mischief;
            for (const Happening& happening : moment.trace) {
                for (const auto& result : happening.refused) {
                    RC_ASSERT(!mutates(mischief->verb) || result == Status::kCanNotComplete);
                }
            }
        });
        const bool posted = with.around.mischief && with.around.mischief->verb == Verb::kPacket;
        if (posted) {
            with.around.mischief.reset(); // a miss is no call that could be refused
        }
        without_calls.go(step, [](const Moment&) {});
        without_calls.around.mischief.reset();
        auto expected = tables(without_calls.side);
        expected.metrics.igmp_calls_rejected_in_window = with.side.gm.metrics().igmp_calls_rejected_in_window;
        RC_ASSERT(difference(tables(with.side), expected).empty());
    }
}

RC_GTEST_PROP(GroupManagerInvariant, I28_WorkIsWhatIsAffected, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        const bool edit = moment.step.verb == Verb::kAdd || moment.step.verb == Verb::kDelete;
        if (course.in_batch() || (!edit && moment.step.verb != Verb::kPacket)) {
            return;
        }
        const SourceGroup key = moment.key();
        for (const auto& [flow, entry] : moment.after.published) {
            const auto was = moment.before.published.find(flow);
            const bool changed = was == moment.before.published.end() || was->second.oifs != entry.oifs;
            const bool affected = (key.group.is_unspecified() || key.group == flow.group) &&
                                  (key.source.is_unspecified() || key.source == flow.source);
            RC_ASSERT(!changed || affected);
        }
        RC_ASSERT(moment.after.versions - moment.before.versions <= 1U); // the only thing that workers see
    });
}

/// Counts how often the group manager looks at something outside.
class CountingBoundary : public Boundary {
  public:
    [[nodiscard]] bool blocks_input(InterfaceKey, Ipv4Address) const override { return ++asked_ == 0; }
    [[nodiscard]] bool blocks_output(InterfaceKey, Ipv4Address) const override { return ++asked_ == 0; }
    [[nodiscard]] std::size_t asked() const { return std::exchange(asked_, 0); }

  private:
    mutable std::size_t asked_ = 0;
};

TEST(GroupManagerInvariant, I28_OtherEntriesCostNothing) {
    World world;
    const CountingBoundary boundary;
    GroupManager gm({world.clock, world.tasks, world.directory, world.view, boundary, world.sink}, {});
    ASSERT_EQ(status(gm.start()), kOk);
    const auto p = gm.register_protocol({{100, 1}, "P", {}}).value();
    ASSERT_EQ(status(gm.take_interface_ownership(p, x(3))), kOk);
    ASSERT_EQ(status(gm.take_interface_ownership(p, x(4))), kOk);
    auto cost = [&, group = 0U]() mutable {
        ++group;
        const SourceGroup key{Ipv4Address(0xEF010000U + group), {}};
        (void)boundary.asked();
        EXPECT_EQ(status(gm.add_group_membership(p, key, x(4), kJoin)), kOk);
        gm.new_packet({key.group, kFlow.source}, x(3), {});
        EXPECT_EQ(status(gm.delete_group_membership(p, key, x(4), kJoin)), kOk);
        gm.tick();
        return boundary.asked();
    };
    const std::size_t first = cost();
    for (unsigned k = 0; k < 1000; ++k) {
        EXPECT_EQ(cost(), first);
    }
    EXPECT_EQ(gm.mfe_count(), 1001U);
}

RC_GTEST_PROP(GroupManagerInvariant, I29_MalformedKeysNeverReachTheTables, ()) {
    Course course(mode(0));
    const ClientHandle p = course.side.handles[kP];
    const auto address = rc::gen::map(
        rc::gen::pair(rc::gen::element(0U, 1U, 0x0A000001U, 0x7F000001U, 0xE0000000U, 0xE00000FFU,
                                       0xE0000100U, 0xEFFFFFFFU, 0xF0000000U, 0xFFFFFFFFU),
                      rc::gen::inRange(0U, 3U)),
        [](const auto& pair) { return Ipv4Address(pair.first + pair.second); });
    for (int k = 0; k < 20; ++k) {
        const SourceGroup key{*address, *address};
        const auto bits = *rc::gen::inRange<std::uint8_t>(0, 10);
        const std::uint32_t group = key.group.host(), source = key.source.host();
        const bool group_ok = group >= 0xE0000100U && group <= 0xEFFFFFFFU;
        const bool source_ok = source >= 0x01000000U && source < 0xE0000000U && source >> 24U != 127;
        const bool key_ok = (group == 0 && source == 0) || (group_ok && (source == 0 || source_ok));
        const bool flags_ok = bits == 1 || ((bits == 2 || bits == 3) && group_ok && source_ok);
        const auto result =
            status(course.side.gm.add_group_membership(p, key, kInterfaces[2], MembershipFlags(bits)));
        RC_ASSERT(result == (key_ok && flags_ok ? kOk : Status::kInvalidParameter));
        RC_ASSERT(status(course.side.gm.delete_group_membership(p, key, kInterfaces[2],
                                                                MembershipFlags(bits))) == result);
        const auto after = tables(course.side);
        RC_ASSERT(after.memberships.empty());
        course.side.gm.new_packet(key, kInterfaces[2], {});
        RC_ASSERT((entry_of(tables(course.side), key) != nullptr) == (group_ok && source_ok));
    }
}

} // namespace
} // namespace mcfwd::group_manager::test
