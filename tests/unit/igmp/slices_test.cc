// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Very many groups at once are worked through in slices, and nobody can tell by a group that anything happens
// to: beside an object that does all at once, one that is always behind says the same of it.
#include <algorithm>
#include <optional>
#include <ostream>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "bridge_lan.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::seconds;
using namespace test;
using Type = RecordType;

constexpr std::uint32_t kMany = 3'000;
constexpr std::size_t kSlice = 100;
constexpr std::size_t kAll = 1'000'000;
constexpr unsigned kPorts = 2;

Ipv4Address nth_group(std::uint32_t n) {
    return Ipv4Address(0xEF010000U + n);
}

std::vector<Ipv4Address> sources_of(unsigned mask) {
    std::vector<Ipv4Address> sources;
    for (unsigned i = 0; i < 3; ++i) {
        if ((mask >> i & 1U) != 0) {
            sources.emplace_back(10, 9, 0, static_cast<std::uint8_t>(i + 1));
        }
    }
    return sources;
}

struct Step {
    int action = 0;
    Type type = Type::kIsInclude;
    unsigned host = 0;
    unsigned group = 0;
    unsigned mask = 0;
    int elapsed = 0; ///< seconds, before it
};

void showValue(const Step& step, std::ostream& out) {
    out << fmt::format("after {} s action {} type {} host {} group {} sources {:#x}", step.elapsed,
                       step.action, static_cast<int>(step.type), step.host, step.group, step.mask);
}

rc::Gen<std::vector<Step>> any_steps() {
    const auto step = rc::gen::apply(
        [](int action, int type, unsigned host, unsigned group, unsigned mask, int elapsed) {
            return Step{action, static_cast<Type>(type), host, group, mask, elapsed};
        },
        rc::gen::inRange(0, 100), rc::gen::inRange(1, 7), rc::gen::inRange(0U, 4U), rc::gen::inRange(0U, 8U),
        rc::gen::inRange(0U, 8U),
        rc::gen::weightedElement<int>({{12, 0}, {6, 1}, {3, 2}, {2, 130}, {2, 259}, {1, 260}, {1, 600}}));
    return rc::gen::resize(100, rc::gen::container<std::vector<Step>>(300, step));
}

Message message_of(const Step& step) {
    const Ipv4Address group = nth_group(step.group);
    if (step.action < 80) {
        return report(step.type, group, sources_of(step.mask));
    }
    if (step.action < 88) {
        return ReportV2{group};
    }
    return step.action < 94 ? Message(Leave{group}) : Message(ReportV1{group});
}

Ipv4Address host_of(const Step& step) {
    return Ipv4Address(10, 0, 1, static_cast<std::uint8_t>(100 + step.host));
}

/// What of a group must not depend on how far behind the others are. Not its questions: they are repeated
/// when it is its turn.
void same(const GroupView& a, const GroupView& b) {
    RC_ASSERT(a.group == b.group);
    RC_ASSERT(a.mode == b.mode);
    RC_ASSERT(a.version == b.version);
    RC_ASSERT(a.expires == b.expires);
    RC_ASSERT(a.version1_expires == b.version1_expires);
    RC_ASSERT(a.version2_expires == b.version2_expires);
    RC_ASSERT(a.hosts_complete == b.hosts_complete);
    RC_ASSERT(a.sources.size() == b.sources.size());
    for (std::size_t i = 0; i < a.sources.size(); ++i) {
        RC_ASSERT(a.sources[i].address == b.sources[i].address);
        RC_ASSERT(a.sources[i].expires == b.sources[i].expires);
        RC_ASSERT(a.sources[i].forwarded == b.sources[i].forwarded);
    }
    RC_ASSERT(a.hosts.size() == b.hosts.size());
    for (std::size_t i = 0; i < a.hosts.size(); ++i) {
        RC_ASSERT(a.hosts[i].address == b.hosts[i].address);
        RC_ASSERT(a.hosts[i].expires == b.hosts[i].expires);
        RC_ASSERT(a.hosts[i].sources == b.hosts[i].sources);
    }
}

template <typename Visit> // of one object: visit(from, function of a GroupView that says whether to go on)
std::optional<GroupView> view_of(Visit visit, Ipv4Address group) {
    std::optional<GroupView> result;
    visit(group, [&](const GroupView& view) {
        if (view.group == group) {
            result = view;
        }
        return false;
    });
    return result;
}

template <typename VisitA, typename VisitB>
void same_group(VisitA a, VisitB b, Ipv4Address group) {
    const auto one = view_of(a, group);
    const auto other = view_of(b, group);
    RC_ASSERT(one.has_value() == other.has_value());
    if (one) {
        same(*one, *other);
    }
}

auto groups_of(const RouterInterface& router, Instant now) {
    return [&router, now](Ipv4Address from, auto visit) {
        router.visit_groups(now, from, visit, WithHosts::kYes);
    };
}
auto groups_of(const SnoopingBridge& bridge, unsigned at, Instant now) {
    return [&bridge, at, now](Ipv4Address from, auto visit) {
        bridge.visit_groups(port(at), now, from, visit, WithHosts::kYes);
    };
}

template <typename Object, typename Out>
void drain(Object& object, Instant now, Out& out) {
    while (object.next_deadline() && *object.next_deadline() <= now) {
        object.advance(now, out);
    }
}

RC_GTEST_PROP(IgmpSlices, GroupsOfARouterAreUpToDateWhenAnythingHappensToThem, ()) {
    RouterConfig config = router_config();
    config.fast_leave = *rc::gen::element(FastLeave::kOff, FastLeave::kTracked);
    config.max_groups = *rc::gen::weightedElement<std::size_t>({{3, 0}, {1, 4}});
    config.slice = kAll;
    RouterInterface prompt = RouterInterface::create(config).value();
    config.slice = 1;
    RouterInterface late = RouterInterface::create(config).value();
    Instant now(seconds(5000));
    Output out;
    prompt.start(now, out), late.start(now, out);
    bool more = false;
    for (const Step& step : *any_steps()) {
        now += seconds(step.elapsed);
        drain(prompt, now, out); // as `late` is not
        const bool is_query = step.action == 99;
        if (is_query) {
            prompt.receive(encode(general_query(), kLower, 1500).at(0), mac_of(kLower), now, out);
            late.receive(encode(general_query(), kLower, 1500).at(0), mac_of(kLower), now, out);
        } else {
            const Ipv4Address host = host_of(step);
            const auto packet = encode(message_of(step), host, 1500).at(0);
            prompt.receive(packet, mac_of(host), now, out);
            late.receive(packet, mac_of(host), now, out);
        }
        more |= late.next_deadline() <= now;
        if (!is_query && config.max_groups == 0) { // where there is a limit, it depends on who is first
            same_group(groups_of(prompt, now), groups_of(late, now), nth_group(step.group));
        }
        if (step.mask != 0) {
            continue;
        }
        drain(late, now, out);
        if (config.max_groups == 0) {
            for (std::uint32_t group = 0; group < 8; ++group) {
                same_group(groups_of(prompt, now), groups_of(late, now), nth_group(group));
            }
        }
        RC_ASSERT(late.view(now).groups <= std::max<std::size_t>(config.max_groups, 8));
    }
    RC_TAG(more ? "was behind" : "was never behind");
}

RC_GTEST_PROP(IgmpSlices, GroupsOfABridgeFollowTheQuerierBeforeAnythingElse, ()) {
    SnoopingConfig config = snooping_config();
    config.ports = kPorts;
    config.querier = false;
    config.solicit_routers = false;
    config.slice = kAll;
    SnoopingBridge prompt = SnoopingBridge::create(config).value();
    config.slice = 1;
    SnoopingBridge late = SnoopingBridge::create(config).value();
    Instant now(seconds(5000));
    SnoopingOutput out;
    MirrorTable table;
    const auto follow = [&](SnoopingOutput& said) {
        table.follow(late, said);
        RC_ASSERT(table.agrees_with(late));
        said = {};
    };
    prompt.start(now, out), out = {};
    late.start(now, out), follow(out);
    for (const Step& step : *any_steps()) {
        now += seconds(step.elapsed);
        drain(prompt, now, out), out = {};
        const unsigned at = step.host % kPorts;
        const auto both = [&](auto act) {
            act(prompt), out = {};
            act(late), follow(out);
        };
        const bool is_query = step.action >= 96;
        if (is_query) {
            const auto query = encode(query_of(), kQuerier, 1500).at(0);
            both([&](SnoopingBridge& bridge) {
                bridge.receive(port(at), query, mac_of(kQuerier), multicast_mac(kAllSystems), now, out);
            });
        } else {
            const Message message = message_of(step);
            const auto packet = encode(message, host_of(step), 1500).at(0);
            both([&](SnoopingBridge& bridge) {
                bridge.receive(port(at), packet, mac_of(host_of(step)),
                               multicast_mac(destination_of(message)), now, out);
            });
        }
        if (!is_query) {
            same_group(groups_of(prompt, at, now), groups_of(late, at, now), nth_group(step.group));
        }
        if (step.mask == 0) {
            while (late.next_deadline() && *late.next_deadline() <= now) {
                late.advance(now, out), follow(out);
            }
            RC_ASSERT(MirrorTable::all_of(prompt) == MirrorTable::all_of(late));
        }
    }
}

/// A bridge without querier of its own, and hosts of port 0 in many groups.
struct ManyGroups : testing::Test {
    static SnoopingConfig config() {
        SnoopingConfig config = snooping_config();
        config.querier = false;
        config.solicit_routers = false;
        config.slice = kSlice;
        return config;
    }
    ManyGroups() {
        lan.start_quietly();
        for (std::uint32_t i = 0; i < kMany; i += 100) {
            ReportV3 joins;
            for (std::uint32_t n = i; n < i + 100; ++n) {
                joins.records.push_back({Type::kIsExclude, nth_group(n), {}});
            }
            lan.hear(0, joins);
        }
    }
    /// The calls that are due now, and the most keys that one of them has changed.
    std::pair<std::size_t, std::size_t> settle() {
        std::pair<std::size_t, std::size_t> calls_and_keys;
        while (lan.bridge().next_deadline() && *lan.bridge().next_deadline() <= lan.now()) {
            const std::size_t before = lan.table().size();
            lan.jump(Duration::zero());
            ++calls_and_keys.first;
            calls_and_keys.second = std::max(calls_and_keys.second, before - lan.table().size());
        }
        return calls_and_keys;
    }
    BridgeLan lan{config()};
};

TEST_F(ManyGroups, FollowAQuerierThatComesInSlices) {
    lan.wait(seconds(1000));
    ASSERT_EQ(settle().first, 0U);
    lan.hear(3, query_of(), kQuerier);
    EXPECT_EQ(lan.group(0, nth_group(kMany - 1)).expires, Duration(seconds(270))) << "shown before its turn";
    EXPECT_GE(settle().first, kMany / kSlice - 1);
    EXPECT_EQ(lan.group(0, nth_group(kMany - 1)).expires, Duration(seconds(270)));
}

TEST_F(ManyGroups, EndInSlices) {
    lan.hear(3, query_of(), kQuerier);
    settle();
    lan.wait(seconds(250)); // short of the end of the querier, too
    lan.hear(3, query_of(), kQuerier);
    ASSERT_EQ(lan.table().size(), kMany);
    lan.jump(seconds(20));
    const auto [calls, keys] = settle();
    EXPECT_EQ(lan.table().size(), 0U);
    EXPECT_GE(calls, kMany / kSlice - 1);
    EXPECT_LE(keys, kSlice);
}

TEST_F(ManyGroups, AreForgottenAtOnceWithTheirLinkAndFreedInSlices) {
    lan.hear(1, report(Type::kIsExclude, nth_group(0)));
    lan.table_full(nth_group(0), true);
    lan.table_full(nth_group(1), true);
    ASSERT_EQ(lan.view().refused_groups, 2U);
    lan.link(0, false);
    EXPECT_EQ(lan.table(), Lines{});
    EXPECT_GE(settle().first, kMany / kSlice);
    EXPECT_EQ(lan.view().refused_groups, 1U) << "the one that is left";
    lan.table_full(nth_group(0), false);
    EXPECT_EQ(lan.table(), (Lines{"* 239.1.0.0 to 1"}));
    lan.link(0, true);
    lan.hear(0, report(Type::kIsExclude, nth_group(1)));
    EXPECT_EQ(lan.flow(nth_group(1)), "0");
}

} // namespace
} // namespace mcfwd::igmp
