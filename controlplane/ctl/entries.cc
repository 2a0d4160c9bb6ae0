// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One array per command. A column more is a line more.
#include "entries.hh"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "format.hh"
#include "table.hh"

namespace mcfwd::ctl {

namespace {

using nlohmann::json;
using enum Align;

struct Field {
    std::string_view title;
    const char* key;
    std::string (*cell)(const json& entry, const char* key);
    Align align = kLeft;
};

std::string packet_rate_at(const json& entry, const char* key) {
    return number_at(entry, key, packet_rate);
}
std::string bit_rate_at(const json& entry, const char* key) {
    return number_at(entry, key, bit_rate);
}

std::string percent_at(const json& entry, const char* key) {
    return number_at(entry, key, [](double share) { return fmt::format("{:.1f}%", share * 100); });
}

std::string decimal_at(const json& entry, const char* key) {
    return number_at(entry, key, [](double value) { return fmt::format("{:.1f}", value); });
}

std::string speed_at(const json& entry, const char* key) {
    return number_at(entry, key, [](double megabits) { return bit_rate(megabits * 1e6); });
}

/// Errors of both kinds that a port reports for reception.
std::string rx_errors_at(const json& entry, const char* /*key*/) {
    const json& errors = member(entry, "rx_errors");
    const json& no_buffer = member(entry, "rx_no_buffer");
    return errors.is_number_unsigned() && no_buffer.is_number_unsigned()
               ? thousands(errors.get<std::uint64_t>() + no_buffer.get<std::uint64_t>())
               : "-";
}

std::string xdp_at(const json& entry, const char* key) {
    return count_at(member(entry, "xdp"), key);
}

std::string nanoseconds_at(const json& entry, const char* key) {
    return number_at(entry, key, [](double value) { return duration(value / 1e9); });
}

std::string remote_text_at(const json& entry, const char* key) {
    return text_at(member(entry, "remote"), key);
}
std::string remote_count_at(const json& entry, const char* key) {
    return count_at(member(entry, "remote"), key);
}
std::string remote_duration_at(const json& entry, const char* key) {
    return duration_at(member(entry, "remote"), key);
}
/// "local", or how the connection of a remote one is.
std::string remote_state_at(const json& entry, const char* key) {
    return member(entry, "remote").is_object() ? remote_text_at(entry, key) : "local";
}

/// "lan2(wg) lan3(fwd,veto) lan4(wg,boundary)": contributions, and why an interface gets no copies.
std::string contributions_at(const json& entry, const char* key) {
    std::string text;
    for (const json& oif : member(entry, key)) {
        const bool veto = member(oif, "veto") == true;
        const bool boundary = member(oif, "boundary") == true;
        const bool waits = member(oif, "waits_for_owner") == true;
        const bool unused = member(oif, "effective") == false && !veto && !boundary && !waits;
        text += fmt::format("{}{}({}{}{}{}{})", text.empty() ? "" : " ", text_at(oif, "interface"),
                            list_at(oif, "contributions"), veto ? ",veto" : "", boundary ? ",boundary" : "",
                            waits ? ",waits" : "", unused ? ",unused" : "");
    }
    return text.empty() ? "-" : text;
}

/// "4m10s", or why there is no timer.
std::string source_timer(const json& source) {
    if (member(source, "expires").is_number()) {
        return duration_at(source, "expires");
    }
    return member(source, "static") == true ? "static" : "blocked";
}

/// "10.0.1.2(4m10s)"
std::string sources_at(const json& entry, const char* key) {
    std::string text;
    for (const json& source : member(entry, key)) {
        text +=
            fmt::format("{}{}({})", text.empty() ? "" : " ", text_at(source, "source"), source_timer(source));
    }
    return text.empty() ? "-" : text;
}

std::string querier_role_at(const json& entry, const char* key) {
    return member(entry, key).is_boolean() ? (member(entry, key) == true ? "querier" : "listener") : "-";
}

constexpr std::array kPorts{
    Field{"PORT", "name", text_at},
    Field{"DEVICE", "device", text_at},
    Field{"DRIVER", "driver", text_at},
    Field{"MAC", "mac", text_at},
    Field{"MTU", "mtu", text_at, kRight},
    Field{"LINK", "link", text_at},
    Field{"SPEED", "speed_mbps", speed_at, kRight},
    Field{"RX PACKETS", "rx_packets", count_at, kRight},
    Field{"RX MISSED", "rx_missed", count_at, kRight},
    Field{"RX ERRORS", "", rx_errors_at, kRight},
    Field{"TX PACKETS", "tx_packets", count_at, kRight},
    Field{"TX ERRORS", "tx_errors", count_at, kRight},
    Field{"XDP OURS", "redirected", xdp_at, kRight},
    Field{"XDP KERNEL", "passed", xdp_at, kRight},
    Field{"XDP NO SOCKET", "no_socket", xdp_at, kRight},
};

constexpr std::array kWorkers{
    Field{"WORKER", "worker", text_at, kRight},
    Field{"CORE", "core", text_at, kRight},
    Field{"TABLE", "table_version", text_at, kRight},
    Field{"LOAD", "load", percent_at, kRight},
    Field{"CYCLES/PACKET", "cycles_per_packet", decimal_at, kRight},
    Field{"RECEIVED", "received", count_at, kRight},
    Field{"FORWARDED", "forwarded", count_at, kRight},
    Field{"PUNTED", "punted", count_at, kRight},
    Field{"PARKED", "parked", count_at, kRight},
    Field{"DROPPED", "dropped", count_at, kRight},
    Field{"COPIES", "copies", count_at, kRight},
    Field{"SENT", "sent", count_at, kRight},
    Field{"COPIES DROPPED", "copies_dropped", count_at, kRight},
};

constexpr std::array kInterfaces{
    Field{"INTERFACE", "interface", text_at},
    Field{"PORT", "port", text_at},
    Field{"VLAN", "vlan", text_at, kRight},
    Field{"ADDRESSES", "addresses", list_at},
    Field{"MAC", "mac", text_at},
    Field{"MTU", "mtu", text_at, kRight},
    Field{"LINK", "link", text_at},
    Field{"TTL", "ttl_threshold", text_at, kRight},
    Field{"OWNER", "owner", text_at},
    Field{"QUERIER", "querier", text_at},
};

constexpr std::array kMfib{
    Field{"DOMAIN", "domain", text_at},
    Field{"SOURCE", "source", text_at},
    Field{"GROUP", "group", text_at},
    Field{"IIF", "iif", text_at},
    Field{"OIFS", "oifs", list_at},
    Field{"STATE", "state", text_at},
    Field{"PACKETS", "packets", count_at, kRight},
    Field{"BYTES", "bytes", count_at, kRight},
    Field{"RATE", "packets_per_second", packet_rate_at, kRight},
    Field{"BIT RATE", "bits_per_second", bit_rate_at, kRight},
    Field{"WRONG IIF", "wrong_interface", count_at, kRight},
};

constexpr std::array kMfe{
    Field{"SOURCE", "source", text_at},
    Field{"GROUP", "group", text_at},
    Field{"IIF", "iif", text_at},
    Field{"OWNER", "owner", text_at},
    Field{"UPSTREAM", "upstream_neighbour", text_at},
    Field{"STATE", "state", text_at},
    Field{"REASON", "reason", text_at},
    Field{"AGE", "age", duration_at, kRight},
    Field{"EXPIRES", "expires", duration_at, kRight},
    Field{"OIFS", "oifs", contributions_at},
};

constexpr std::array kOwnership{
    Field{"INTERFACE", "interface", text_at},
    Field{"OWNER", "owner", text_at},
    Field{"IGMP", "igmp", text_at},
    Field{"PHASE", "phase", text_at},
    Field{"NEXT HOP", "next_hop", text_at},
    Field{"MEMBERSHIPS", "memberships", count_at, kRight},
    Field{"STALE", "stale", count_at, kRight},
    Field{"REPLAY DUE", "awaiting_replay", text_at},
    Field{"HANDOFFS", "handoffs", count_at, kRight},
    Field{"LAST WINDOW", "window_last_ns", nanoseconds_at, kRight},
    Field{"LONGEST", "window_max_ns", nanoseconds_at, kRight},
    Field{"REFUSED", "calls_refused", count_at, kRight},
    Field{"SWEPT", "stale_swept", count_at, kRight},
    Field{"SWEEP TIMEOUTS", "sweep_timeouts", count_at, kRight},
};

constexpr std::array kMemberships{
    Field{"SOURCE", "source", text_at},       Field{"GROUP", "group", text_at},
    Field{"INTERFACE", "interface", text_at}, Field{"NEXT HOP", "next_hop", text_at},
    Field{"WANTED BY", "client", text_at},    Field{"COUNTS FOR", "counts_for", text_at},
    Field{"STALE", "stale", text_at},         Field{"OWNER TOLD", "announced", text_at},
    Field{"AGE", "age", duration_at, kRight},
};

constexpr std::array kMroutes{
    Field{"SOURCE", "source", text_at},
    Field{"GROUP", "group", text_at},
    Field{"IIF", "iif", text_at},
    Field{"OIFS", "oifs", list_at},
};

constexpr std::array kRpf{
    Field{"PREFIX", "prefix", text_at},
    Field{"INTERFACE", "interface", text_at},
    Field{"UPSTREAM", "upstream", text_at},
    Field{"KIND", "kind", text_at},
};

constexpr std::array kClients{
    Field{"NAME", "name", text_at},
    Field{"PROTOCOL", "protocol_id", text_at, kRight},
    Field{"COMPONENT", "component_id", text_at, kRight},
    Field{"MEMBERSHIPS", "memberships", count_at, kRight},
    Field{"AGE", "age", duration_at, kRight},
    Field{"WHERE", "state", remote_state_at},
    Field{"PID", "pid", remote_text_at, kRight},
    Field{"UID", "uid", remote_text_at, kRight},
    Field{"RESTART TIME", "restart_time", remote_duration_at, kRight},
    Field{"EXPIRES", "expires", remote_duration_at, kRight},
    Field{"NOTIFICATIONS", "notifications_sent", remote_count_at, kRight},
    Field{"QUEUED", "notifications_queued", remote_count_at, kRight},
    Field{"INTERFACES", "interfaces", list_at},
};

constexpr std::array kIgmpInterfaces{
    Field{"INTERFACE", "interface", text_at},
    Field{"ENABLED", "enabled", text_at},
    Field{"VERSION", "version", text_at, kRight},
    Field{"QUERIER", "querier", text_at},
    Field{"ROLE", "is_querier", querier_role_at},
    Field{"NEXT QUERY", "next_query", duration_at, kRight},
    Field{"OTHER EXPIRES", "other_querier_expires", duration_at, kRight},
    Field{"ADVERTISES", "next_advertisement", duration_at, kRight},
    Field{"INTERVAL", "query_interval", duration_at, kRight},
    Field{"RESPONSE", "query_response_interval", duration_at, kRight},
    Field{"ROBUSTNESS", "robustness", text_at, kRight},
    Field{"GROUPS", "groups", count_at, kRight},
    Field{"V1 GROUPS", "version1_groups", count_at, kRight},
    Field{"HOSTS", "hosts", count_at, kRight},
};

constexpr std::array kIgmpGroups{
    Field{"INTERFACE", "interface", text_at},
    Field{"GROUP", "group", text_at},
    Field{"MODE", "mode", text_at},
    Field{"VERSION", "version", text_at, kRight},
    Field{"EXPIRES", "expires", duration_at, kRight},
    Field{"HOSTS", "host_count", count_at, kRight},
    Field{"LAST REPORTER", "last_reporter", text_at},
    Field{"STATIC", "static", text_at},
    Field{"SOURCES", "sources", sources_at},
};

constexpr std::array kSnoopingGroups{
    Field{"BRIDGE", "bridge", text_at},
    Field{"PORT", "port", text_at},
    Field{"GROUP", "group", text_at},
    Field{"MODE", "mode", text_at},
    Field{"VERSION", "version", text_at, kRight},
    Field{"EXPIRES", "expires", duration_at, kRight},
    Field{"HOSTS", "host_count", count_at, kRight},
    Field{"LAST REPORTER", "last_reporter", text_at},
    Field{"SOURCES", "sources", sources_at},
};

constexpr std::array kExplain{
    Field{"BRIDGE", "bridge", text_at},
    Field{"WHERE", "at", text_at},
    Field{"GETS IT", "gets", text_at},
    Field{"WHY", "why", text_at},
};

constexpr std::array kVersions{
    Field{"VERSION", "version", text_at, kRight},
    Field{"AGE", "age", duration_at, kRight},
    Field{"COMMANDS", "commands", count_at, kRight},
    Field{"ENTRIES", "entries", count_at, kRight},
    Field{"WAITED", "waited", duration_at, kRight},
    Field{"GRACE", "grace", duration_at, kRight},
    Field{"CAUSE", "cause", text_at},
};

struct Shape {
    std::string_view words;
    std::span<const Field> fields;
};

constexpr std::array kShapes{
    Shape{"show ports", kPorts},
    Shape{"show workers", kWorkers},
    Shape{"show interfaces", kInterfaces},
    Shape{"show mfib", kMfib},
    Shape{"show mfe", kMfe},
    Shape{"show ownership", kOwnership},
    Shape{"show memberships", kMemberships},
    Shape{"show mroutes", kMroutes},
    Shape{"show rpf", kRpf},
    Shape{"show clients", kClients},
    Shape{"show igmp interfaces", kIgmpInterfaces},
    Shape{"show igmp groups", kIgmpGroups},
    Shape{"show snooping", kSnoopingGroups},
    Shape{"explain", kExplain},
    Shape{"show versions", kVersions},
};

} // namespace

std::optional<std::string> render_entries(std::string_view words, const json& result) {
    const auto shape = std::ranges::find(kShapes, words, &Shape::words);
    if (shape == kShapes.end()) {
        return std::nullopt;
    }
    std::vector<Column> columns;
    for (const Field& field : shape->fields) {
        columns.push_back({std::string(field.title), field.align});
    }
    Table table(std::move(columns));
    for (const json& entry : member(result, "entries")) {
        std::vector<std::string> cells;
        for (const Field& field : shape->fields) {
            cells.push_back(field.cell(entry, field.key));
        }
        table.row(std::move(cells));
    }
    return table.text();
}

} // namespace mcfwd::ctl
