// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Field by field comparison; text only for what differs.
#include "tables.hh"

#include <algorithm>

namespace mcfwd::group_manager::test {

namespace {

using test::text;

auto fields(const OwnershipView& v) {
    return std::tie(v.interface, v.owner.name, v.igmp.name, v.phase, v.memberships, v.stale,
                    v.awaiting_replay);
}
auto fields(const MembershipView& v) {
    return std::tie(v.interface, v.key, v.component.name, v.counts_for.name, v.stale, v.announced,
                    v.unconfirmed, v.age);
}
auto fields(const ClientView& v) {
    return std::tie(v.handle, v.name.name, v.name.id, v.igmp, v.interfaces, v.memberships, v.age);
}
auto fields(const OifView& v) {
    return std::tie(v.interface, v.source_group, v.any_source, v.any_group, v.forward, v.vetoed,
                    v.unconfirmed, v.boundary, v.forwarding, v.up_time);
}
auto fields(const MfeView& v) {
    return std::tie(v.flow, v.iif, v.iif_owner.name, v.upstream, v.upstream_chosen, v.route, v.state,
                    v.reason, v.up_time, v.expires_in, v.timeout);
}
auto fields(const OifCounters& v) {
    return std::tie(v.interface, v.packets, v.bytes);
}
auto fields(const MfeStatsView& v) {
    return std::tie(v.counters.packets, v.counters.bytes, v.up_time);
}
auto fields(const DesiredEntry& v) {
    return std::tie(v.flow, v.iif, v.oifs, v.restart_counters);
}
auto fields(const Metrics& m) {
    return std::tie(m.handoff_windows, m.igmp_calls_rejected_in_window, m.stale_swept, m.sweep_timeouts,
                    m.mfe_created, m.mfe_negative, m.mfe_rebuilt, m.mfe_expired, m.duplicate_misses,
                    m.wrongif_alerts, m.wrongif_suppressed, m.publish_count, m.callback_failures);
}

bool same(const MfeView& a, const MfeView& b);
bool same(const MfeStatsView& a, const MfeStatsView& b);
template <typename T>
bool same(const T& a, const T& b) {
    return fields(a) == fields(b);
}
template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
    return std::ranges::equal(a, b, [](const T& one, const T& other) { return same(one, other); });
}
bool same(const MfeView& a, const MfeView& b) {
    return fields(a) == fields(b) && same(a.oifs, b.oifs);
}
bool same(const MfeStatsView& a, const MfeStatsView& b) {
    return same(a.mfe, b.mfe) && fields(a) == fields(b) && same(a.oifs, b.oifs);
}

std::string text(const OwnershipView& v) {
    return fmt::format("{} owner={} igmp={} {} {} members, {} stale, awaiting={}", text(v.interface),
                       v.owner.name, v.igmp.name, phase_name(v.phase), v.memberships, v.stale,
                       v.awaiting_replay);
}
std::string text(const MembershipView& v) {
    return fmt::format("{} {} of {} for {} stale={} announced={} unconfirmed={} age={}", text(v.interface),
                       v.key, v.component.name, v.counts_for.name, v.stale, v.announced, v.unconfirmed,
                       v.age.count());
}
std::string text(const ClientView& v) {
    return fmt::format("{} {} {} interfaces {} members age={}", v.handle, v.name.name, v.interfaces.size(),
                       v.memberships, v.age.count());
}
std::string text(const MfeView& v) {
    std::string line = fmt::format("{} iif={} of {} {} {} upstream={} up={} expires={} timeout={}", v.flow,
                                   text(v.iif), v.iif_owner.name, state_name(v.state), reason_name(v.reason),
                                   v.upstream, v.up_time.count(), v.expires_in.count(), v.timeout.count());
    for (const OifView& oif : v.oifs) {
        line +=
            fmt::format(" {}:{}{}{}{}{}{}{}{}/{}", text(oif.interface), int{oif.source_group},
                        int{oif.any_source}, int{oif.any_group}, int{oif.forward}, int{oif.vetoed},
                        int{oif.unconfirmed}, int{oif.boundary}, int{oif.forwarding}, oif.up_time.count());
    }
    return line;
}
std::string text(const MfeStatsView& v) {
    return fmt::format("{} packets={} up={}", text(v.mfe), v.counters.packets, v.up_time.count());
}
std::string text(const DesiredEntry& v) {
    std::string line = fmt::format("published {} iif={} restart={}", v.flow, text(v.iif), v.restart_counters);
    for (const InterfaceKey& oif : v.oifs) {
        line += " " + text(oif);
    }
    return line;
}
std::string text(const Metrics& m) {
    return fmt::format(
        "windows={} rejected={} swept={} timeouts={} created={} negative={} rebuilt={} expired={} "
        "duplicate={} wrongif={} suppressed={} published={} failures={}",
        m.handoff_windows, m.igmp_calls_rejected_in_window, m.stale_swept, m.sweep_timeouts, m.mfe_created,
        m.mfe_negative, m.mfe_rebuilt, m.mfe_expired, m.duplicate_misses, m.wrongif_alerts,
        m.wrongif_suppressed, m.publish_count, m.callback_failures);
}

template <typename T>
std::string lines(const std::vector<T>& items) {
    std::string all;
    for (const T& item : items) {
        all += "    " + text(item) + "\n";
    }
    return all;
}

template <typename T>
void compare(const char* what, const std::vector<T>& a, const std::vector<T>& b, std::string& all) {
    if (!same(a, b)) {
        all += fmt::format("  {}:\n{}  but expected:\n{}", what, lines(a), lines(b));
    }
}

std::vector<DesiredEntry> values(const std::map<SourceGroup, DesiredEntry>& entries) {
    std::vector<DesiredEntry> list;
    for (const auto& [flow, entry] : entries) {
        list.push_back(entry);
    }
    return list;
}

} // namespace

std::string difference(const Tables& a, const Tables& b) {
    std::string all;
    compare("ownership", a.ownership, b.ownership, all);
    compare("memberships", a.memberships, b.memberships, all);
    compare("clients", a.clients, b.clients, all);
    compare("entries", a.entries, b.entries, all);
    compare("published", values(a.published), values(b.published), all);
    compare("metrics", std::vector{a.metrics}, std::vector{b.metrics}, all);
    if (a.deadline != b.deadline) {
        all += fmt::format("  next deadline {} but expected {}\n",
                           a.deadline ? a.deadline->time_since_epoch().count() : 0,
                           b.deadline ? b.deadline->time_since_epoch().count() : 0);
    }
    if (a.signalling != b.signalling || a.discarded != b.discarded || a.versions != b.versions) {
        all += fmt::format("  {} signalling, {} discarded, {} versions but expected {}, {}, {}\n",
                           a.signalling.size(), a.discarded.size(), a.versions, b.signalling.size(),
                           b.discarded.size(), b.versions);
    }
    return all;
}

std::string difference(const Results& a, const Results& b) {
    std::string all;
    if (a.statuses != b.statuses) {
        const auto list = [](const Results& results) {
            std::string names;
            for (const auto& result : results.statuses) {
                names += fmt::format(" {}", result ? status_name(*result) : "NO_ERROR");
            }
            return names;
        };
        all += fmt::format("  returned{} but expected{}\n", list(a), list(b));
    }
    compare("page", a.entries, b.entries, all);
    compare("page", a.stats, b.stats, all);
    if (a.keys != b.keys) {
        all += fmt::format("  {} groups but expected {}\n", a.keys.size(), b.keys.size());
    }
    return all;
}

std::string text(const Happening& happening) {
    if (!happening.callback) {
        return "publish";
    }
    std::string line =
        fmt::format("{} {} {} {} header={}{}", "IPQTNJ"[happening.target], callback_name(*happening.callback),
                    happening.key, text(happening.interface), happening.header,
                    happening.cause == AlertCause::kEntry ? " entry" : "");
    for (const auto& [oif, igmp] : happening.candidates) {
        line += fmt::format(" {}{}", text(oif), igmp ? "+igmp" : "");
    }
    if (happening.attributed) {
        line += fmt::format(" attr={}/{}", happening.attributed->protocol, happening.attributed->component);
    }
    for (const auto& result : happening.refused) {
        line += fmt::format(" inside={}", result ? status_name(*result) : "NO_ERROR");
    }
    return line;
}

std::string text(const std::vector<Happening>& happenings) {
    std::string all;
    for (const Happening& happening : happenings) {
        all += "    " + text(happening) + "\n";
    }
    return all;
}

} // namespace mcfwd::group_manager::test
