// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Our host before our router, with random changes of reception and lost reports: when nothing more happens,
// the router has what the host wants. As many reports of a change as the robustness variable allows are lost.
#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "host_link.hh"

namespace mcfwd::igmp {
namespace {

using namespace test;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Step {
    Ipv4Address group;
    Membership state;
    unsigned wait_ms = 0;
};

class Pair {
  public:
    Pair(unsigned robustness, std::uint32_t seed)
        : robustness_(robustness),
          random_(seed),
          // Reports in several packets only where none is lost: half a report is none of those that count.
          host_(HostInterface::create(
                    {.address = kUs, .mtu = robustness == 1 ? std::size_t{68} : std::size_t{1500}},
                    [this](Duration limit) {
                        std::uniform_int_distribution<Duration::rep> in(1, limit.count() - 1);
                        return Duration(in(random_));
                    })
                    .value()),
          router_(RouterInterface::create({.address = kRouter, .robustness = robustness}).value()) {
        router_.start(now_, from_router_);
        host_.start(now_);
        run(seconds(1));
    }

    void want(Ipv4Address group, const Membership& state) {
        host_.receive_group(group, state);
        run(Duration::zero());
    }

    void run(Duration time) {
        const Instant end = now_ + time;
        while (true) {
            exchange();
            const auto next = std::min(host_.next_deadline().value_or(Instant::max()),
                                       router_.next_deadline().value_or(Instant::max()));
            if (next > end) {
                break;
            }
            now_ = std::max(now_, next);
            host_.advance(now_, from_host_);
            router_.advance(now_, from_router_);
        }
        now_ = end;
    }

    [[nodiscard]] Membership at_host(Ipv4Address group) const { return host_.reception(group); }
    [[nodiscard]] Membership at_router(Ipv4Address group) const {
        Membership state;
        router_.for_each_membership([&](const MembershipChange& change) {
            if (change.group != group) {
                return;
            }
            if (change.source == kAnySource) {
                state.mode = FilterMode::kExclude;
            } else {
                state.sources.push_back(change.source);
            }
        });
        std::ranges::sort(state.sources);
        return state;
    }
    [[nodiscard]] std::size_t lost() const { return lost_; }

  private:
    static bool is_change(const GroupRecord& record) {
        return record.type != RecordType::kIsInclude && record.type != RecordType::kIsExclude;
    }

    /// A state change may be lost if less than robustness - 1 of the last ones of all its groups were.
    bool lose(const ReportV3& report) {
        if (report.records.empty() || !std::ranges::all_of(report.records, is_change)) {
            return false;
        }
        const bool may = std::ranges::all_of(report.records, [&](const GroupRecord& record) {
            return lost_of_[record.group] + 1 < robustness_;
        });
        const bool lost = may && random_() % 2 == 0;
        for (const GroupRecord& record : report.records) {
            lost_of_[record.group] = lost ? lost_of_[record.group] + 1 : 0;
        }
        lost_ += std::size_t{lost};
        return lost;
    }

    void exchange() {
        while (!from_host_.packets.empty() || !from_router_.packets.empty()) {
            const Output host = std::exchange(from_host_, {});
            const Output router = std::exchange(from_router_, {});
            for (const Transmission& sent : router.packets) {
                host_.receive(sent.packet, now_, from_host_);
            }
            for (const Transmission& sent : host.packets) {
                if (!lose(std::get<ReportV3>(parse(sent.packet)->message))) {
                    router_.receive(sent.packet, mac_of(kUs), now_, from_router_);
                }
            }
        }
        from_router_.changes.clear();
    }

    unsigned robustness_;
    std::mt19937 random_;
    HostInterface host_;
    RouterInterface router_;
    Instant now_{seconds(1000)};
    Output from_host_;
    Output from_router_;
    std::map<Ipv4Address, unsigned> lost_of_;
    std::size_t lost_ = 0;
};

rc::Gen<Step> steps() {
    return rc::gen::exec([] {
        Step step;
        step.group = *rc::gen::element(kG, kG2, kSsm);
        const bool source_specific = step.group == kSsm;
        step.state.mode =
            !source_specific && *rc::gen::arbitrary<bool>() ? FilterMode::kExclude : FilterMode::kInclude;
        for (const Ipv4Address source : {kA, kB, kC}) {
            if (*rc::gen::arbitrary<bool>()) {
                step.state.sources.push_back(source);
            }
        }
        step.wait_ms = *rc::gen::element(0U, 0U, 100U, 700U, 3000U);
        return step;
    });
}

RC_GTEST_PROP(HostAndRouter, AgreeAfterRandomChangesAndLosses, ()) {
    const auto robustness = *rc::gen::inRange(1U, 5U);
    Pair pair(robustness, *rc::gen::arbitrary<std::uint32_t>());
    const auto sequence = *rc::gen::container<std::vector<Step>>(steps());
    for (const Step& step : sequence) {
        pair.want(step.group, step.state);
        pair.run(milliseconds(step.wait_ms));
    }
    pair.run(seconds(20));
    for (const Ipv4Address group : {kG, kG2, kSsm}) {
        RC_ASSERT(pair.at_router(group) == pair.at_host(group));
    }
    pair.run(seconds(600)); // and remains, by answers to general queries alone
    for (const Ipv4Address group : {kG, kG2, kSsm}) {
        RC_ASSERT(pair.at_router(group) == pair.at_host(group));
    }
}

TEST(HostAndRouter, ReportsAreReallyLost) {
    Pair pair(3, 7);
    for (int i = 0; i < 50; ++i) {
        pair.want(kG, i % 2 == 0 ? exclude() : include({kA}));
        pair.run(seconds(3));
    }
    pair.run(seconds(10));
    EXPECT_GT(pair.lost(), 20U);
    EXPECT_EQ(pair.at_router(kG), include({kA}));
}

} // namespace
} // namespace mcfwd::igmp
