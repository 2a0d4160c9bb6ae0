// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A kind of event that this program does not know is shown with all its members.
#include "events.hh"

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "format.hh"

namespace mcfwd::ctl {

namespace {

using nlohmann::json;

volatile std::sig_atomic_t interrupted = 0;

/// SIGINT and SIGTERM end the following, not the program, while this lives.
class Interruption {
  public:
    Interruption() {
        interrupted = 0;
        struct sigaction action{};
        action.sa_handler = [](int) { interrupted = 1; };
        ::sigaction(SIGINT, &action, &before_int_);
        ::sigaction(SIGTERM, &action, &before_term_);
    }
    ~Interruption() {
        ::sigaction(SIGINT, &before_int_, nullptr);
        ::sigaction(SIGTERM, &before_term_, nullptr);
    }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

  private:
    struct sigaction before_int_{};
    struct sigaction before_term_{};
};

/// "14:20:33.123456", local time.
std::string clock_time(const json& event) {
    const json& time = member(event, "time");
    if (!time.is_number() || !(std::abs(time.get<double>()) < 1e11)) {
        return "-";
    }
    const auto microseconds = static_cast<std::int64_t>(std::llround(time.get<double>() * 1e6));
    const std::time_t seconds = microseconds / 1000000;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return fmt::format("{:02}:{:02}:{:02}.{:06}", local.tm_hour, local.tm_min, local.tm_sec,
                       microseconds % 1000000);
}

/// "(10.0.1.2,239.1.1.1)"
std::string key(const json& event) {
    return fmt::format("({},{})", text_at(event, "source"), text_at(event, "group"));
}

std::string where(const json& event, const char* name) {
    const json& next_hop = member(event, "next_hop");
    return text_at(event, name) + (next_hop.is_string() ? " via " + next_hop.get<std::string>() : "");
}

std::string callback(const json& event) {
    std::string text = fmt::format("callback {} -> {}", text_at(event, "callback"), text_at(event, "target"));
    if (!member(event, "group").is_null()) {
        text += ' ' + key(event);
    }
    if (!member(event, "interface").is_null()) {
        text += " on " + where(event, "interface");
    }
    if (member(event, "oifs").is_array()) {
        text += fmt::format(", oifs {}", list_at(event, "oifs"));
    }
    if (!member(event, "upstream").is_null()) {
        text += fmt::format(" from {}", text_at(event, "upstream"));
    }
    if (!member(event, "cause").is_null()) {
        text += fmt::format(" ({})", text_at(event, "cause"));
    }
    return text;
}

std::string ownership(const json& event) {
    const std::string owner = text_at(event, "owner");
    const std::string before = text_at(event, "previous_owner");
    return fmt::format("{}: owner {}{}, igmp {}, {}, {} stale", where(event, "interface"), owner,
                       before == owner ? "" : fmt::format(" (before: {})", before), text_at(event, "igmp"),
                       text_at(event, "phase"), count_at(event, "stale"));
}

std::string membership(const json& event) {
    return fmt::format("membership {} {} on {} by {}", text_at(event, "change"), key(event),
                       where(event, "interface"), text_at(event, "client"));
}

std::string mfe(const json& event) {
    const json& reason = member(event, "reason");
    return fmt::format("entry {} {} iif {} oifs {} {}{}", text_at(event, "change"), key(event),
                       where(event, "iif"), list_at(event, "oifs"), text_at(event, "state"),
                       reason.is_string() ? ": " + reason.get<std::string>() : "");
}

std::string table(const json& event) {
    return fmt::format("version {}: {} ({} commands, {} entries)", text_at(event, "version"),
                       text_at(event, "cause"), count_at(event, "commands"), count_at(event, "entries"));
}

std::string port(const json& event) {
    return fmt::format("{} link {}", text_at(event, "port"), text_at(event, "link"));
}

std::string told(const json& event) {
    constexpr std::pair<const char*, std::string (*)(const json&)> kKinds[] = {
        {"callback", callback}, {"ownership", ownership}, {"membership", membership},
        {"mfe", mfe},           {"table", table},         {"port", port}};
    const std::string kind = text_at(event, "event");
    for (const auto& [name, tell] : kKinds) {
        if (kind == name) {
            return tell(event);
        }
    }
    return event.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string event_line(const json& event) {
    return fmt::format("{}  {:<10}  {}", clock_time(event), text_at(event, "topic"), told(event));
}

Outcome<void> follow_events(Client& client, const json& params, Format format) {
    const Interruption interruption;
    return client.follow(
        "events", params,
        [format](const json& event) {
            const std::string line = format == Format::kJson
                                         ? event.dump(-1, ' ', false, json::error_handler_t::replace)
                                         : event_line(event);
            std::fputs((line + '\n').c_str(), stdout);
            std::fflush(stdout);
        },
        [] { return interrupted == 0 && std::ferror(stdout) == 0; });
}

} // namespace mcfwd::ctl
