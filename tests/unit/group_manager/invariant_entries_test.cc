// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Invariants of specification section 6 about forwarding entries: what they forward, how they are created,
// walked and how they end.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "invariants.hh"

namespace mcfwd::group_manager::test {
namespace {

/// 1.6, from what queries say of memberships and explicit edits.
std::vector<InterfaceKey> eff(const Course& course, const Tables& tables, const MfeView& mfe) {
    std::set<InterfaceKey> wanted = covered(tables, mfe.flow);
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
    std::erase_if(wanted, [&](InterfaceKey on) {
        return on.interface == mfe.iif.interface ||
               course.around.boundary.blocks_output(on, mfe.flow.group) ||
               ownership_of(tables, on) == nullptr;
    });
    const bool blocked = mfe.reason != NegativeReason::kNone && mfe.reason != NegativeReason::kNoReceivers;
    return blocked ? std::vector<InterfaceKey>{} : std::vector(wanted.begin(), wanted.end());
}

std::vector<InterfaceKey> forwarding(const MfeView& mfe) {
    std::vector<InterfaceKey> interfaces;
    for (const OifView& oif : mfe.oifs) {
        if (oif.forwarding) {
            interfaces.push_back(oif.interface);
        }
    }
    return interfaces;
}

RC_GTEST_PROP(GroupManagerInvariant, I04_EffIsTheFunctionOfTheTables, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        for (const MfeStatsView& entry : moment.after.entries) {
            RC_ASSERT(forwarding(entry.mfe) == eff(course, moment.after, entry.mfe));
        }
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I05_TheIifIsNeverAnOif, ()) {
    after_every_step([](const Course&, const Moment& moment) {
        for (const MfeStatsView& entry : moment.after.entries) {
            const MfeView& mfe = entry.mfe;
            const auto oifs = forwarding(mfe);
            RC_ASSERT(std::ranges::find(oifs, mfe.iif) == oifs.end());
            const bool only_there = std::ranges::all_of(
                mfe.oifs, [&](const OifView& oif) { return oif.interface.interface == mfe.iif.interface; });
            RC_ASSERT(!only_there || mfe.state == MfeState::kNegative);
        }
        for (const auto& [flow, entry] : moment.after.published) {
            RC_ASSERT(std::ranges::find(entry.oifs, entry.iif) == entry.oifs.end());
        }
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I06_TheTableHoldsWhatTheEntriesSay, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        for (const MfeStatsView& entry : moment.after.entries) {
            const bool active = !forwarding(entry.mfe).empty();
            RC_ASSERT((entry.mfe.state == MfeState::kActive) == active);
            RC_ASSERT((entry.mfe.reason == NegativeReason::kNone) == active);
        }
        if (course.in_batch()) {
            return; // the change becomes visible at its end
        }
        RC_ASSERT(moment.after.published.size() == moment.after.entries.size());
        for (const MfeStatsView& entry : moment.after.entries) {
            const DesiredEntry& published = moment.after.published.at(entry.mfe.flow);
            RC_ASSERT(published.oifs == forwarding(entry.mfe));
            RC_ASSERT(published.iif == entry.mfe.iif);
        }
        // These make several calls, or end a batch first.
        const bool two_calls = moment.step.verb == Verb::kInterfaceDown || moment.step.verb == Verb::kPass ||
                               moment.step.verb == Verb::kRunTasks || moment.step.verb == Verb::kRestart ||
                               moment.step.verb == Verb::kBatch;
        RC_ASSERT(two_calls || moment.after.versions - moment.before.versions <= 1U);
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I19_OneRoundOfQuestionsPerEntryAndNoParkedPacketIsLost, ()) {
    const auto check = [](const Course& course, const Moment& moment) {
        std::map<SourceGroup, int> asked, built;
        std::map<std::pair<SourceGroup, unsigned>, int> offered;
        for (const Happening& happening : moment.trace) {
            asked[happening.key] += happening.callback == CallbackKind::kRpf;
            offered[{happening.key, happening.target}] += happening.callback == CallbackKind::kCreationAlert;
        }
        for (const MfeChanged& event : course.changed) {
            built[event.flow] +=
                event.what == MfeChanged::What::kCreated || event.what == MfeChanged::What::kRebuilt;
        }
        for (const auto& [flow, times] : asked) {
            RC_ASSERT(times <= built[flow]);
        }
        for (const auto& [who, times] : offered) {
            RC_ASSERT(times <= built[who.first]);
        }
        if (moment.step.verb == Verb::kPacket) { // is released by an entry, or dropped and counted
            const bool dropped = moment.after.discarded.size() == moment.before.discarded.size() + 1 &&
                                 moment.after.discarded.back() == moment.key();
            RC_ASSERT(moment.after.published.contains(moment.key()) || dropped);
            const bool had = entry_of(moment.before, moment.key()) != nullptr;
            RC_ASSERT(!had || built.empty());
        }
    };
    after_every_step(check, {Verb::kBatch});
}

RC_GTEST_PROP(GroupManagerInvariant, I20_CreationListsPartitionTheCandidates, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        if (moment.step.verb != Verb::kPacket || course.changed.empty()) {
            return;
        }
        const SourceGroup flow = moment.key();
        const MfeStatsView* entry = entry_of(moment.after, flow);
        RC_ASSERT((entry != nullptr));
        std::set<InterfaceKey> offered, candidates;
        for (const Happening& happening : moment.trace) {
            for (const auto& [on, igmp] : happening.candidates) {
                RC_ASSERT(offered.insert(on).second);
                RC_ASSERT(attributed(moment.after, on) == name_of(happening.target));
                RC_ASSERT(igmp == !ownership_of(moment.after, on)->igmp.name.empty());
            }
        }
        const NegativeReason reason = entry->mfe.reason;
        if (reason == NegativeReason::kNone || reason == NegativeReason::kNoReceivers) {
            candidates = covered(moment.after, flow);
        }
        std::erase_if(candidates, [&](InterfaceKey on) {
            const std::string owner = attributed(moment.after, on);
            return on.interface == entry->mfe.iif.interface ||
                   course.around.boundary.blocks_output(on, flow.group) || owner == "N" || owner == "J";
        });
        RC_ASSERT(offered == candidates);
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I21_AVetoHoldsUntilItIsLifted, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        const Step& step = moment.step;
        for (const MfeStatsView& entry : moment.before.entries) {
            const MfeStatsView* now = entry_of(moment.after, entry.mfe.flow);
            if (now == nullptr || course.was_built(entry.mfe.flow)) {
                continue;
            }
            for (const OifView& oif : entry.mfe.oifs) {
                const bool released = step.verb == Verb::kRelease || step.verb == Verb::kTransfer ||
                                      step.verb == Verb::kInterfaceDown;
                const bool lifted = (step.verb == Verb::kAdd && has_flag(flags_of(step), kForward) &&
                                     moment.key() == entry.mfe.flow) ||
                                    released;
                if (oif.vetoed && !(lifted && moment.on() == oif.interface)) {
                    const auto after = std::ranges::find(now->mfe.oifs, oif.interface, &OifView::interface);
                    RC_ASSERT(after != now->mfe.oifs.end());
                    RC_ASSERT(after->vetoed);
                }
            }
        }
        for (const MfeStatsView& entry : moment.after.entries) {
            for (const OifView& oif : entry.mfe.oifs) {
                const auto& oifs = moment.after.published.at(entry.mfe.flow).oifs;
                const bool visible = std::ranges::find(oifs, oif.interface) != oifs.end();
                RC_ASSERT(!oif.vetoed || !oif.forwarding);
                RC_ASSERT(!oif.vetoed || !visible || course.in_batch());
            }
        }
        for (const Happening& happening : moment.trace) { // T throws before it answers
            const MfeStatsView* entry = entry_of(moment.after, happening.key);
            for (const auto& [on, igmp] : happening.candidates) {
                const bool refused =
                    (course.around.answers.at(happening.target).vetoes >> place_of(on) & 1U) != 0;
                if (refused && happening.target != kT && entry != nullptr) {
                    const auto oif = std::ranges::find(entry->mfe.oifs, on, &OifView::interface);
                    RC_ASSERT(oif != entry->mfe.oifs.end());
                    RC_ASSERT(oif->vetoed);
                }
            }
        }
    });
}

RC_GTEST_PROP(GroupManagerInvariant, I22_AnRpfChoiceCountsIffItIsTheOwners, ()) {
    const auto check = [](const Course& course, const Moment& moment) {
        for (const Happening& happening : moment.trace) {
            const MfeStatsView* entry = entry_of(moment.after, happening.key);
            if (happening.callback != CallbackKind::kRpf || entry == nullptr) {
                continue;
            }
            const auto& choice = course.around.answers.at(happening.target).iif;
            const bool honoured = choice && happening.target != kT &&
                                  attributed(moment.after, *choice) == name_of(happening.target);
            RC_ASSERT(happening.interface == course.around.view.lookup(happening.key)->iif);
            RC_ASSERT(entry->mfe.iif == (honoured ? *choice : happening.interface));
        }
    };
    after_every_step(check, {Verb::kBatch});
}

RC_GTEST_PROP(GroupManagerInvariant, I23_WrongInterfaceAlertsAreRare, ()) {
    std::map<std::pair<SourceGroup, InterfaceKey>, Instant> last;
    after_every_step(
        [&](const Course& course, const Moment& moment) {
            for (const Happening& happening : moment.trace) {
                if (happening.callback != CallbackKind::kWrongIf) {
                    continue;
                }
                const MfeStatsView* entry = entry_of(moment.after, happening.key);
                RC_ASSERT((entry != nullptr));
                RC_ASSERT(!accepts(entry->mfe.iif, happening.interface));
                RC_ASSERT(attributed(moment.after, happening.interface) == name_of(happening.target));
                const auto [at, first] =
                    last.try_emplace({happening.key, happening.interface}, course.around.clock.now());
                RC_ASSERT(first || course.around.clock.now() - at->second >= 3s);
                at->second = course.around.clock.now();
            }
        },
        {Verb::kRunTasks, Verb::kRestart}); // what follows a posted miss may change its entry
}

RC_GTEST_PROP(GroupManagerInvariant, I24_WalksVisitWhatLivesOnceInOrder, ()) {
    Course course(mode(*rc::gen::inRange(0U, kModes)));
    course.go(*any_steps(6));
    course.around.mischief.reset();
    const auto& gm = course.side.gm;
    std::set<SourceGroup> throughout;
    for (const MfeStatsView& entry : tables(course.side).entries) {
        throughout.insert(entry.mfe.flow);
    }
    const std::size_t limit = *rc::gen::inRange<std::size_t>(1, 5);
    std::vector<SourceGroup> seen;
    auto page = gm.first_mfe(limit);
    std::vector<Step> meanwhile = *any_steps(1);
    while (true) {
        for (const MfeView& mfe : page->items) {
            RC_ASSERT((seen.empty() || seen.back() < mfe.flow));
            seen.push_back(mfe.flow);
        }
        if (page->end == Status::kNoMoreItems) {
            break;
        }
        RC_ASSERT(page->end == Status::kMoreData);
        RC_ASSERT(page->items.size() == limit);
        if (!meanwhile.empty()) {
            course.go(meanwhile.back(), [&](const Moment& moment) {
                std::erase_if(throughout,
                              [&](SourceGroup flow) { return entry_of(moment.after, flow) == nullptr; });
            });
            meanwhile.pop_back();
        }
        page = gm.next_mfe(seen.back(), limit);
    }
    for (const SourceGroup& flow : throughout) {
        RC_ASSERT(std::ranges::count(seen, flow) == 1);
    }

    const auto members = gm.memberships();
    const auto walk =
        course.side.gm.group_enumeration_start(gm.clients().front().handle, EnumerationKind::kAllSources);
    course.go(*any_steps(1)); // a snapshot: nothing of this is seen
    std::set<SourceGroup> snapshot, walked;
    for (const MembershipView& line : members) {
        snapshot.insert(line.key);
    }
    while (true) {
        const auto groups = course.side.gm.group_enumeration_next(*walk, limit);
        if (!groups) {
            return; // its client left
        }
        for (const SourceGroup& key : groups->items) {
            RC_ASSERT(walked.insert(key).second);
        }
        if (groups->end == Status::kNoMoreItems) {
            break;
        }
    }
    RC_ASSERT(walked == snapshot);
}

RC_GTEST_PROP(GroupManagerInvariant, I25_RoomForOneEntryIsEnough, ()) {
    Course course(mode(*rc::gen::inRange(0U, kModes)));
    course.go(*any_steps(6));
    auto& gm = course.side.gm;
    const bool some = gm.mfe_count() > 0;
    RC_ASSERT(status(gm.first_mfe(0)) == (some ? std::optional(Status::kInsufficientBuffer) : kOk));
    RC_ASSERT(status(gm.first_mfe_stats(0, StatsLevel::kBasic)) == status(gm.first_mfe(0)));
    RC_ASSERT(gm.first_mfe(1)->items.size() == (some ? 1U : 0U));
    const auto walk = gm.group_enumeration_start(gm.clients().front().handle, EnumerationKind::kAllSources);
    const bool joined = !gm.memberships().empty();
    RC_ASSERT(status(gm.group_enumeration_next(*walk, 0)) ==
              (joined ? std::optional(Status::kInsufficientBuffer) : kOk));
    RC_ASSERT(gm.group_enumeration_next(*walk, 1)->items.size() == (joined ? 1U : 0U));
}

RC_GTEST_PROP(GroupManagerInvariant, I26_UpTimeAndExpiryAddUpToTheTimeout, ()) {
    after_every_step([](const Course& course, const Moment& moment) {
        for (const MfeStatsView& entry : moment.after.entries) {
            const MfeView& mfe = entry.mfe;
            if (course.absolute() || mfe.state == MfeState::kNegative) {
                RC_ASSERT(mfe.expires_in + mfe.up_time == std::max(mfe.timeout, mfe.up_time));
                RC_ASSERT(moment.step.verb != Verb::kPass || mfe.up_time <= mfe.timeout);
            }
            const bool unreachable =
                mfe.reason == NegativeReason::kNoRoute || mfe.reason == NegativeReason::kUnownedIif;
            const bool created = moment.step.verb == Verb::kPacket && course.was_built(mfe.flow);
            if (created && !unreachable && mfe.timeout != 900s) {
                const bool asked = std::ranges::any_of(moment.trace, [&](const Happening& happening) {
                    return happening.callback == CallbackKind::kPruneAlert && happening.key == mfe.flow;
                });
                RC_ASSERT(asked);
            }
        }
        if (moment.step.verb == Verb::kPass) {
            // A PRUNE of this tick may have been answered with 0: then it is the next tick's.
            RC_ASSERT(!moment.after.deadline || *moment.after.deadline >= course.around.clock.now());
        }
    });
}

/// A table without room: what fits is there, the rest waits, and all is well when there is room again.
RC_GTEST_PROP(GroupManagerProperty, ATableWithoutRoomHoldsWhatFitsAndCatchesUp, ()) {
    Course course(mode(*rc::gen::element(0U, 2U)));
    auto& side = course.side;
    side.sink.capacity = 2;
    side.sink.egresses = 2;
    // A miss posted from each callback, refused for want of room, would be asked about and posted for ever.
    for (const Step& step : without(*any_steps(6), {Verb::kMischief})) {
        course.go(step, [&](const Moment& moment) {
            RC_ASSERT(side.sink.entries.size() <= 2U);
            RC_ASSERT(side.sink.egresses_used() <= 2U);
            if (course.in_batch()) {
                return;
            }
            RC_ASSERT(moment.after.entries.size() == side.sink.entries.size());
            for (const MfeStatsView& entry : moment.after.entries) { // what shrinks never waits
                const bool dropping = side.sink.entries.at(entry.mfe.flow).oifs.empty();
                RC_ASSERT(entry.mfe.state == MfeState::kActive || dropping);
            }
        });
    }
    side.batch.reset();
    side.sink.egresses = 1000;
    course.around.clock.advance(1s);
    side.gm.tick();
    for (const MfeStatsView& entry : tables(side).entries) {
        RC_ASSERT(side.sink.taken.at(entry.mfe.flow).oifs == forwarding(entry.mfe));
    }
    side.tasks.run();
    RC_ASSERT(!side.sink.gathering());
}

} // namespace
} // namespace mcfwd::group_manager::test
