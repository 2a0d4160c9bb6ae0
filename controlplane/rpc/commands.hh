// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The one table of commands. The daemon checks requests against it and answers rpc.discover from it; mcfwdctl
// parses, completes and explains its command line from it. A command that is not here does not exist.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mcfwd::rpc {

/// What a parameter's value must look like. The JSON form is a string unless said otherwise.
enum class ParameterKind : std::uint8_t {
    kGroup,         ///< a group that routers forward, 224.0.1.0 to 239.255.255.255
    kSource,        ///< a unicast address, or "*" for any source
    kInterface,     ///< name of a configured interface
    kInterfaceList, ///< JSON array of names; on the command line NAME[,NAME...]
    kLevel,         ///< a log level, see `log_levels()`
    kPath,          ///< a file, absolute: the client's working directory is not the daemon's
    kInteger,       ///< JSON integer from `Parameter::minimum` to `Parameter::maximum`
    kSeconds,       ///< JSON number of seconds, 0 to `Parameter::maximum`
    kMulticast,     ///< any multicast address, 224.0.0.0 to 239.255.255.255
    kAnyGroup,      ///< as kGroup, or "*" for all groups
    kAddress,       ///< a unicast address, or "0.0.0.0" for none
    kPrefix,        ///< a unicast prefix without host bits, e.g. "10.9.0.0/16", or "0.0.0.0/0"
    kName,          ///< 1 to 31 letters, digits, "_", "-" or ".", beginning with a letter or digit
    kPlace,         ///< an interface, bridge or port, or "PORT:VLAN"; its keyword may be left out
    kWord,          ///< one of `Parameter::words`
    kFlag,          ///< JSON true or false; on the command line its keyword alone
    kWords,         ///< JSON array of different ones of `Parameter::words`; on the command line WORD ...
    kCursor,        ///< JSON object with the members `Parameter::words`: where a page of a list ended
};

enum class Presence : std::uint8_t { kRequired, kOptional };

/// Who calls a method or uses a parameter. mcfwdctl has commands for those of people only.
enum class Audience : std::uint8_t { kPeople, kPrograms };

struct Parameter {
    std::string_view name; ///< key in `params`
    ParameterKind kind;
    Presence presence;
    std::string_view keyword; ///< word before the value on the command line; empty: by position
    std::string_view help;
    std::int64_t maximum = 0;                     ///< kInteger, kSeconds
    std::int64_t minimum = 1;                     ///< kInteger
    std::span<const std::string_view> words = {}; ///< kWord, kWords, kCursor
    Audience audience = Audience::kPeople;

    [[nodiscard]] constexpr bool required() const { return presence == Presence::kRequired; }
};

struct Command {
    std::string_view words; ///< as typed, e.g. "show igmp groups"
    std::string_view help;  ///< one line
    std::span<const Parameter> parameters;
    std::string_view result; ///< what comes back, one line; README.md has the whole shape
    Audience audience = Audience::kPeople;

    /// JSON-RPC method: the words joined by dots, e.g. "show.igmp.groups".
    [[nodiscard]] std::string method() const;
    /// Syntax for people, e.g. "group join GROUP [source SOURCE] interface INTERFACE".
    [[nodiscard]] std::string usage() const;
    [[nodiscard]] const Parameter* parameter(std::string_view name) const;
};

/// All commands, grouped as people look for them. Lives as long as the program.
[[nodiscard]] std::span<const Command> commands();

/// Null when there is no such method.
[[nodiscard]] const Command* find_method(std::string_view method);

/// "group", "source", ... as rpc.discover names a kind.
[[nodiscard]] std::string_view kind_name(ParameterKind kind);

/// Entries in one answer of a command that lists many.
inline constexpr std::int64_t kPageLimit = 1000;

/// Topics of the event stream.
[[nodiscard]] std::span<const std::string_view> event_topics();

/// Valid values of kLevel, most talkative first.
[[nodiscard]] std::span<const std::string_view> log_levels();

} // namespace mcfwd::rpc
