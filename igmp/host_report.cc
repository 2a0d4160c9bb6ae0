// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a host says: unsolicited reports and their repeats, and answers, in the version of the querier.
#include <algorithm>
#include <utility>

#include "host_state.hh"
#include "wire.hh"

namespace mcfwd::igmp {

namespace {

constexpr Duration kUnsolicitedInterval = std::chrono::seconds(1);       // RFC 9776 section 8.11
constexpr Duration kOlderUnsolicitedInterval = std::chrono::seconds(10); // RFC 2236 section 8.10

std::size_t octets_of(const HostGroup& group) {
    return wire::kRecord + 4 * group.state.sources.size();
}

} // namespace

Duration HostInterface::State::unsolicited_report_interval() const {
    return config.unsolicited_report_interval.value_or(mode == Version::kV3 ? kUnsolicitedInterval
                                                                            : kOlderUnsolicitedInterval);
}

Duration HostInterface::State::delay(Duration limit) {
    return limit > Duration(1) ? random(limit) : Duration(1); // a query may announce a time of 0
}

void HostInterface::State::send(const Message& message, Output& out) {
    const Ipv4Address destination = destination_of(message);
    for (auto& packet : encode(message, config.address, config.mtu)) {
        ++counters.sent[static_cast<std::size_t>(type_of(message))];
        out.packets.push_back({destination, std::move(packet)});
    }
}

void HostInterface::State::tell(const std::set<Ipv4Address>& changed, Instant now, Output& out) {
    ReportV3 report;
    for (const Ipv4Address address : changed) {
        HostGroup& group = groups.at(address);
        if (mode == Version::kV3) {
            group.change.report(address, group.state, report.records);
        } else {
            tell_older(group, out);
        }
        if (mode == Version::kV3 ? group.change.pending() : group.repeats > 0) {
            repeat.insert(address);
        } else {
            tidy(address);
        }
    }
    if (!report.records.empty()) {
        send(std::move(report), out);
    }
    if (!repeat.empty() && !repeat_at) {
        repeat_at = now + delay(unsolicited_report_interval());
    }
}

void HostInterface::State::tell_older(HostGroup& group, Output& out) {
    if (group.repeats == 0) {
        return;
    }
    --group.repeats;
    if (mode == Version::kV1) {
        if (!group.state.empty()) {
            send(ReportV1{group.address}, out);
        }
    } else if (group.state.empty()) {
        send(Leave{group.address}, out);
    } else {
        send(ReportV2{group.address}, out);
    }
}

void HostInterface::State::answer_groups(Instant now, Output& out) {
    ReportV3 report;
    while (!answers.empty() && answers.earliest() <= now) {
        HostGroup& group = answers.first();
        answers.disarm(group);
        const std::vector<Ipv4Address> asked = std::exchange(group.asked, {});
        GroupRecord record;
        if (mode == Version::kV3) {
            if (current_state(group.address, group.state, asked, record)) {
                report.records.push_back(std::move(record));
            }
        } else if (!group.state.empty()) {
            send(mode == Version::kV1 ? Message(ReportV1{group.address}) : Message(ReportV2{group.address}),
                 out);
        }
        tidy(group.address);
    }
    if (!report.records.empty()) {
        send(std::move(report), out);
    }
}

void HostInterface::State::answer_general(Instant now, Output& out) {
    const std::size_t room = config.mtu - wire::kOurIpHeader - wire::kShortMessage;
    if (!general->begun) {
        std::size_t octets = 0;
        for (const auto& [address, group] : groups) {
            octets += octets_of(group);
        }
        const auto packets = static_cast<Duration::rep>(octets / room + 1);
        general->begun = true;
        general->step = (general->end - general->at) / packets;
    }
    ReportV3 report;
    std::size_t octets = 0;
    auto at = groups.lower_bound(general->next);
    for (; at != groups.end(); ++at) {
        octets += octets_of(at->second);
        if (octets > room && !report.records.empty()) {
            break;
        }
        GroupRecord record;
        if (current_state(at->first, at->second.state, {}, record)) {
            report.records.push_back(std::move(record));
        }
        at->second.asked.clear(); // a pending answer about it tells all as well
    }
    if (!report.records.empty()) {
        send(std::move(report), out);
    }
    if (at == groups.end()) {
        general.reset();
    } else {
        general->next = at->first;
        general->at = std::max(general->at + general->step, now);
    }
}

void HostInterface::State::tidy(Ipv4Address address) {
    const auto at = groups.find(address);
    if (at == groups.end() || !at->second.state.empty() || at->second.change.pending() ||
        at->second.repeats > 0) {
        return;
    }
    answers.disarm(at->second);
    fresh.erase(address);
    repeat.erase(address);
    groups.erase(at);
}

} // namespace mcfwd::igmp
