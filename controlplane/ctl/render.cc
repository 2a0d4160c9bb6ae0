// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Results that are not a plain list of entries, and the choice between all of them.
#include "render.hh"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "entries.hh"
#include "events.hh"
#include "format.hh"
#include "igmp.hh"
#include "proxy.hh"
#include "snooping.hh"
#include "statistics.hh"
#include "table.hh"

namespace mcfwd::ctl {

namespace {

using nlohmann::json;

std::string render_status(const json& status) {
    const json& table = member(status, "table");
    const json& memory = member(status, "memory");
    const json& socket = member(status, "socket");
    std::string text = fmt::format("mcfwd {}, pid {}, up {}\n", text_at(status, "version"),
                                   text_at(status, "pid"), duration_at(status, "uptime"));
    const auto line = [&](std::string_view name, const std::string& value) {
        text += fmt::format("{:<12}{}\n", name, value);
    };
    line("config", text_at(status, "config"));
    line("log level", text_at(status, "log_level"));
    line("table",
         fmt::format("version {}, {} of {} entries, {} refused", text_at(table, "version"),
                     count_at(table, "entries"), count_at(table, "capacity"), count_at(table, "refused")));
    line("workers", count_at(status, "workers"));
    line("ports", fmt::format("{}, {} up", count_at(status, "ports"), count_at(status, "ports_up")));
    line("interfaces", count_at(status, "interfaces"));
    line("groups", count_at(status, "groups"));
    line("memory", fmt::format("{}, table {}, {} of {} packet buffers and {} of {} small ones free",
                               member(memory, "hugepages") == true ? "hugepages" : "no hugepages",
                               number_at(memory, "table_bytes", octets), count_at(memory, "pool_available"),
                               count_at(memory, "pool_buffers"), count_at(memory, "small_available"),
                               count_at(memory, "small_buffers")));
    const json& reserve = member(memory, "reserve");
    line("reserve",
         fmt::format("{} of {} held, {}, {} calls refused, {} tasks given up",
                     number_at(reserve, "held", octets), number_at(reserve, "bytes", octets),
                     text_at(reserve, "state"), count_at(reserve, "refused"), count_at(reserve, "failures")));
    line("events", fmt::format("{} so far, {} followers", count_at(member(status, "events"), "last"),
                               count_at(member(status, "events"), "followers")));
    line("socket", fmt::format("{}, {} open, {} requests, {} slow readers cut off", text_at(socket, "path"),
                               count_at(socket, "connections"), count_at(socket, "requests"),
                               count_at(socket, "slow_readers")));
    return text;
}

std::string reasons(std::string_view title, const json& counts) {
    Table table({{std::string(title)}, {"COUNT", Align::kRight}});
    for (const auto& [reason, count] : counts.items()) {
        table.row({reason, count_at(counts, reason.c_str())});
    }
    return table.text();
}

std::string render_drops(const json& drops) {
    return fmt::format("packets: {} received = {} forwarded + {} punted + {} parked + {} dropped\n",
                       count_at(drops, "received"), count_at(drops, "forwarded"), count_at(drops, "punted"),
                       count_at(drops, "parked"), count_at(drops, "dropped")) +
           reasons("PACKET DROPPED FOR", member(drops, "drops")) +
           fmt::format("\ncopies: {} = {} sent + {} dropped\n", count_at(drops, "copies"),
                       count_at(drops, "sent"), count_at(drops, "copies_dropped")) +
           reasons("COPY DROPPED FOR", member(drops, "copy_drops")) + '\n' +
           reasons("SIGNAL POLICED", member(drops, "signals_policed")) + '\n' +
           reasons("SIGNAL LOST", member(drops, "signals_lost")) +
           fmt::format("\nlosses that show statistics has for no entry: {}\n"
                       "packets of the control thread that no port took: {}\n"
                       "table changes refused for want of room: {}\n",
                       count_at(drops, "losses_without_entry"), count_at(drops, "injected_dropped"),
                       count_at(drops, "table_refused"));
}

std::string render_explain(const json& result) {
    return fmt::format("({}, {}): {}, {}\n", text_at(result, "source"), text_at(result, "group"),
                       member(result, "state") == "none" ? "no routed entry" : text_at(result, "state"),
                       text_at(result, "why")) +
           render_entries("explain", result).value_or("");
}

std::string render_events(const json& result) {
    std::string text;
    for (const json& event : member(result, "entries")) {
        text += event_line(event) + '\n';
    }
    return text;
}

std::string render_methods(const json& result) {
    Table table({{"METHOD"}, {"COMMAND"}, {"WHAT IT DOES"}});
    for (const json& method : member(result, "methods")) {
        table.row({text_at(method, "name"), text_at(method, "usage"), text_at(method, "help")});
    }
    return table.text();
}

std::string render_check(const json& result) {
    std::string text = fmt::format("{}: {}\n", text_at(result, "path"),
                                   member(result, "valid") == true ? "valid" : "not valid");
    for (const char* kind : {"errors", "warnings"}) {
        for (const json& line : member(result, kind)) {
            text += (line.is_string() ? line.get<std::string>() : line.dump()) + '\n';
        }
    }
    return text;
}

/// A change was made, but will not do all that it says.
std::string render_warnings(const json& result) {
    std::string text;
    for (const json& line : member(result, "warnings")) {
        text += fmt::format("warning: {}\n", line.is_string() ? line.get<std::string>() : line.dump());
    }
    return text;
}

struct Renderer {
    std::string_view words;
    std::string (*render)(const json& result);
};

constexpr std::array kRenderers{
    Renderer{"show status", render_status},
    Renderer{"show drops", render_drops},
    Renderer{"show igmp interfaces", render_igmp_interfaces},
    Renderer{"show igmp groups", render_igmp_groups},
    Renderer{"show igmp proxy", render_proxy},
    Renderer{"show snooping", render_snooping},
    Renderer{"show statistics", render_statistics},
    Renderer{"explain", render_explain},
    Renderer{"show events", render_events},
    Renderer{"rpc discover", render_methods},
    Renderer{"config check", render_check},
    Renderer{"mroute add", render_warnings},
    Renderer{"config show", [](const json& result) { return text_at(result, "toml"); }},
    Renderer{"log level", [](const json& result) { return text_at(result, "level") + '\n'; }},
};

} // namespace

std::string render(const rpc::Command& command, const json& result) {
    const auto renderer = std::ranges::find(kRenderers, command.words, &Renderer::words);
    if (renderer != kRenderers.end()) {
        return renderer->render(result);
    }
    return render_entries(command.words, result).value_or("");
}

} // namespace mcfwd::ctl
