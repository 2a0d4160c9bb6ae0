// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See igmp.hh.
#include "igmp.hh"

#include <array>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "entries.hh"
#include "format.hh"
#include "table.hh"

namespace mcfwd::ctl {

using nlohmann::json;

std::string counted_text(const std::string& name, const json& counters, const json& latency) {
    const std::string counted = counters_text(counters);
    std::string text = fmt::format("{}: {}\n", name, counted.empty() ? "no packets yet" : counted);
    if (const std::string times = latency_text(latency); !times.empty()) {
        text += fmt::format("{}: in force after: {}\n", name, times);
    }
    return text;
}

std::string hosts_text(const json& result, std::span<const PlaceColumn> places) {
    std::vector<Column> columns;
    for (const PlaceColumn& place : places) {
        columns.push_back({place.first});
    }
    for (const Column& column :
         {Column{"GROUP"}, Column{"HOST"}, Column{"MAC"}, Column{"VERSION", Align::kRight}, Column{"MODE"},
          Column{"HEARD", Align::kRight}, Column{"EXPIRES", Align::kRight}, Column{"SOURCES"}}) {
        columns.push_back(column);
    }
    Table table(std::move(columns));
    bool any = false;
    for (const json& entry : member(result, "entries")) {
        for (const json& host : member(entry, "hosts")) {
            any = true;
            std::vector<std::string> row;
            for (const PlaceColumn& place : places) {
                row.push_back(text_at(entry, place.second));
            }
            row.insert(row.end(),
                       {text_at(entry, "group"), text_at(host, "address"), text_at(host, "mac"),
                        text_at(host, "version"), text_at(host, "mode"), duration_at(host, "heard"),
                        duration_at(host, "expires"), list_at(host, "sources")});
            table.row(std::move(row));
        }
    }
    return any ? '\n' + table.text() : std::string();
}

std::string render_igmp_interfaces(const json& result) {
    std::string text = render_entries("show igmp interfaces", result).value_or("");
    for (const json& entry : member(result, "entries")) {
        text +=
            counted_text(text_at(entry, "interface"), member(entry, "counters"), member(entry, "latency"));
    }
    return text;
}

std::string render_igmp_groups(const json& result) {
    constexpr std::array kPlaces{PlaceColumn{"INTERFACE", "interface"}};
    return render_entries("show igmp groups", result).value_or("") + hosts_text(result, kPlaces);
}

} // namespace mcfwd::ctl
