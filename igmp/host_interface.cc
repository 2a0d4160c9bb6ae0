// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Start, stop, changes of reception and the passing of time.
#include "host_interface.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host_state.hh"

namespace mcfwd::igmp {

Expected<void> validate(const HostConfig& config) {
    constexpr std::size_t kLeastMtu = 68; // RFC 791
    if (config.robustness && (*config.robustness < 1 || *config.robustness > 7)) {
        return fail(Status::kInvalidParameter,
                    fmt::format("robustness {} is not valid: 1 to 7", *config.robustness));
    }
    if (config.unsolicited_report_interval &&
        *config.unsolicited_report_interval < std::chrono::milliseconds(1)) {
        return fail(Status::kInvalidParameter, "unsolicited_report_interval is too short: at least 0.001 s");
    }
    if (config.mtu < kLeastMtu) {
        return fail(Status::kInvalidParameter,
                    fmt::format("mtu {} is too small: at least {}", config.mtu, kLeastMtu));
    }
    return {};
}

Expected<HostInterface> HostInterface::create(HostConfig config, RandomDelay random) {
    if (auto valid = validate(config); !valid) {
        return std::unexpected(valid.error());
    }
    return HostInterface(std::make_unique<State>(std::move(config), std::move(random)));
}

HostInterface::HostInterface(std::unique_ptr<State> state) : state_(std::move(state)) {}
HostInterface::HostInterface(HostInterface&&) noexcept = default;
HostInterface& HostInterface::operator=(HostInterface&&) noexcept = default;
HostInterface::~HostInterface() = default;

void HostInterface::start(Instant) {
    if (!state_->running) {
        state_->start();
    }
}

void HostInterface::stop(Farewell farewell, Instant now, Output& out) {
    if (!state_->running) {
        return;
    }
    state_->advance(now, out);
    if (farewell == Farewell::kYes) {
        state_->farewell(out);
    }
    state_->silence();
    state_->running = false;
}

void HostInterface::receive_group(Ipv4Address group, const Membership& state) {
    if (group.is_multicast() && group != kAllSystems) {
        state_->receive_group(group, state);
    }
}

void HostInterface::receive(std::span<const std::byte> packet, Instant now, Output& out) {
    if (!state_->running) {
        return;
    }
    state_->advance(now, out);
    if (const auto parsed = parse(packet)) {
        state_->receive(*parsed, now);
    } else {
        ++state_->counters.parse_failures[static_cast<std::size_t>(parsed.error())];
    }
}

void HostInterface::advance(Instant now, Output& out) {
    if (state_->running) {
        state_->advance(now, out);
    }
}

std::optional<Instant> HostInterface::next_deadline() const {
    return state_->running ? state_->deadline() : std::nullopt;
}

const HostConfig& HostInterface::config() const {
    return state_->config;
}

const HostCounters& HostInterface::counters() const {
    return state_->counters;
}

void HostInterface::clear_counters() {
    state_->counters = {};
}

HostInterfaceView HostInterface::view(Instant now) const {
    const State& state = *state_;
    const auto left = [now](const std::optional<Instant>& until) {
        return until ? std::optional(*until - now) : std::nullopt;
    };
    return {.running = state.running,
            .version = state.mode,
            .version1_querier_expires = left(state.version1_until),
            .version2_querier_expires = left(state.version2_until),
            .querier = state.querier,
            .queried = state.queried_at ? std::optional(now - *state.queried_at) : std::nullopt,
            .robustness = state.robustness,
            .query_interval = state.query_interval,
            .groups = state.received,
            .leaving = state.groups.size() - state.received,
            .pending_changes = state.fresh.size() + state.repeat.size()};
}

Membership HostInterface::reception(Ipv4Address group) const {
    const auto at = state_->groups.find(group);
    return at == state_->groups.end() ? Membership{} : at->second.state;
}

void HostInterface::visit_groups(Ipv4Address from,
                                 const std::function<bool(Ipv4Address, const Membership&)>& visit) const {
    for (auto at = state_->groups.lower_bound(from); at != state_->groups.end(); ++at) {
        if (!at->second.state.empty() && !visit(at->first, at->second.state)) {
            return;
        }
    }
}

void HostInterface::State::start() {
    running = true;
    mode = config.version;
    version1_until.reset();
    version2_until.reset();
    robustness = config.robustness.value_or(kDefaultHostRobustness);
    query_interval = kDefaultQuerierInterval;
    querier = {};
    queried_at.reset();
    for (auto& [address, group] : groups) {
        announce(group);
    }
}

void HostInterface::State::announce(HostGroup& group) {
    const bool left = group.state.empty();
    if (mode == Version::kV3) { // the other kind of report would wait for ever
        group.change.note(left ? Membership{FilterMode::kExclude, {}} : Membership{}, group.state,
                          robustness);
    } else {
        group.repeats = left ? 1 : robustness;
    }
    fresh.insert(group.address);
}

void HostInterface::State::receive_group(Ipv4Address address, const Membership& wanted) {
    auto at = groups.find(address);
    if (at == groups.end()) {
        if (wanted.empty()) {
            return;
        }
        at = groups.try_emplace(address, address).first;
    }
    HostGroup& group = at->second;
    if (group.state == wanted) {
        return;
    }
    const Membership before = std::exchange(group.state, wanted);
    received += std::size_t{before.empty()};
    received -= std::size_t{wanted.empty()};
    if (!running) {
        tidy(address);
        return;
    }
    if (mode == Version::kV3) {
        group.change.note(before, wanted, robustness);
    } else if (before.empty() == wanted.empty()) {
        return; // what is not in their messages (RFC 4605 section 4.1)
    } else {
        group.repeats = wanted.empty() ? 1 : robustness;
    }
    repeat.erase(address);
    fresh.insert(address);
}

void HostInterface::State::advance(Instant now, Output& out) {
    settle_mode(now);
    if (!fresh.empty()) {
        tell(std::exchange(fresh, {}), now, out);
    }
    if (repeat_at && *repeat_at <= now) {
        repeat_at.reset();
        tell(std::exchange(repeat, {}), now, out);
    }
    answer_groups(now, out);
    while (general && general->at <= now) {
        answer_general(now, out);
    }
}

std::optional<Instant> HostInterface::State::deadline() const {
    if (!fresh.empty()) {
        return Instant::min();
    }
    std::optional<Instant> earliest;
    const auto consider = [&](const std::optional<Instant>& at) {
        if (at && (!earliest || *at < *earliest)) {
            earliest = at;
        }
    };
    consider(version1_until);
    consider(version2_until);
    consider(repeat_at);
    if (!answers.empty()) {
        consider(answers.earliest());
    }
    if (general) {
        consider(general->at);
    }
    return earliest;
}

void HostInterface::State::farewell(Output& out) {
    ReportV3 report;
    for (auto& [address, group] : groups) {
        if (mode == Version::kV2 && !group.state.empty()) {
            send(Leave{address}, out);
        } else if (mode == Version::kV3) {
            // What was left before, and told less often than it should be, is told once more.
            group.change.note(group.state, {}, 1);
            group.change.report(address, {}, report.records);
        }
    }
    if (!report.records.empty()) {
        send(std::move(report), out);
    }
}

void HostInterface::State::silence() {
    general.reset();
    repeat_at.reset();
    fresh.clear();
    repeat.clear();
    for (auto at = groups.begin(); at != groups.end();) {
        HostGroup& group = at->second;
        answers.disarm(group);
        group.asked.clear();
        group.change.cancel();
        group.repeats = 0;
        at = group.state.empty() ? groups.erase(at) : std::next(at);
    }
}

} // namespace mcfwd::igmp
