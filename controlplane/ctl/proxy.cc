// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The upstream in a few lines, then its groups and who wants them.
#include "proxy.hh"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "format.hh"
#include "table.hh"

namespace mcfwd::ctl {

namespace {

using nlohmann::json;

std::string state_text(const json& upstream) {
    const json& state = member(upstream, "state");
    return state == "active"    ? "active"
           : state == "no_link" ? "its port has no link"
                                : "taken by a routing protocol";
}

std::string querier_text_of(const json& upstream) {
    if (!member(upstream, "queried").is_number()) {
        return "no query heard yet";
    }
    return fmt::format("querier {}, heard {} ago",
                       member(upstream, "querier").is_string() ? text_at(upstream, "querier")
                                                               : "without address",
                       duration_at(upstream, "queried"));
}

std::string older_text(const json& upstream) {
    std::string text;
    for (const auto& [version, key] :
         {std::pair{1, "version1_querier_expires"}, std::pair{2, "version2_querier_expires"}}) {
        if (member(upstream, key).is_number()) {
            text += fmt::format(", version {} querier for {} more", version, duration_at(upstream, key));
        }
    }
    return text;
}

/// "all", "all but S", "S1, S2".
std::string wanted_text(const json& membership) {
    const bool exclude = member(membership, "mode") == "exclude";
    const bool listed = !member(membership, "sources").empty();
    const std::string sources = list_at(membership, "sources");
    return !exclude ? sources : listed ? "all but " + sources : "all";
}

std::string from_text(const json& entry) {
    std::string text;
    for (const json& part : member(entry, "from")) {
        text += fmt::format("{}{}{}: {}", text.empty() ? "" : "; ", text_at(part, "interface"),
                            member(part, "for") == "hosts" ? "" : " (routing protocol)", wanted_text(part));
    }
    return text.empty() ? "-" : text;
}

} // namespace

std::string render_proxy(const json& result) {
    const json& upstream = member(result, "upstream");
    if (!upstream.is_object()) {
        return "there is no proxy; [proxy] of the configuration makes one\n";
    }
    std::string text = fmt::format(
        "upstream {}: {}, IGMPv{}{}; {}; robustness {}, query interval {}\n", text_at(upstream, "interface"),
        state_text(upstream), text_at(upstream, "version"), older_text(upstream), querier_text_of(upstream),
        text_at(upstream, "robustness"), duration_at(upstream, "query_interval"));
    text += fmt::format("{} groups, {} with changes still to be repeated\n", count_at(upstream, "groups"),
                        count_at(upstream, "pending_changes"));
    const std::string counters = counters_text(member(upstream, "counters"));
    text += (counters.empty() ? "no packets yet" : counters) + "\n\n";
    Table table({{"GROUP"}, {"SOURCES"}, {"FROM"}});
    for (const json& entry : member(result, "entries")) {
        table.row({text_at(entry, "group"), wanted_text(entry), from_text(entry)});
    }
    return text + table.text();
}

} // namespace mcfwd::ctl
