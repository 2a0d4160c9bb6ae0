// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The only file of the generator that knows JSON. Times go out as nanoseconds.
#include "commands.hh"

#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <rte_cycles.h>

#include "frame.hh"
#include "port_traffic.hh"
#include "trial.hh"

namespace mcfwd::wire {
namespace {

using Json = nlohmann::ordered_json;

[[nodiscard]] double nanoseconds(double cycles) {
    return cycles * 1e9 / static_cast<double>(rte_get_tsc_hz());
}

[[nodiscard]] Json times(const Histogram& cycles) {
    const auto at = [&cycles](double share) {
        return nanoseconds(static_cast<double>(cycles.quantile(share)));
    };
    return {{"count", cycles.count()},
            {"min", nanoseconds(static_cast<double>(cycles.smallest()))},
            {"mean", nanoseconds(cycles.mean())},
            {"p50", at(0.5)},
            {"p99", at(0.99)},
            {"p99_9", at(0.999)},
            {"max", nanoseconds(static_cast<double>(cycles.largest()))}};
}

[[nodiscard]] Json receiver_line(const ReceiverResult& receiver, std::uint64_t offered) {
    return {{"received", receiver.received},
            {"lost", offered - receiver.received},
            {"duplicated", receiver.duplicated},
            {"reordered", receiver.reordered},
            {"wrong", receiver.wrong},
            {"stale", receiver.stale},
            {"igmp", receiver.igmp},
            {"missed", receiver.missed},
            {"latency_ns", times(receiver.latency)}};
}

[[nodiscard]] Json trial_line(const TrialResult& result) {
    const std::uint64_t offered = result.sent + result.refused;
    Histogram latency;
    Json receivers = Json::array();
    for (const ReceiverResult& receiver : result.receivers) {
        latency.merge(receiver.latency);
        receivers.push_back(receiver_line(receiver, offered));
    }
    Json line{{"event", "trial"},
              {"planned", result.planned},
              {"offered", offered},
              {"sent", result.sent},
              {"refused", result.refused},
              {"skipped", result.skipped},
              {"seconds", result.seconds},
              {"latency_ns", times(latency)},
              {"spread_ns", times(result.spread)},
              {"receivers", std::move(receivers)}};
    if (result.change) {
        line["change"] = {{"delay_ns", times(result.change->delays)},
                          {"packets_after", result.change->packets_after}};
    }
    return line;
}

[[nodiscard]] unsigned receiver_of(const Ports& ports, const Json& request) {
    const unsigned receiver = request.at("receiver");
    if (receiver >= ports.receivers()) {
        throw std::invalid_argument(fmt::format("there is no receiver {}", receiver));
    }
    return receiver;
}

[[nodiscard]] Host host_of(const Ports& ports, const Addresses& addresses, unsigned receiver) {
    return {.address = addresses.receivers.at(receiver), .mac = ports.receiver(receiver).mac()};
}

[[nodiscard]] Change change_of(const std::string& word) {
    return word == "join" ? Change::kJoin : Change::kLeave;
}

/// "rate", "packets", "octets", "sources", "groups"; "quiet" in seconds if the default will not do; and
/// "change": {"do": "join" or "leave", "receiver", "groups", "at" in seconds}.
[[nodiscard]] TrialSettings trial_settings(const Ports& ports, const Addresses& addresses,
                                           const Json& request) {
    TrialSettings settings{.flows = {.first_source = addresses.first_source,
                                     .sources = request.at("sources"),
                                     .first_group = addresses.first_group,
                                     .groups = request.at("groups")},
                           .rate = request.at("rate"),
                           .packets = request.at("packets"),
                           .octets = request.at("octets")};
    settings.quiet_seconds = request.value("quiet", settings.quiet_seconds);
    if (settings.octets < kSmallestFrame || settings.octets > kLargestFrame) {
        throw std::invalid_argument(
            fmt::format("frames have {} to {} octets", kSmallestFrame, kLargestFrame));
    }
    if (settings.rate <= 0 || settings.packets == 0 || settings.packets > UINT32_MAX ||
        settings.flows.count() == 0) {
        throw std::invalid_argument("a trial needs a rate, packets, sources and groups");
    }
    if (request.contains("change")) {
        const Json& change = request.at("change");
        const unsigned receiver = receiver_of(ports, change);
        settings.change = TrialChange{.change = change_of(change.at("do")),
                                      .receiver = receiver,
                                      .host = host_of(ports, addresses, receiver),
                                      .groups = change.at("groups"),
                                      .at_seconds = change.at("at")};
    }
    return settings;
}

/// Far below what the router polices.
constexpr double kReportsPerSecond = 2000;

[[nodiscard]] Json change_membership(const Ports& ports, const Addresses& addresses, const Json& request) {
    const std::string word = request.at("do");
    const unsigned receiver = receiver_of(ports, request);
    const auto reports = report_frames(host_of(ports, addresses, receiver), change_of(word),
                                       addresses.first_group, request.at("groups"));
    send_reports(ports, receiver, reports, kReportsPerSecond);
    return {{"event", word}, {"reports", reports.size()}};
}

} // namespace

std::uint64_t clock_hz() {
    return rte_get_tsc_hz();
}

std::string obey(const Ports& ports, const Addresses& addresses, const std::string& line) {
    Json answer;
    try {
        const Json request = Json::parse(line);
        const std::string word = request.at("do");
        if (word == "trial") {
            answer = trial_line(run_trial(ports, trial_settings(ports, addresses, request)));
        } else if (word == "drain") {
            answer = {{"event", "drain"}, {"copies", drain(ports, request.at("quiet"))}};
        } else if (word == "join" || word == "leave") {
            answer = change_membership(ports, addresses, request);
        } else {
            answer = {{"event", "error"}, {"what", fmt::format("'{}' is not known", word)}};
        }
    } catch (const std::exception& error) {
        answer = {{"event", "error"}, {"what", error.what()}};
    }
    return answer.dump();
}

} // namespace mcfwd::wire
