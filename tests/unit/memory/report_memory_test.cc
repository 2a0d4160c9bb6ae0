// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A report for which memory ends, at every allocation in turn: the router goes on, lists what it has, and the
// host's next report counts.
#include <chrono>
#include <new>

#include <gtest/gtest.h>

#include <igmp/codec.hh>
#include <igmp/router_interface.hh>

#include "heap.hh"

namespace mcfwd::igmp {
namespace {

using std::chrono::seconds;

constexpr Ipv4Address kHost{10, 0, 1, 100};
constexpr Ipv4Address kKnown{239, 1, 1, 1};
constexpr Ipv4Address kFresh{239, 1, 1, 2};

std::vector<std::byte> report(Ipv4Address group) {
    const ReportV3 report{.records = {{RecordType::kIsExclude, group, {Ipv4Address(10, 9, 0, 1)}}}};
    return encode(report, kHost, 1500).front();
}

std::size_t listed(const RouterInterface& router, Instant now) {
    std::size_t groups = 0;
    router.visit_groups(now, {}, [&](const GroupView&) {
        ++groups;
        return true;
    });
    router.for_each_membership([](const MembershipChange&) {});
    return groups;
}

TEST(ReportMemory, AReportThatFindsNoneSpoilsNothing) {
    const auto fresh = report(kFresh);
    bool failed = true;
    std::size_t failures = 0;
    for (std::size_t n = 1; failed; ++n) {
        RouterInterface router = RouterInterface::create({.address = Ipv4Address(10, 0, 1, 10)}).value();
        Instant now(seconds(5000));
        Output out;
        router.start(now, out);
        router.receive(report(kKnown), {}, now, out);
        failed = false;
        heap::fail_from(n);
        try {
            router.receive(fresh, {}, now, out);
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        heap::never_fail();
        failures += failed ? 1U : 0U;
        EXPECT_LE(listed(router, now), 2U) << n;
        router.receive(fresh, {}, now, out);
        EXPECT_EQ(listed(router, now), 2U) << n;
        now += seconds(300);
        router.advance(now, out);
        EXPECT_EQ(listed(router, now), 0U) << n;
        router.stop(now, out);
    }
    EXPECT_GT(failures, 5U);
}

} // namespace
} // namespace mcfwd::igmp
