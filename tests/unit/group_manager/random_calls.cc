// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How often which call is drawn, and how steps are printed.
#include "random_calls.hh"

#include <ostream>

#include <fmt/ostream.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MCFWD_CLANG_ASAN
#endif
#endif

namespace mcfwd::group_manager::test {

namespace {

struct Weight {
    Verb verb;
    unsigned weight;
    const char* name;
};

constexpr std::array kVerbs{
    Weight{Verb::kTake, 18, "take"},
    Weight{Verb::kRelease, 9, "release"},
    Weight{Verb::kTransfer, 4, "transfer"},
    Weight{Verb::kAdd, 40, "add"},
    Weight{Verb::kDelete, 28, "delete"},
    Weight{Verb::kReplay, 8, "replay"},
    Weight{Verb::kReplayComplete, 2, "replay_complete"},
    Weight{Verb::kPacket, 20, "packet"},
    Weight{Verb::kWrongInterface, 4, "wrong_interface"},
    Weight{Verb::kTraffic, 6, "traffic"},
    Weight{Verb::kPass, 14, "pass"},
    Weight{Verb::kRunTasks, 12, "run_tasks"},
    Weight{Verb::kRoute, 5, "route"},
    Weight{Verb::kBoundary, 5, "boundary"},
    Weight{Verb::kVeto, 4, "veto"},
    Weight{Verb::kRpf, 3, "rpf"},
    Weight{Verb::kTimeout, 3, "timeout"},
    Weight{Verb::kMischief, 3, "mischief"},
    Weight{Verb::kBatch, 8, "batch"},
    Weight{Verb::kSetMfe, 2, "set_mfe"},
    Weight{Verb::kChangeMfe, 6, "change_mfe"},
    Weight{Verb::kQuery, 4, "query"},
    Weight{Verb::kEnumerate, 5, "enumerate"},
    Weight{Verb::kRegister, 3, "register"},
    Weight{Verb::kDeregister, 3, "deregister"},
    Weight{Verb::kInterfaceDown, 1, "interface_down"},
    Weight{Verb::kRestart, 1, "restart"},
};

/// Draws one of the digits of a number, largest last.
unsigned draw(std::uint64_t& number, unsigned choices) {
    const auto digit = static_cast<unsigned>(number % choices);
    number /= choices;
    return digit;
}

Step step_of(std::uint64_t number) {
    unsigned total = 0;
    for (const Weight& line : kVerbs) {
        total += line.weight;
    }
    unsigned at = draw(number, total);
    Step step;
    for (const Weight& line : kVerbs) {
        if (at < line.weight) {
            step.verb = line.verb;
            break;
        }
        at -= line.weight;
    }
    constexpr std::array<std::uint8_t, 32> kWho{
        kI,     kI,     kI,     kI,    kP,    kP,    kP,     kP,     kQ,     kQ,     kQ,
        kT,     kT,     kN,     kN,    kJ,    kDead, kOwner, kOwner, kOwner, kOwner, kOwner,
        kOwner, kOwner, kOwner, kIgmp, kIgmp, kIgmp, kIgmp,  kIgmp,  kIgmp,  kIgmp};
    constexpr std::array<std::uint8_t, 16> kWhere{0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 6, 4, 4, 5};
    step.client = kWho.at(draw(number, kWho.size()));
    step.interface = kWhere.at(draw(number, kWhere.size()));
    if (const unsigned key = draw(number, 40); key < 36) {
        step.key = static_cast<std::uint8_t>(key % kGoodKeys);
    } else {
        step.key = static_cast<std::uint8_t>(kGoodKeys + key - 36);
    }
    step.extra = draw(number, 64);
    return step;
}

} // namespace

const std::array<InterfaceKey, 7> kInterfaces{x(1),  x(2), x(3), x(4, ip("10.0.4.1")), x(4, ip("10.0.4.2")),
                                              x(12), x(4)};

const std::array<SourceGroup, 14> kStepKeys{{{},
                                             any("239.1.1.1"),
                                             any("239.1.1.2"),
                                             sg("10.0.1.9", "239.1.1.1"),
                                             sg("10.0.2.9", "239.1.1.1"),
                                             sg("10.0.3.9", "239.1.1.1"),
                                             sg("10.0.4.9", "239.1.1.1"),
                                             sg("10.0.1.9", "239.1.1.2"),
                                             sg("10.0.4.9", "239.1.1.2"),
                                             sg("172.16.0.9", "239.1.1.1"),
                                             sg("10.0.1.9", "224.0.0.9"),
                                             sg("10.0.1.9", "0.0.0.0"),
                                             any("10.0.0.1"),
                                             sg("239.1.1.1", "239.1.1.2")}};

void showValue(const Step& step, std::ostream& out) {
    constexpr std::array<const char*, kClients> kNames{"I", "P", "Q", "T", "N", "J", "dead", "owner", "igmp"};
    const InterfaceKey on = kInterfaces.at(step.interface);
    fmt::print(out, "\n  {:15} {:5} X{}@{} {} {}", kVerbs.at(static_cast<std::size_t>(step.verb)).name,
               kNames.at(step.client), on.interface, on.next_hop.octet(3), kStepKeys.at(step.key),
               step.extra);
}

MembershipFlags flags_of(const Step& step) {
    if (step.extra < 44) {
        return kJoin;
    }
    constexpr std::array<unsigned, 4> kMalformed{0, 4, 5, 8};
    return MembershipFlags(step.extra < 60 ? 2U + step.extra % 2 : kMalformed.at(step.extra % 4));
}

rc::Gen<std::vector<Step>> any_steps(int per_size) {
#if defined(__SANITIZE_ADDRESS__) || defined(MCFWD_CLANG_ASAN)
    per_size = (per_size + 5) / 6; // without optimisation a step takes 50 times as long
#endif
    const auto step = rc::gen::noShrink(rc::gen::map(
        rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 40U)),
        step_of));
    return rc::gen::withSize([=](int size) {
        return rc::gen::resize(size * per_size, rc::gen::container<std::vector<Step>>(step));
    });
}

Settings mode(unsigned number) {
    Settings settings;
    settings.handoff_memberships =
        (number & 1U) != 0 ? HandoffMemberships::kStrict : HandoffMemberships::kGraceful;
    settings.handoff_mfe = (number & 2U) != 0 ? HandoffMfe::kFlush : HandoffMfe::kRebuild;
    settings.mfe_expiry = (number & 4U) != 0 ? MfeExpiry::kAbsolute : MfeExpiry::kActivity;
    settings.igmp_on_owned = (number & 8U) != 0 ? IgmpOnOwned::kConfirm : IgmpOnOwned::kImmediate;
    return settings;
}

std::optional<RpfInterface> AnyView::lookup(SourceGroup flow) const {
    for (const SourceGroup& key : {flow, SourceGroup{{}, flow.source}}) {
        if (const auto at = routes.find(key); at != routes.end()) {
            return at->second;
        }
    }
    return std::nullopt;
}

Surroundings::~Surroundings() {
    spdlog::set_level(log_level_);
}

Surroundings::Surroundings() {
    spdlog::set_level(spdlog::level::off);
    for (const std::uint8_t k : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}, std::uint8_t{4}}) {
        const Ipv4Prefix subnet{Ipv4Address(10, 0, k, 0), 24};
        view.routes[{{}, Ipv4Address(10, 0, k, 9)}] =
            RpfInterface{kInterfaces.at(k - 1U), {}, {RouteKind::kConnected, subnet}};
    }
}

void Surroundings::prepare(const Step& step) {
    const InterfaceKey on = kInterfaces.at(step.interface);
    const SourceGroup key = kStepKeys.at(step.key);
    Answers* answer = step.client < kRegistered ? &answers.at(step.client) : nullptr;
    if (step.verb == Verb::kPass) {
        constexpr std::array<Duration, 8> kTimes{1ms, 250ms, 1s, 1s, 3s, 10s, 60s, 600s};
        clock.advance(kTimes.at(step.extra % kTimes.size()));
    } else if (step.verb == Verb::kRoute) {
        const SourceGroup what = step.extra % 2 == 0 ? key : SourceGroup{{}, key.source};
        std::optional<RpfInterface> answer_of_view;
        if (step.extra % 5 != 0) {
            const auto length = static_cast<std::uint8_t>(24 + step.extra % 9);
            answer_of_view =
                RpfInterface{on,
                             Ipv4Address(10, 0, 0, static_cast<std::uint8_t>(step.extra)),
                             {step.extra % 3 == 0 ? RouteKind::kStaticEntry : RouteKind::kConfigured,
                              {key.source, length}}};
        }
        view.routes[what] = answer_of_view;
    } else if (step.verb == Verb::kBoundary) {
        const std::pair crossing{on, kStepKeys.at(1 + step.key % 2).group};
        boundary.scope.erase(crossing);
        boundary.ttl.erase(crossing);
        if (step.extra % 3 != 0) {
            (step.extra % 3 == 1 ? boundary.ttl : boundary.scope).insert(crossing);
        }
    } else if (step.verb == Verb::kVeto && answer != nullptr) {
        answer->vetoes = step.extra & (step.extra >> 1U);
    } else if (step.verb == Verb::kRpf && answer != nullptr) {
        answer->iif = step.extra % 4 == 0 ? std::nullopt : std::optional(on);
    } else if (step.verb == Verb::kTimeout && answer != nullptr) {
        constexpr std::array<std::chrono::seconds, 4> kTimeouts{0s, 2s, 120s, 5000s};
        answer->timeout = step.extra % 5 == 4 ? std::nullopt : std::optional(kTimeouts.at(step.extra % 5));
    } else if (step.verb == Verb::kMischief) {
        mischief = step;
        mischief->verb = kVerbs.at(step.extra % kVerbs.size()).verb;
        mischief->extra = step.extra * 7 % 64;
    }
}

} // namespace mcfwd::group_manager::test
