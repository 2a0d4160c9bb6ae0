// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Hosts of all versions that join, leave and move, a router that comes and goes, links that flap: whoever
// wants a flow gets it, and a port where nobody does gets nothing for long.
#include <ostream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "bridge_world.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;

struct Step {
    int action = 0;
    unsigned who = 0;
    unsigned what = 0;
    int elapsed = 0; ///< milliseconds, before it
};

void showValue(const Step& step, std::ostream& out) {
    out << fmt::format("after {} ms action {} who {} what {}", step.elapsed, step.action, step.who,
                       step.what);
}

rc::Gen<Step> any_step() {
    return rc::gen::apply(
        [](int action, unsigned who, unsigned what, int elapsed) { return Step{action, who, what, elapsed}; },
        rc::gen::inRange(0, 100), rc::gen::inRange(0U, 28U), rc::gen::inRange(0U, 48U),
        rc::gen::weightedElement<int>(
            {{6, 0}, {6, 300}, {4, 900}, {4, 2'000}, {3, 10'000}, {2, 130'000}, {1, 300'000}}));
}

Wish wish_of(unsigned bits) {
    Wish wish{.mode = (bits & 8U) != 0 ? FilterMode::kExclude : FilterMode::kInclude, .sources = {}};
    for (std::size_t i = 0; i < kWorldSources.size(); ++i) {
        if ((bits >> i & 1U) != 0) {
            wish.sources.insert(kWorldSources[i]);
        }
    }
    return wish;
}

void act(BridgeWorld& world, const Step& step) {
    const auto group = kWorldGroups[step.what / 16];
    if (step.action < 80) {
        const bool older = step.who % 7 == 1 || step.who % 7 == 3 || step.who % 7 == 4;
        Wish wish = wish_of(step.what % 16);
        if (older) { // they can not name sources
            wish.sources.clear();
        }
        world.want(step.who % 7, group, wish);
    } else if (step.action < 85) {
        world.move(step.who % 7, step.what % BridgeWorld::kPorts);
    } else if (step.action < 92) {
        world.link(step.who % BridgeWorld::kPorts, step.what % 3 != 0);
    } else if (step.action < 99) {
        world.switch_router(step.what % 2 == 0);
    } else {
        world.restart();
    }
}

RC_GTEST_PROP(SnoopingProperty, WhoWantsAFlowGetsItAndNobodyElseForLong, ()) {
    BridgeWorld::Options options;
    options.querier = *rc::gen::arbitrary<bool>();
    options.address = *rc::gen::arbitrary<bool>();
    options.tracked = *rc::gen::arbitrary<bool>();
    options.router_version = *rc::gen::element(Version::kV3, Version::kV3, Version::kV2);
    options.hurried = *rc::gen::weightedElement<bool>({{2, false}, {1, true}});
    options.one_mac = *rc::gen::weightedElement<bool>({{2, false}, {1, true}});
    options.small_table = *rc::gen::weightedElement<bool>({{3, false}, {1, true}});
    options.slice = *rc::gen::element<std::size_t>(1, 1000);
    options.seed = *rc::gen::arbitrary<std::uint32_t>();
    BridgeWorld world(options);
    const auto any_steps = rc::gen::container<std::vector<Step>>(1000, any_step());
    for (const Step& step : *rc::gen::resize(100, any_steps)) {
        auto objection = world.wait(milliseconds(step.elapsed));
        if (!objection) {
            act(world, step);
            objection = world.check();
        }
        if (objection) {
            RC_FAIL(*objection);
        }
    }
}

} // namespace
} // namespace mcfwd::igmp
