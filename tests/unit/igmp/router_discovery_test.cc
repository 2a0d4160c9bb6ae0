// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Multicast router discovery (RFC 4286), the router's side: what goes out, when, and what is answered.
#include <gtest/gtest.h>

#include "lan.hh"
#include "octets.hh"

namespace mcfwd::igmp {
namespace {

using namespace std::chrono_literals;
using namespace test;

RouterConfig advertising(Ipv4Address address = kRouter, Duration interval = 20s) {
    RouterConfig config{.address = address};
    config.advertisement_interval = interval;
    return config;
}

class RouterDiscovery : public testing::Test {
  protected:
    explicit RouterDiscovery(const RouterConfig& config = advertising())
        : router(RouterInterface::create(config).value()) {}

    void start() {
        Output out;
        router.start(now, out);
        collect(out);
    }
    void stop() {
        Output out;
        router.stop(now, out);
        collect(out);
    }
    void wait(Duration time) {
        for (const Instant end = now + time; now < end;) {
            now = std::min(end, router.next_deadline().value_or(end));
            Output out;
            router.advance(now, out);
            collect(out);
        }
    }
    /// Past the startup, at the moment of an advertisement.
    void settle() {
        start();
        wait(120s);
        while (sent.empty() || times.back() != now) {
            wait(std::max<Duration>(1ns, *router.next_deadline() - now));
        }
        sent.clear();
        times.clear();
    }
    void hear(std::span<const std::byte> packet) {
        Output out;
        router.receive(packet, mac_of(kHost), now, out);
        collect(out);
    }
    void collect(const Output& out) {
        for (const Transmission& one : out.packets) {
            if (one.destination == kAllSnoopers) {
                sent.push_back(one.packet);
                times.push_back(now);
            }
        }
    }
    [[nodiscard]] std::uint64_t counted(DiscoveryType type, bool out = true) const {
        const DiscoveryCounters& counters = router.discovery_counters();
        return (out ? counters.sent : counters.received)[static_cast<std::size_t>(type)];
    }

    Instant now{1h};
    RouterInterface router;
    std::vector<std::vector<std::byte>> sent;
    std::vector<Instant> times;
};

TEST_F(RouterDiscovery, AdvertisementOnTheWire) {
    start();
    ASSERT_EQ(sent.size(), 1U);
    // TTL 1, TOS 0xc0, Router Alert; type 0x30, 20 s, query interval 125 s, robustness 2.
    EXPECT_EQ(hex(sent[0]), hex(octets("46c0 0020 0000 4000 0102 f8a3 0a00010a e000006a 94040000"
                                       "3014 cf6c 007d 0002")));
    EXPECT_EQ(counted(DiscoveryType::kAdvertisement), 1U);
}

TEST_F(RouterDiscovery, ThreeAdvertisementsAtStartAreAtMostTwoSecondsApart) {
    start();
    wait(10s);
    ASSERT_EQ(times.size(), 3U);
    EXPECT_EQ(times[0], Instant(1h));
    EXPECT_LE(times[1] - times[0], 2s);
    EXPECT_LE(times[2] - times[1], 2s);
}

TEST_F(RouterDiscovery, LaterOnesFollowTheIntervalWithItsJitterAndNotInStep) {
    settle();
    const Instant first = now;
    wait(2000s);
    Duration shortest = Duration::max();
    Duration longest{};
    for (std::size_t i = 0; i < times.size(); ++i) {
        const Duration gap = times[i] - (i == 0 ? first : times[i - 1]);
        shortest = std::min(shortest, gap);
        longest = std::max(longest, gap);
    }
    EXPECT_GE(shortest, 19500ms);
    EXPECT_LT(shortest, 19700ms);
    EXPECT_LE(longest, 20500ms);
    EXPECT_GT(longest, 20300ms);
}

TEST_F(RouterDiscovery, SolicitationIsAnsweredWithinTwoSecondsAndManyOfThemOnce) {
    settle();
    wait(5s);
    const Instant asked = now;
    for (int i = 0; i < 100; ++i) {
        hear(encode_solicitation(i % 2 == 0 ? kHost : Ipv4Address()));
    }
    wait(2s);
    EXPECT_GE(times.size(), 1U);
    EXPECT_LE(times.size(), 2U) << "one that came to its end at once may be followed by another";
    EXPECT_GE(times.front(), asked);
    EXPECT_EQ(counted(DiscoveryType::kSolicitation, false), 100U);
    const Instant answered = times.back();
    wait(25s);
    EXPECT_GE(times[times.size() - 1] - answered, 19500ms) << "the interval begins anew with the answer";
}

TEST_F(RouterDiscovery, FloodOfSolicitationsGetsNoMoreThanTenMessagesASecond) {
    settle();
    for (int i = 0; i < 20000; ++i) {
        hear(encode_solicitation(kHost));
        wait(1ms);
    }
    EXPECT_GE(times.size(), 9U) << "20 s, an answer after at most 2 s each";
    for (std::size_t i = 1; i < times.size(); ++i) {
        EXPECT_GE(times[i] - times[i - 1], 100ms);
    }
}

TEST_F(RouterDiscovery, SolicitationAgainstTheRulesIsNotAnswered) {
    settle();
    auto packet = encode_solicitation(kHost);
    for (const auto& [at, value] :
         {std::pair<std::size_t, std::uint8_t>{8, 2}, {19, 22}}) { // TTL, destination
        auto wrong = packet;
        wrong[at] = std::byte{value};
        wrong[10] = wrong[11] = std::byte{0};
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < 24; i += 2) {
            sum +=
                std::to_integer<std::uint32_t>(wrong[i]) << 8U | std::to_integer<std::uint32_t>(wrong[i + 1]);
        }
        sum = (sum & 0xFFFFU) + (sum >> 16U);
        sum = ~((sum & 0xFFFFU) + (sum >> 16U));
        wrong[10] = static_cast<std::byte>(sum >> 8U);
        wrong[11] = static_cast<std::byte>(sum);
        hear(wrong);
    }
    hear(encode_solicitation(kRouter)); // our own, come back
    EXPECT_EQ(router.discovery_counters().refused, 3U);
    wait(3s);
    EXPECT_TRUE(times.empty());
}

TEST_F(RouterDiscovery, QuerysValuesInForceAreAdvertisedAlsoThoseOfAnotherQuerier) {
    settle();
    Query query = general_query();
    query.robustness = 5;
    query.querier_interval = 60s;
    hear(encode(query, kLower, 1500).front());
    wait(21s);
    ASSERT_EQ(sent.size(), 1U);
    const auto told = parse_discovery(sent[0]).value();
    EXPECT_TRUE(told.from_router());
    EXPECT_EQ(told.interval, 20s);
    EXPECT_EQ(told.query_interval, 60s);
    EXPECT_EQ(told.robustness, 5U);
}

TEST_F(RouterDiscovery, TerminationEndsItAndNothingFollows) {
    settle();
    stop();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(hex(sent[0]),
              hex(octets("46c0 001c 0000 4000 0102 f8a7 0a00010a e000006a 94040000 3200 cdff")));
    EXPECT_EQ(counted(DiscoveryType::kTermination), 1U);
    EXPECT_FALSE(router.next_deadline());
    hear(encode_solicitation(kHost));
    EXPECT_EQ(sent.size(), 1U);
    start();
    EXPECT_EQ(parse_discovery(sent.back()).value().type, DiscoveryType::kAdvertisement);
}

TEST_F(RouterDiscovery, MessagesOfOtherRoutersAreCountedAndNeitherAnsweredNorMalformed) {
    settle();
    hear(encode_advertisement(kLower, 20s, 125s, 2));
    hear(encode_termination(kLower));
    EXPECT_EQ(counted(DiscoveryType::kAdvertisement, false), 1U);
    EXPECT_EQ(counted(DiscoveryType::kTermination, false), 1U);
    wait(3s);
    EXPECT_TRUE(times.empty());
    EXPECT_EQ(router.counters().parse_failures, (decltype(RouterCounters::parse_failures){}));
}

struct SilentRouter : RouterDiscovery {
    SilentRouter() : RouterDiscovery(router_config()) {}
};

TEST_F(SilentRouter, SaysNothingWhereItIsOffAlsoWhenAskedAndAtItsEnd) {
    start();
    hear(encode_solicitation(kHost));
    wait(100s);
    stop();
    EXPECT_TRUE(sent.empty());
}

TEST(RouterDiscoveryConfig, IntervalIsFourToAHundredAndEightyWholeSeconds) {
    for (const Duration interval : {4s, 180s}) {
        EXPECT_TRUE(validate(advertising(kRouter, interval)));
    }
    for (const Duration interval : {Duration(3s), Duration(181s), Duration(20500ms)}) {
        EXPECT_FALSE(validate(advertising(kRouter, interval)));
    }
}

} // namespace
} // namespace mcfwd::igmp
