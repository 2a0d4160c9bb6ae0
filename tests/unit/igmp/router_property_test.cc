// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Random messages of several hosts and another querier, over random time and with random limits, against the
// slow model: same timers, same hosts, same forwarding, same questions, and books that balance. And many
// groups at once.
#include <algorithm>
#include <map>
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

constexpr int kSources = 4;
constexpr int kGroups = 3;
constexpr int kHosts = 4;

Ipv4Address source_address(int source) {
    return Ipv4Address(10, 9, 0, static_cast<std::uint8_t>(source + 1));
}
Ipv4Address group_address(int group) {
    return Ipv4Address(239, 1, 1, static_cast<std::uint8_t>(group + 1));
}
/// Hosts 0 and 2 are behind one MAC.
Reporter host_of(int host) {
    const Ipv4Address address(10, 0, 1, static_cast<std::uint8_t>(host + 100));
    return {address, mac_of(host == 2 ? Ipv4Address(10, 0, 1, 100) : address)};
}

enum class What : std::uint8_t { kRecord, kReportV1, kReportV2, kLeave, kGeneralQuery, kSpecificQuery };

struct Step {
    What what = What::kRecord;
    RecordType type = RecordType::kIsInclude;
    int host = 0;
    int group = 0;
    unsigned mask = 0;
    int elapsed = 0;
    bool suppress = false;
};

void showValue(const Step& step, std::ostream& out) {
    out << fmt::format("after {} s: {} type {} host {} group {} sources {:#x}{}", step.elapsed,
                       static_cast<int>(step.what), static_cast<int>(step.type), step.host, step.group,
                       step.mask, step.suppress ? " S" : "");
}

rc::Gen<Step> any_step() {
    using rc::gen::inRange;
    using rc::gen::weightedElement;
    const auto what = weightedElement<What>({{20, What::kRecord},
                                             {1, What::kReportV1},
                                             {3, What::kReportV2},
                                             {3, What::kLeave},
                                             {1, What::kGeneralQuery},
                                             {2, What::kSpecificQuery}});
    const auto elapsed = weightedElement<int>(
        {{12, 0}, {8, 1}, {4, 2}, {3, 30}, {2, 134}, {2, 268}, {1, 270}, {1, 600}, {1, 2700}});
    return rc::gen::build<Step>(
        rc::gen::set(&Step::what, what),
        rc::gen::set(&Step::type,
                     rc::gen::map(inRange(1, 7), [](int t) { return static_cast<RecordType>(t); })),
        rc::gen::set(&Step::host, weightedElement<int>({{6, 0}, {3, 1}, {2, 2}, {1, 3}})),
        rc::gen::set(&Step::group, inRange(0, kGroups)),
        rc::gen::set(&Step::mask, inRange(0U, 1U << kSources)), rc::gen::set(&Step::elapsed, elapsed),
        rc::gen::set(&Step::suppress, rc::gen::arbitrary<bool>()));
}

SlowLink::Settings any_settings() {
    const auto limit = rc::gen::weightedElement<std::size_t>({{4, 0}, {1, 1}, {1, 2}, {1, 3}});
    return {.fast_leave = *rc::gen::weightedElement<FastLeave>(
                {{2, FastLeave::kOff}, {4, FastLeave::kTracked}, {1, FastLeave::kAlways}}),
            .max_groups = *limit,
            .max_sources = *limit,
            .max_groups_per_host = *limit,
            .host_rate = *rc::gen::weightedElement<int>({{4, 1000}, {1, 2}})};
}

RouterConfig config_of(const SlowLink::Settings& settings) {
    RouterConfig config = router_config();
    config.fast_leave = settings.fast_leave;
    config.max_groups = settings.max_groups;
    config.max_sources = settings.max_sources;
    config.max_groups_per_host = settings.max_groups_per_host;
    config.host_rate = static_cast<std::size_t>(settings.host_rate);
    config.slice = *rc::gen::element<std::size_t>(1, 1000);
    return config;
}

/// Router and model side by side.
class Comparison {
  public:
    explicit Comparison(const SlowLink::Settings& settings)
        : settings_(settings),
          router_(RouterInterface::create(config_of(settings)).value()),
          model_(settings, 5000) {
        router_.start(now_, out_);
        note_queries();
        book();
    }

    void step(const Step& step) {
        now_ += seconds(step.elapsed);
        model_.pass(step.elapsed);
        advance();
        note_queries();
        book(); // apart from the report: a group that ended and is joined again did have a gap
        compare_asked(step, give(step));
        book();
        RC_ASSERT(ledger_.agrees_with(router_));
        for (int group = 0; group < kGroups; ++group) {
            for (int source = 0; source <= kSources; ++source) {
                const auto known = model_.groups.find(group);
                RC_ASSERT(ledger_.forwards(group_address(group), source_address(source)) ==
                          (known != model_.groups.end() && known->second.forwards(source)));
            }
        }
        compare_views();
        RC_ASSERT(router_.view(now_).querier == model_.querier());
        // A deadline may be early, also as early as now; then a call moves it on and changes nothing.
        advance();
        RC_ASSERT(out_.packets.empty() && out_.changes.empty());
        RC_ASSERT(router_.next_deadline() > now_);
    }

  private:
    /// All that is due, however small the slices.
    void advance() {
        do {
            router_.advance(now_, out_);
        } while (router_.next_deadline() <= now_);
    }

    int second() const { return static_cast<int>((now_ - Instant()) / seconds(1)); }

    void hear(const Message& message, const Reporter& from) {
        router_.receive(encode(message, from.address, 1500).at(0), from.mac, now_, out_);
    }

    void note_queries() {
        for (const Transmission& sent : out_.packets) {
            if (std::get<Query>(parse(sent.packet).value().message).group.is_unspecified()) {
                model_.general_query();
            }
        }
    }

    SlowQuestions give(const Step& step) {
        Set list;
        std::vector<Ipv4Address> sources;
        for (int source = kSources - 1; source >= 0; --source) { // not in order
            if ((step.mask >> source & 1U) != 0) {
                list.insert(source);
                sources.push_back(source_address(source));
            }
        }
        const Ipv4Address group = group_address(step.group);
        const Reporter host = host_of(step.host);
        switch (step.what) {
        case What::kRecord:
            hear(ReportV3{.records = {{step.type, group, sources}}}, host);
            return model_.record(step.host, step.group, step.type, list);
        case What::kReportV1:
            hear(ReportV1{group}, host);
            return model_.version1_report(step.host, step.group);
        case What::kReportV2:
            hear(ReportV2{group}, host);
            return model_.version2_report(step.host, step.group);
        case What::kLeave:
            hear(Leave{group}, host);
            return model_.leave(step.host, step.group);
        case What::kGeneralQuery:
            hear(general_query(), {kLower, {}});
            model_.general_query_of_lower();
            return {};
        case What::kSpecificQuery:
            hear(Query{.max_response = seconds(3),
                       .group = group,
                       .suppress = step.suppress,
                       .robustness = 2,
                       .querier_interval = seconds(125),
                       .sources = sources},
                 {kLower, {}});
            model_.specific_query_of_lower(step.group, list, step.suppress, 3);
            return {};
        }
        return {};
    }

    /// What has to be asked is either asked now, or was asked before and is about to end anyway.
    void compare_asked(const Step& step, const SlowQuestions& questions) {
        Set sources;
        bool group = false;
        for (const Transmission& sent : out_.packets) {
            const Query query = std::get<Query>(parse(sent.packet).value().message);
            if (query.group.is_unspecified()) {
                continue;
            }
            RC_ASSERT(query.group == group_address(step.group));
            RC_ASSERT(model_.querier());
            group |= query.sources.empty();
            for (const Ipv4Address source : query.sources) {
                sources.insert(source.octet(3) - 1);
            }
        }
        RC_ASSERT(!group || questions.group);
        RC_ASSERT(sources.empty() || !questions.sources.empty());
        if (step.elapsed > 134 && model_.querier()) { // long enough for everything asked before to be over
            RC_ASSERT(group == questions.group);
        }
    }

    void book() {
        const auto gaps = settings_.fast_leave == FastLeave::kOff ? Gaps::kFaults : Gaps::kAllowed;
        if (const auto objection = ledger_.book(out_.changes, gaps)) {
            RC_FAIL(*objection);
        }
        out_ = {};
    }

    void compare_views() {
        std::size_t seen = 0;
        router_.visit_groups(
            now_, {},
            [&](const GroupView& view) {
                ++seen;
                compare(view, model_.groups.at(view.group.octet(3) - 1));
                return true;
            },
            WithHosts::kYes);
        RC_ASSERT(seen == model_.groups.size());
    }

    void compare(const GroupView& view, const SlowGroup& group) const {
        RC_ASSERT((view.mode == FilterMode::kExclude) == group.exclude);
        RC_ASSERT(static_cast<int>(view.version) == group.mode(second()));
        if (group.exclude) {
            RC_ASSERT(view.expires == std::optional<Duration>(seconds(group.until - second())));
        }
        std::map<int, int> timers;
        for (const SourceView& source : view.sources) {
            timers[source.address.octet(3) - 1] =
                source.expires ? second() + static_cast<int>(*source.expires / seconds(1)) : kBlocked;
        }
        RC_ASSERT(timers == group.timers);
        RC_ASSERT(view.hosts.size() == group.members.size());
        for (const HostView& host : view.hosts) {
            const SlowMember& member = group.members.at(host.address.octet(3) - 100);
            RC_ASSERT((host.mode == FilterMode::kExclude) == member.exclude);
            for (int source = 0; source < kSources; ++source) {
                const bool listed = std::ranges::count(host.sources, source_address(source)) == 1;
                RC_ASSERT(member.wants(source, second()) == (listed != member.exclude));
            }
        }
    }

    SlowLink::Settings settings_;
    RouterInterface router_;
    SlowLink model_;
    MembershipLedger ledger_;
    Instant now_{seconds(5000)};
    Output out_;
};

RC_GTEST_PROP(IgmpRouterProperty, AgreesWithTheSlowModelOverAThousandSteps, ()) {
    Comparison comparison(any_settings());
    const int hosts = *rc::gen::element(1, kHosts, kHosts); // with one, version 2 leaves become fast
    for (Step step : *rc::gen::container<std::vector<Step>>(1000, any_step())) {
        step.host %= hosts;
        comparison.step(step);
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
    constexpr std::uint32_t kMany = 100'000;
    for (std::uint32_t i = 0; i < kMany; i += 100) {
        ReportV3 report;
        for (std::uint32_t j = i; j < i + 100; ++j) {
            report.records.push_back({RecordType::kIsExclude, Ipv4Address(0xEF010000U + j), {}});
        }
        router.receive(encode(report, kHost, 1500).at(0), {}, now, out);
        now += std::chrono::milliseconds(1);
    }
    EXPECT_EQ(out.changes.size(), kMany);
    EXPECT_EQ(ledger.book(out.changes), std::nullopt);
    out = {};
    for (int i = 0; i < 100'000; ++i) { // a scan per call would be 10^10 steps
        now += std::chrono::microseconds(100);
        router.advance(now, out);
    }
    EXPECT_TRUE(out.changes.empty());
    now += seconds(300);
    while (router.next_deadline() <= now) {
        router.advance(now, out);
        EXPECT_LE(out.changes.size(), config.slice);
        EXPECT_EQ(ledger.book(out.changes), std::nullopt);
        out = {};
    }
    EXPECT_TRUE(ledger.empty());
}

} // namespace
} // namespace mcfwd::igmp
