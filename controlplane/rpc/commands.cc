// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The table itself, in the order in which `mcfwdctl help` prints it, and the few functions that read it.
#include "commands.hh"

#include <algorithm>
#include <array>

namespace mcfwd::rpc {

namespace {

using enum ParameterKind;
using enum Presence;

constexpr std::int64_t kVersionsKept = 1000;

constexpr std::array kGroupFilter{
    Parameter{"group", kGroup, kOptional, "", "only this group"},
    Parameter{"source", kSource, kOptional, "", "only this source; * for the (*,G) entry"},
};
constexpr std::array kInterfaceFilter{
    Parameter{"interface", kInterface, kOptional, "", "only this interface"},
};
constexpr std::array kVersionLimit{
    Parameter{"limit", kInteger, kOptional, "", "how many, newest first; 20 if left out", kVersionsKept},
};
constexpr std::array kMrouteAdd{
    Parameter{"source", kSource, kRequired, "", "sender, or * for any"},
    Parameter{"group", kGroup, kRequired, "", "group to forward"},
    Parameter{"iif", kInterface, kRequired, "iif", "the only interface its packets may arrive on"},
    Parameter{"oifs", kInterfaceList, kRequired, "oifs", "interfaces to send copies to"},
};
constexpr std::array kMrouteDel{
    Parameter{"source", kSource, kRequired, "", "sender, or * for any"},
    Parameter{"group", kGroup, kRequired, "", "group of the route"},
};
constexpr std::array kStaticMember{
    Parameter{"group", kGroup, kRequired, "", "group to receive"},
    Parameter{"source", kSource, kOptional, "source", "only from this sender"},
    Parameter{"interface", kInterface, kRequired, "interface", "interface where the receivers are"},
};
constexpr std::array kLogLevel{
    Parameter{"level", kLevel, kOptional, "", "new level; left out: tell the present one"},
};
constexpr std::array kConfigFile{
    Parameter{"path", kPath, kRequired, "", "configuration file on the daemon's machine"},
};

constexpr std::span<const Parameter> kNone;

constexpr std::array kCommands{
    Command{"show status", "uptime, versions, sizes and memory of the daemon", kNone, "object"},
    Command{"show ports", "link, driver, packets, errors and XDP counts per port", kNone, "entries"},
    Command{"show workers", "core, load, cycles per packet and table version per worker", kNone, "entries"},
    Command{"show interfaces", "addresses, port, owner and querier per interface", kNone, "entries"},
    Command{"show mfib", "what the workers forward: iif, oifs, packets, rates", kGroupFilter, "entries"},
    Command{"show mfe", "the group manager's view: contributions, vetoes, timers", kGroupFilter, "entries"},
    Command{"show ownership", "who owns each interface", kNone, "entries"},
    Command{"show memberships", "who asked for which group where", kGroupFilter, "entries"},
    Command{"show mroutes", "static multicast routes, of the configuration and of mroute add", kGroupFilter,
            "entries"},
    Command{"show clients", "registered multicast protocols", kNone, "entries"},
    Command{"show igmp interfaces", "querier state, timers and counters per interface", kInterfaceFilter,
            "entries"},
    Command{"show igmp groups", "groups with members: mode, sources, timers", kInterfaceFilter, "entries"},
    Command{"show drops", "every reason for which packets and copies were dropped", kNone, "object"},
    Command{"show versions", "history of the forwarding table with causes", kVersionLimit, "entries"},
    Command{"mroute add", "add a static multicast route", kMrouteAdd, "{}"},
    Command{"mroute del", "remove a static multicast route", kMrouteDel, "{}"},
    Command{"group join", "receive a group on an interface without a host's report", kStaticMember, "{}"},
    Command{"group leave", "undo group join", kStaticMember, "{}"},
    Command{"config check", "validate a configuration file", kConfigFile, "path, valid, errors, warnings"},
    Command{"config show", "the running configuration", kNone, "path, toml"},
    Command{"log level", "tell or set the log level", kLogLevel, "level"},
    Command{"clear counters", "restart all traffic and drop counters from zero", kNone, "{}"},
    Command{"shutdown", "stop the daemon", kNone, "{}"},
    Command{"rpc discover", "list the methods of the control socket", kNone, "methods"},
};

constexpr std::array<std::string_view, 7> kLogLevels{"trace", "debug",    "info", "warn",
                                                     "error", "critical", "off"};

std::string placeholder(const Parameter& parameter) {
    std::string name(parameter.name);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    if (parameter.kind == kInterface) {
        name = "INTERFACE";
    } else if (parameter.kind == kInterfaceList) {
        name = "INTERFACE[,INTERFACE...]";
    }
    return parameter.keyword.empty() ? name : std::string(parameter.keyword) + ' ' + name;
}

} // namespace

std::string Command::method() const {
    std::string dotted(words);
    std::ranges::replace(dotted, ' ', '.');
    return dotted;
}

std::string Command::usage() const {
    std::string text(words);
    std::string closing; // optional positions nest: "[GROUP [SOURCE]]"
    for (const Parameter& parameter : parameters) {
        if (parameter.required()) {
            text += ' ' + placeholder(parameter);
        } else if (parameter.keyword.empty()) {
            text += " [" + placeholder(parameter);
            closing += ']';
        } else {
            text += " [" + placeholder(parameter) + ']';
        }
    }
    return text + closing;
}

const Parameter* Command::parameter(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, &Parameter::name);
    return found == parameters.end() ? nullptr : &*found;
}

std::span<const Command> commands() {
    return kCommands;
}

const Command* find_method(std::string_view method) {
    const auto same = [](char word, char dotted) {
        return word == (dotted == '.' ? ' ' : dotted) && dotted != ' ';
    };
    const auto found = std::ranges::find_if(
        kCommands, [&](const Command& c) { return std::ranges::equal(c.words, method, same); });
    return found == kCommands.end() ? nullptr : &*found;
}

std::string_view kind_name(ParameterKind kind) {
    switch (kind) {
    case kGroup:
        return "group";
    case kSource:
        return "source";
    case kInterface:
        return "interface";
    case kInterfaceList:
        return "interface_list";
    case kLevel:
        return "level";
    case kPath:
        return "path";
    case kInteger:
        return "integer";
    }
    return "unknown";
}

std::span<const std::string_view> log_levels() {
    return kLogLevels;
}

} // namespace mcfwd::rpc
