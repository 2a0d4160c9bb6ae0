// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The only file of the tool that knows JSON.
#include "report.hh"

#include <cstdio>
#include <map>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mcfwd::lab {
namespace {

using Json = nlohmann::ordered_json;

void print(const Json& line) {
    const std::string text = line.dump() + '\n';
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

[[nodiscard]] std::string text_of(Ipv4Address address) {
    return address == kAnySource ? "*" : fmt::format("{}", address);
}

[[nodiscard]] Json flow_line(const FlowKey& key, const FlowRecord& flow) {
    return {{"source", text_of(key.source)},
            {"group", text_of(key.group)},
            {"port", key.port},
            {"flow", flow.flow_id},
            {"own", flow.asker == Asker::kThisHost},
            {"received", flow.sequence.received()},
            {"first", flow.sequence.first()},
            {"last", flow.sequence.last()},
            {"lost", flow.sequence.lost()},
            {"duplicated", flow.sequence.duplicated()},
            {"reordered", flow.sequence.reordered()},
            {"wrong", flow.wrong},
            {"first_ns", flow.first_ns},
            {"last_ns", flow.last_ns},
            {"longest_delay_ns", flow.longest_delay_ns}};
}

} // namespace

void report_ready() {
    print({{"event", "ready"}});
}

void report_error(std::string_view what) {
    print({{"event", "error"}, {"what", what}});
}

void report_membership(std::string_view event, Ipv4Address group, Ipv4Address source) {
    print({{"event", event}, {"group", text_of(group)}, {"source", text_of(source)}});
}

void report_first_data(const MembershipWatch::FirstData& first) {
    print({{"event", "first_data"},
           {"group", text_of(first.group)},
           {"source", text_of(first.source)},
           {"report_ns", first.report_ns},
           {"data_ns", first.data_ns}});
}

void report_quiet(const MembershipWatch::Quiet& quiet) {
    print({{"event", "quiet"},
           {"group", text_of(quiet.group)},
           {"source", text_of(quiet.source)},
           {"leave_ns", quiet.leave_ns},
           {"last_data_ns", quiet.last_data_ns},
           {"packets", quiet.packets}});
}

void report_stats(const WireAudit& audit, std::uint64_t missed, std::int64_t now_ns) {
    const WireTotals& totals = audit.totals();
    std::uint64_t lost = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
    std::uint64_t own = 0;
    for (const auto& [key, flow] : audit.flows()) {
        lost += flow.sequence.lost();
        duplicated += flow.sequence.duplicated();
        reordered += flow.sequence.reordered();
        own += flow.asker == Asker::kThisHost ? flow.sequence.received() : 0;
    }
    print({{"event", "stats"},
           {"time_ns", now_ns},
           {"packets", totals.packets},
           {"bytes", totals.bytes},
           {"own", own},
           {"lost", lost},
           {"duplicated", duplicated},
           {"reordered", reordered},
           {"wrong", totals.wrong},
           {"bad_ttl", totals.bad_ttl},
           {"bad_vlan", totals.bad_vlan},
           {"bad_mac", totals.bad_mac},
           {"bad_ip_header", totals.bad_ip_header},
           {"bad_ip_checksum", totals.bad_ip_checksum},
           {"bad_udp_checksum", totals.bad_udp_checksum},
           {"bad_payload", totals.bad_payload},
           {"missed", missed}});
}

void report_flows(const WireAudit& audit) {
    const std::map<FlowKey, FlowRecord> sorted(audit.flows().begin(), audit.flows().end());
    Json lines = Json::array();
    for (const auto& [key, flow] : sorted) {
        lines.push_back(flow_line(key, flow));
    }
    print({{"event", "flows"}, {"flows", std::move(lines)}});
}

void report_sent(std::span<const SendFlow> flows, double seconds) {
    std::uint64_t packets = 0;
    Json lines = Json::array();
    for (const SendFlow& flow : flows) {
        packets += flow.sent;
        lines.push_back({{"source", text_of(flow.source)},
                         {"group", text_of(flow.group)},
                         {"port", flow.port},
                         {"sent", flow.sent}});
    }
    print({{"event", "sent"}, {"packets", packets}, {"seconds", seconds}, {"flows", std::move(lines)}});
}

} // namespace mcfwd::lab
