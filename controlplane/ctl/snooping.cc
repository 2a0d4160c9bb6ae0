// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See snooping.hh.
#include "snooping.hh"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "entries.hh"
#include "format.hh"
#include "igmp.hh"
#include "table.hh"

namespace mcfwd::ctl {

namespace {

using nlohmann::json;

std::string querier_text(const json& bridge) {
    if (member(bridge, "is_querier") == true) {
        const bool nameless = !member(bridge, "querier").is_string();
        return fmt::format("querier is this bridge ({}), next query in {}",
                           nameless ? "without address" : text_at(bridge, "querier"),
                           duration_at(bridge, "next_query"));
    }
    if (member(bridge, "querier").is_string()) {
        return fmt::format("querier {}, gone in {} if not heard", text_at(bridge, "querier"),
                           duration_at(bridge, "other_querier_expires"));
    }
    return member(bridge, "held") == true ? "no querier: memberships last until they are left" : "no querier";
}

/// "query 10.0.3.2 (4m10s), static"
std::string routers_text(const json& port) {
    std::string text;
    for (const json& router : member(port, "routers")) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", text_at(router, "why"));
        if (member(router, "address").is_string()) {
            text += ' ' + text_at(router, "address");
        }
        if (member(router, "expires").is_number()) {
            text += fmt::format(" ({})", duration_at(router, "expires"));
        }
    }
    return text.empty() ? "-" : text;
}

/// "router ports", "router ports and p3", "all ports"
std::string unregistered_text(const json& bridge) {
    if (member(bridge, "unregistered") == "flood") {
        return "all ports";
    }
    std::string text = "router ports";
    const char* separator = " and ";
    for (const json& port : member(bridge, "ports")) {
        if (member(port, "unregistered") == true) {
            text += std::exchange(separator, ", ") + text_at(port, "port");
        }
    }
    return text;
}

/// What hosts asked for and limits or access list do not permit.
std::string refused_text(const json& port) {
    std::uint64_t refused = 0;
    for (const char* const reason : {"ignored_access_list", "ignored_host_rate", "ignored_host_group_limit",
                                     "ignored_group_limit", "ignored_source_limit"}) {
        const json& count = member(member(port, "counters"), reason);
        refused += count.is_number_unsigned() ? count.get<std::uint64_t>() : 0;
    }
    return thousands(refused);
}

} // namespace

std::string render_snooping(const json& result) {
    std::string text;
    for (const json& bridge : member(result, "bridges")) {
        text += fmt::format("{}: IGMPv{}, {}; unregistered groups to {}{}\n", text_at(bridge, "bridge"),
                            text_at(bridge, "version"), querier_text(bridge), unregistered_text(bridge),
                            member(bridge, "refused_groups") == 0
                                ? std::string()
                                : fmt::format("; no room for {} groups, so unregistered ones are flooded",
                                              count_at(bridge, "refused_groups")));
        Table table({{"PORT"},
                     {"LINK"},
                     {"GROUPS", Align::kRight},
                     {"HOSTS", Align::kRight},
                     {"REFUSED", Align::kRight},
                     {"LEARNS", Align::kRight},
                     {"ROUTERS"}});
        for (const json& port : member(bridge, "ports")) {
            table.row({text_at(port, "port"), member(port, "up") == true ? "up" : "down",
                       count_at(port, "groups"), count_at(port, "hosts"), refused_text(port),
                       duration_at(port, "learning"), routers_text(port)});
        }
        text += table.text();
        for (const json& port : member(bridge, "ports")) {
            text += counted_text(text_at(port, "port"), member(port, "counters"), member(port, "latency"));
        }
        if (const json& own = member(bridge, "interface"); own.is_object()) {
            text += counted_text(fmt::format("from the interface {}", text_at(own, "interface")),
                                 member(own, "counters"), json());
        }
        text += '\n';
    }
    constexpr std::array kPlaces{PlaceColumn{"BRIDGE", "bridge"}, PlaceColumn{"PORT", "port"}};
    return text + render_entries("show snooping", result).value_or("") + hosts_text(result, kPlaces);
}

} // namespace mcfwd::ctl
