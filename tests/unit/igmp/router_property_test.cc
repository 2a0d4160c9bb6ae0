// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Random reports over random time against the slow model: same timers, same forwarding, and books that
// balance. And many groups at once.
#include <ostream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "lan.hh"
#include "membership_ledger.hh"
#include "slow_model.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::seconds;
using namespace test;

constexpr int kSources = 5;

Ipv4Address address_of(int source) {
    return Ipv4Address(10, 9, 0, static_cast<std::uint8_t>(source + 1));
}

struct Step {
    RecordType type = RecordType::kIsInclude;
    unsigned mask = 0;
    int elapsed = 0;
};

void showValue(const Step& step, std::ostream& out) {
    out << fmt::format("after {} s type {} sources {:#x}", step.elapsed, static_cast<int>(step.type),
                       step.mask);
}

rc::Gen<Step> any_step() {
    return rc::gen::apply([](int type, unsigned mask,
                             int elapsed) { return Step{static_cast<RecordType>(type), mask, elapsed}; },
                          rc::gen::inRange(1, 7), rc::gen::inRange(0U, 1U << kSources),
                          rc::gen::weightedElement<int>(
                              {{6, 0}, {6, 1}, {3, 2}, {3, 30}, {2, 134}, {2, 268}, {1, 270}, {1, 600}}));
}

void book(MembershipLedger& ledger, Output& out) {
    if (const auto objection = ledger.book(out.changes)) {
        RC_FAIL(*objection);
    }
    out = {};
}

void compare(const SlowModel& model, const GroupView& view) {
    RC_ASSERT((view.mode == FilterMode::kExclude) == model.exclude);
    if (model.exclude) {
        RC_ASSERT(view.expires == std::optional<Duration>(seconds(model.group_timer)));
    }
    std::map<int, int> timers;
    for (const SourceView& source : view.sources) {
        timers[source.address.octet(3) - 1] = static_cast<int>(
            std::chrono::duration_cast<seconds>(source.expires.value_or(Duration(0))).count());
    }
    RC_ASSERT(timers == model.timers);
}

RC_GTEST_PROP(IgmpRouterProperty, AgreesWithTheSlowModelOverAThousandSteps, ()) {
    RouterInterface router = RouterInterface::create(router_config()).value();
    MembershipLedger ledger;
    SlowModel model;
    Instant now{seconds(5000)};
    Output out;
    router.start(now, out);
    for (const Step& step : *rc::gen::container<std::vector<Step>>(1000, any_step())) {
        for (int i = 0; i < step.elapsed; ++i) {
            model.tick();
        }
        now += seconds(step.elapsed);
        router.advance(now, out);
        book(ledger, out); // apart from the report: a group that ended and is joined again did have a gap
        GroupRecord record{step.type, kG, {}};
        SlowModel::Set list;
        for (int source = 0; source < kSources; ++source) {
            if ((step.mask >> source & 1U) != 0) {
                record.sources.push_back(address_of(source));
                list.insert(source);
            }
        }
        std::reverse(record.sources.begin(), record.sources.end());
        model.record(step.type, list);
        router.receive(encode(ReportV3{.records = {record}}, kHost, 1500).at(0), {}, now, out);

        book(ledger, out);
        RC_ASSERT(ledger.agrees_with(router));
        for (int source = 0; source <= kSources; ++source) {
            RC_ASSERT(ledger.forwards(kG, address_of(source)) == model.forwards(source));
        }
        GroupView view;
        router.visit_groups(now, kG, [&](const GroupView& group) {
            view = group;
            return false;
        });
        compare(model, view);
        RC_ASSERT(router.next_deadline() > now);
    }
}

TEST(IgmpRouterScale, AHundredThousandGroupsAreNotScannedAtEveryCall) {
    RouterConfig config = router_config();
    config.host_rate = 0;
    RouterInterface router = RouterInterface::create(config).value();
    MembershipLedger ledger;
    Instant now{seconds(5000)};
    Output out;
    router.start(now, out);
    constexpr std::uint32_t kGroups = 100'000;
    for (std::uint32_t i = 0; i < kGroups; i += 100) {
        ReportV3 report;
        for (std::uint32_t j = i; j < i + 100; ++j) {
            report.records.push_back({RecordType::kIsExclude, Ipv4Address(0xEF010000U + j), {}});
        }
        router.receive(encode(report, kHost, 1500).at(0), {}, now, out);
        now += std::chrono::milliseconds(1);
    }
    EXPECT_EQ(out.changes.size(), kGroups);
    EXPECT_EQ(ledger.book(out.changes), std::nullopt);
    out = {};
    for (int i = 0; i < 1'000'000; ++i) { // a scan per call would be 10^11 steps
        now += std::chrono::microseconds(100);
        router.advance(now, out);
    }
    EXPECT_TRUE(out.changes.empty());
    now += seconds(300);
    router.advance(now, out);
    EXPECT_EQ(out.changes.size(), kGroups);
    EXPECT_EQ(ledger.book(out.changes), std::nullopt);
    EXPECT_TRUE(ledger.empty());
}

} // namespace
} // namespace mcfwd::igmp
