// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One received message: is it to be believed, and what does it mean.
#include <type_traits>
#include <variant>

#include "router_state.hh"

namespace mcfwd::igmp {

void RouterInterface::State::receive(const Packet& packet, MacAddress sender, Input in) {
    ++counters.received[static_cast<std::size_t>(type_of(packet.message))];
    if (!acceptable(packet)) {
        return;
    }
    std::visit(
        [&](const auto& message) {
            if constexpr (std::is_same_v<std::decay_t<decltype(message)>, Query>) {
                handle(message, packet, in);
            } else {
                handle(message, Reporter{packet.source, sender}, in);
            }
        },
        packet.message);
}

bool RouterInterface::State::acceptable(const Packet& packet) {
    if (config.require_router_alert && !packet.router_alert) {
        ignore(IgnoreReason::kNoRouterAlert);
        return false;
    }
    if (packet.source == config.address) {
        ignore(IgnoreReason::kOwnPacket);
        return false;
    }
    // Hosts without an address report as 0.0.0.0, snooping switches query so (RFC 9776 section 4.2.14, RFC
    // 4541).
    if (!packet.source.is_unspecified() && !packet.source.is_valid_source()) {
        ignore(IgnoreReason::kBadSource);
        return false;
    }
    return true;
}

void RouterInterface::State::handle(const Query& query, const Packet& packet, Input in) {
    if (query.version < config.version) {
        ++counters.older_queries;
    }
    const bool general = query.group.is_unspecified();
    if (packet.destination != kAllSystems && packet.destination != config.address &&
        (general || packet.destination != query.group)) {
        ignore(IgnoreReason::kBadDestination);
        return;
    }
    if (!general) {
        obey(query, in);
        return;
    }
    // One sent to our address alone would make us yield to a router that the others can not hear.
    const auto result =
        packet.destination == kAllSystems ? querier.hear(query, packet.source, in.now) : Election::kNoEffect;
    if (result == Election::kNoEffect) {
        ignore(IgnoreReason::kNotElected);
    } else if (result == Election::kYielded) {
        ++counters.querier_changes;
    }
}

/// A router that does not query takes over the timers that the querier gives hosts (RFC 9776 section 6.6.1).
/// Their length is that of the query: its maximum response time, as often as it is repeated.
void RouterInterface::State::obey(const Query& query, Input in) {
    if (querier.elected()) {
        ignore(IgnoreReason::kNotElected);
        return;
    }
    const auto found = groups.find(query.group);
    if (query.suppress || found == groups.end()) {
        return;
    }
    const Intervals& intervals = querier.intervals();
    const Duration time = query.max_response == Duration::zero()
                              ? intervals.last_member_query_time()
                              : intervals.last_member_query_count * query.max_response;
    Group& group = found->second;
    if (query.sources.empty()) {
        group.filter.lower_group_timer(in.now + time);
    } else {
        group.filter.lower_source_timers(in_order(query.sources), in.now + time);
    }
    rearm(group);
}

void RouterInterface::State::handle(const ReportV1& report, const Reporter& reporter, Input in) {
    if (Group* group = apply({RecordType::kIsExclude, report.group, {}}, reporter, in)) {
        group->older_hosts.v1_until = in.now + querier.intervals().older_host_present_interval();
    }
}

void RouterInterface::State::handle(const ReportV2& report, const Reporter& reporter, Input in) {
    if (Group* group = apply({RecordType::kIsExclude, report.group, {}}, reporter, in)) {
        group->older_hosts.v2_until = in.now + querier.intervals().older_host_present_interval();
    }
}

void RouterInterface::State::handle(const Leave& leave, const Reporter& reporter, Input in) {
    if (config.ssm_range.contains(leave.group)) {
        ignore(IgnoreReason::kSsmRange);
        return;
    }
    apply({RecordType::kToInclude, leave.group, {}}, reporter, in);
}

void RouterInterface::State::handle(const ReportV3& report, const Reporter& reporter, Input in) {
    counters.records += report.records.size();
    ignore(IgnoreReason::kUnknownRecord, report.unknown_records);
    if (report.truncated) {
        ignore(IgnoreReason::kTruncatedReport);
    }
    for (const GroupRecord& record : report.records) {
        apply({record.type, record.group, in_order(record.sources)}, reporter, in);
    }
}

} // namespace mcfwd::igmp
