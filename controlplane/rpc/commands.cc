// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The table itself, in the order in which `mcfwdctl help` prints it, and the few functions that read it.
#include "commands.hh"

#include <algorithm>
#include <array>
#include <limits>

namespace mcfwd::rpc {

namespace {

using enum ParameterKind;
using enum Presence;
using enum Audience;

constexpr std::int64_t kVersionsKept = 1000;

constexpr Parameter kPageSize{.name = "max",
                              .kind = kInteger,
                              .presence = kOptional,
                              .keyword = "",
                              .help = "entries at most in this answer; as many as sensible if left out",
                              .maximum = kPageLimit,
                              .audience = kPrograms};
constexpr Parameter page_after(std::span<const std::string_view> members) {
    return {.name = "after",
            .kind = kCursor,
            .presence = kOptional,
            .keyword = "",
            .help = "\"next\" of the answer before; the first page if left out",
            .words = members,
            .audience = kPrograms};
}
constexpr std::array<std::string_view, 2> kFlowCursor{"group", "source"};
constexpr std::array<std::string_view, 3> kMfibCursor{"domain", "group", "source"};
constexpr std::array<std::string_view, 5> kMembershipCursor{"interface", "next_hop", "group", "source",
                                                            "handle"};
constexpr std::array<std::string_view, 2> kIgmpCursor{"interface", "group"};
constexpr std::array<std::string_view, 1> kProxyCursor{"group"};
constexpr std::array<std::string_view, 3> kSnoopingCursor{"bridge", "port", "group"};
constexpr std::array<std::string_view, 1> kEventCursor{"sequence"};

constexpr Parameter kOnlyGroup{"group", kGroup, kOptional, "", "only this group"};
constexpr Parameter kOnlySource{"source", kSource, kOptional, "", "only this source; * for the (*,G) entry"};
constexpr Parameter kOnlyInterface{"interface", kInterface, kOptional, "", "only this interface"};
constexpr std::array kFlowFilter{kOnlyGroup, kOnlySource, kPageSize, page_after(kFlowCursor)};
constexpr std::array kMfibFilter{kOnlyGroup, kOnlySource, kPageSize, page_after(kMfibCursor)};
constexpr std::array kMembershipFilter{kOnlyGroup, kOnlySource, kPageSize, page_after(kMembershipCursor)};
constexpr std::array kInterfaceFilter{kOnlyInterface};
constexpr Parameter kWithHosts{"hosts", kFlag, kOptional, "--hosts", "with every host and what it wants"};
constexpr std::array kIgmpFilter{kOnlyInterface, kWithHosts, kPageSize, page_after(kIgmpCursor)};
constexpr std::array kProxyFilter{kOnlyGroup, kPageSize, page_after(kProxyCursor)};
constexpr std::array kBridgeOnly{Parameter{"bridge", kName, kRequired, "", "name of the bridge"}};
constexpr std::array kSnoopingFilter{
    Parameter{"bridge", kName, kOptional, "", "only this bridge"},
    Parameter{"group", kGroup, kOptional, "group", "only this group"},
    kWithHosts,
    kPageSize,
    page_after(kSnoopingCursor),
};
constexpr std::array kExplain{
    Parameter{"group", kMulticast, kRequired, "", "the group"},
    Parameter{"source", kSource, kOptional, "", "its sender; the only known one if left out"},
    Parameter{"at", kPlace, kOptional, "at", "only this interface, bridge or port"},
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
constexpr std::array kRpfSource{
    Parameter{"source", kAddress, kOptional, "", "only the way to this source"},
};
constexpr std::array kRpfRouteAdd{
    Parameter{"prefix", kPrefix, kRequired, "", "where the sources are"},
    Parameter{"interface", kInterface, kRequired, "interface", "interface that their packets come in on"},
    Parameter{"upstream", kAddress, kOptional, "upstream", "neighbour that they come through"},
};
constexpr std::array kRpfRouteDel{
    Parameter{"prefix", kPrefix, kRequired, "", "prefix of the route"},
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

constexpr std::array<std::string_view, 5> kTopics{"membership", "ownership", "mfe", "table", "port"};
constexpr std::array<std::string_view, 1> kBuiltInProtocols{"static"};
constexpr std::array kTopicFilter{
    Parameter{.name = "topic",
              .kind = kWord,
              .presence = kOptional,
              .keyword = "",
              .help = "only this topic",
              .words = kTopics},
    kPageSize,
    page_after(kEventCursor),
};
constexpr std::array kTopicList{
    Parameter{.name = "topics",
              .kind = kWords,
              .presence = kOptional,
              .keyword = "",
              .help = "only these topics; all if left out",
              .words = kTopics},
};
constexpr std::array kOwnership{
    Parameter{"interface", kInterface, kRequired, "", "interface to own or release"},
    Parameter{.name = "protocol",
              .kind = kWord,
              .presence = kRequired,
              .keyword = "--protocol",
              .help = "built-in protocol that takes or releases it",
              .words = kBuiltInProtocols},
};

// Methods of routing protocols in other processes. Positions stand for nothing: programs name parameters.
constexpr std::int64_t kMostHandles = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMostIds = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kLongestRestart = 3600;
constexpr std::int64_t kLongestMfeTimeout = std::int64_t{365} * 24 * 3600;
constexpr std::int64_t kMfePage = 1000;
constexpr std::int64_t kGroupPage = 4000;
constexpr std::array<std::string_view, 2> kMembershipFlags{"join", "forward"};
constexpr std::array<std::string_view, 2> kStatsLevels{"basic", "extended"};
constexpr std::array<std::string_view, 2> kEnumerationTypes{"any_source", "all_sources"};

constexpr Parameter kHandle{"handle", kInteger, kRequired, "", "of mgm.register", kMostHandles};
constexpr Parameter kEnumeration{"enumeration", kInteger, kRequired, "", "of mgm.group_enumeration_start",
                                 kMostHandles};
constexpr Parameter kAt{"interface", kInterface, kRequired, "", "name as in the configuration"};
constexpr Parameter kNextHop{"next_hop", kAddress, kOptional, "",
                             "link of a point-to-multipoint interface; none if left out"};
constexpr Parameter kFlowSource{"source", kSource, kRequired, "", "source of the entry"};
constexpr Parameter kFlowGroup{"group", kGroup, kRequired, "", "group of the entry"};
constexpr Parameter kStats{.name = "stats",
                           .kind = kWord,
                           .presence = kOptional,
                           .keyword = "",
                           .help = "with statistics, extended: also per oif",
                           .words = kStatsLevels};
constexpr Parameter kMostMfes{"max", kInteger, kRequired, "", "entries at most", kMfePage, 0};

constexpr std::array kRegister{
    Parameter{"protocol_id", kInteger, kRequired, "", "number of the protocol; 10 is IGMP", kMostIds, 0},
    Parameter{"component_id", kInteger, kRequired, "", "number of the component", kMostIds, 0},
    Parameter{"name", kName, kRequired, "", "name for people, e.g. pim"},
    Parameter{"restart_time", kSeconds, kOptional, "",
              "how long its state waits for it after its connection ended; 0 if left out", kLongestRestart},
};
constexpr std::array kHandleOnly{kHandle};
constexpr std::array kHandleAndInterface{kHandle, kAt, kNextHop};
constexpr std::array kInterfaceOnly{kAt, kNextHop};
constexpr std::array kMembershipEdit{
    kHandle,
    Parameter{"source", kSource, kRequired, "", "source, or * for any"},
    Parameter{"group", kAnyGroup, kRequired, "", "group, or * for all"},
    kAt,
    Parameter{.name = "flags",
              .kind = kWords,
              .presence = kRequired,
              .keyword = "",
              .help = "join: the membership; forward: the oif of the one entry",
              .words = kMembershipFlags},
    kNextHop,
};
constexpr std::array kFlow{kFlowSource, kFlowGroup};
constexpr std::array kFirstMfe{kMostMfes, kStats};
constexpr std::array kNextMfe{kFlowSource, kFlowGroup, kMostMfes, kStats};
constexpr std::array kFlowStats{kFlowSource, kFlowGroup, kStats};
constexpr std::array kMfeEdit{
    kHandle,
    kFlowSource,
    kFlowGroup,
    Parameter{"upstream", kAddress, kOptional, "", "upstream neighbour; 0.0.0.0 for none"},
    Parameter{"iif", kInterface, kOptional, "", "new incoming interface, one that the caller owns"},
    kNextHop,
    Parameter{"timeout", kSeconds, kOptional, "", "how long the entry stays from now on", kLongestMfeTimeout},
};
constexpr std::array kEnumerate{
    kHandle,
    Parameter{.name = "type",
              .kind = kWord,
              .presence = kRequired,
              .keyword = "",
              .help = "any_source: each group once; all_sources: each (*,*), (*,G) and (S,G) once",
              .words = kEnumerationTypes},
};
constexpr std::array kEnumerateNext{
    kEnumeration,
    Parameter{"max", kInteger, kRequired, "", "groups at most", kGroupPage, 0},
};
constexpr std::array kEnumerationOnly{kEnumeration};

constexpr std::array kCommands{
    Command{"show status", "uptime, versions, sizes and memory of the daemon", kNone, "object"},
    Command{"show ports", "link, driver, packets, errors and XDP counts per port", kNone, "entries"},
    Command{"show workers", "core, load, cycles per packet and table version per worker", kNone, "entries"},
    Command{"show interfaces", "addresses, port, owner and querier per interface", kNone, "entries"},
    Command{"show mfib", "what the workers forward: iif, oifs, packets, rates", kMfibFilter, "entries"},
    Command{"show mfe", "the group manager's view: contributions, vetoes, timers", kFlowFilter, "entries"},
    Command{"show statistics", "packets, copies and what was lost of them, per entry and oif", kFlowFilter,
            "entries"},
    Command{"show ownership", "who owns each interface", kNone, "entries"},
    Command{"show memberships", "who asked for which group where", kMembershipFilter, "entries"},
    Command{"show mroutes", "static multicast routes, of the configuration and of mroute add", kFlowFilter,
            "entries"},
    Command{"show rpf", "the multicast view: routes towards sources, or the one that holds for a source",
            kRpfSource, "entries"},
    Command{"show clients", "registered multicast protocols", kNone, "entries"},
    Command{"show igmp interfaces", "querier state, timers and counters per interface", kInterfaceFilter,
            "entries"},
    Command{"show igmp groups", "groups with members: mode, sources, timers, hosts", kIgmpFilter, "entries"},
    Command{"show igmp proxy", "what the proxy asks for upstream, and because of whom", kProxyFilter,
            "upstream, entries"},
    Command{"show snooping", "bridges: querier, router ports and why, groups per port", kSnoopingFilter,
            "bridges, entries"},
    Command{"explain", "why each interface and port gets a group or does not", kExplain, "object"},
    Command{"show drops", "every reason for which packets and copies were dropped", kNone, "object"},
    Command{"show versions", "history of the forwarding table with causes", kVersionLimit, "entries"},
    Command{"show events", "the last 1,000 events: callbacks, changes, table versions, links", kTopicFilter,
            "entries"},
    Command{"events", "follow the event stream until Ctrl-C", kTopicList,
            "topics; then notifications \"event\""},
    Command{"ownership take", "make the built-in static protocol own an interface", kOwnership, "{}"},
    Command{"ownership release", "make the built-in static protocol release an interface", kOwnership, "{}"},
    Command{"mroute add", "add a static multicast route", kMrouteAdd, "{}"},
    Command{"mroute del", "remove a static multicast route", kMrouteDel, "{}"},
    Command{"rpf_route add", "add a route towards sources beyond the connected subnets", kRpfRouteAdd, "{}"},
    Command{"rpf_route del", "remove a route towards sources", kRpfRouteDel, "{}"},
    Command{"group join", "receive a group on an interface without a host's report", kStaticMember, "{}"},
    Command{"group leave", "undo group join", kStaticMember, "{}"},
    Command{"snooping topology_change", "hosts of a bridge may have moved: ask every port, flood meanwhile",
            kBridgeOnly, "{}"},
    Command{"config check", "validate a configuration file", kConfigFile, "path, valid, errors, warnings"},
    Command{"config show", "the running configuration", kNone, "path, toml"},
    Command{"log level", "tell or set the log level", kLogLevel, "level"},
    Command{"clear counters", "restart all traffic and drop counters from zero", kNone, "{}"},
    Command{"shutdown", "stop the daemon", kNone, "{}"},
    Command{"rpc discover", "list the methods of the control socket", kNone, "methods"},
    Command{"mgm register", "register a routing protocol", kRegister, "handle, restarted", kPrograms},
    Command{"mgm deregister", "end a registration", kHandleOnly, "{}", kPrograms},
    Command{"mgm restart_complete", "after a restart: what was not added again goes", kHandleOnly, "{}",
            kPrograms},
    Command{"mgm take_interface_ownership", "own an interface", kHandleAndInterface, "{}", kPrograms},
    Command{"mgm release_interface_ownership", "release an interface", kHandleAndInterface, "{}", kPrograms},
    Command{"mgm get_protocol_on_interface", "who owns an interface", kInterfaceOnly,
            "protocol_id, component_id, name", kPrograms},
    Command{"mgm add_group_membership", "add a membership or an oif", kMembershipEdit, "{}", kPrograms},
    Command{"mgm delete_group_membership", "delete a membership, or veto an oif", kMembershipEdit, "{}",
            kPrograms},
    Command{"mgm igmp_replay_complete", "a protocol that is IGMP has added all it has", kHandleAndInterface,
            "{}", kPrograms},
    Command{"mgm get_mfe", "one forwarding entry", kFlow, "the entry", kPrograms},
    Command{"mgm get_first_mfe", "forwarding entries from the first on", kFirstMfe, "entries, status",
            kPrograms},
    Command{"mgm get_next_mfe", "forwarding entries after one", kNextMfe, "entries, status", kPrograms},
    Command{"mgm get_mfe_stats", "one forwarding entry with statistics", kFlowStats, "the entry", kPrograms},
    Command{"mgm set_mfe", "upstream neighbour, iif or lifetime of an entry", kMfeEdit, "{}", kPrograms},
    Command{"mgm group_enumeration_start", "begin to list the joined groups", kEnumerate, "enumeration",
            kPrograms},
    Command{"mgm group_enumeration_get_next", "the next groups of the list", kEnumerateNext,
            "entries, status", kPrograms},
    Command{"mgm group_enumeration_end", "end the list", kEnumerationOnly, "{}", kPrograms},
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
    } else if (parameter.kind == kWords) {
        name.pop_back(); // "topics" is TOPIC ...
        name += " ...";
    }
    if (parameter.kind == kFlag) {
        return std::string(parameter.keyword);
    }
    if (parameter.kind == kPlace) {
        return "[" + std::string(parameter.keyword) + "] INTERFACE|PORT";
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
    std::string keywords;
    std::string closing; // optional positions nest: "[GROUP [SOURCE]]"
    for (const Parameter& parameter : parameters) {
        if (parameter.audience == kPrograms && audience == kPeople) {
            continue;
        }
        if (parameter.required()) {
            text += ' ' + placeholder(parameter);
        } else if (parameter.keyword.empty()) {
            text += " [" + placeholder(parameter);
            closing += ']';
        } else {
            (closing.empty() ? text : keywords) += " [" + placeholder(parameter) + ']';
        }
    }
    return text + closing + keywords;
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
    case kSeconds:
        return "seconds";
    case kMulticast:
        return "multicast";
    case kAnyGroup:
        return "any_group";
    case kAddress:
        return "address";
    case kPrefix:
        return "prefix";
    case kName:
        return "name";
    case kPlace:
        return "place";
    case kWord:
        return "word";
    case kWords:
        return "words";
    case kCursor:
        return "cursor";
    case kFlag:
        return "flag";
    }
    return "unknown";
}

std::span<const std::string_view> event_topics() {
    return kTopics;
}

std::span<const std::string_view> log_levels() {
    return kLogLevels;
}

} // namespace mcfwd::rpc
