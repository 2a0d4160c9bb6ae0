// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A link with our router on it, on virtual time. Hosts speak through `hear`, time passes through `wait`, and
// what the router did is read back as lines of text with the seconds since the last mark.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <igmp/codec.hh>
#include <igmp/host_table.hh>
#include <igmp/router_interface.hh>

namespace mcfwd::igmp::test {

inline constexpr Ipv4Address kRouter{10, 0, 1, 10};
inline constexpr Ipv4Address kHost{10, 0, 1, 100};
inline constexpr Ipv4Address kOtherHost{10, 0, 1, 101};
inline constexpr Ipv4Address kLower{10, 0, 1, 2}; ///< a router that wins the election
inline constexpr Ipv4Address kG{239, 1, 1, 1};
inline constexpr Ipv4Address kG2{239, 1, 1, 2};
inline constexpr Ipv4Address kSsm{232, 1, 1, 1};
inline constexpr Ipv4Address kA{10, 9, 0, 1};
inline constexpr Ipv4Address kB{10, 9, 0, 2};
inline constexpr Ipv4Address kC{10, 9, 0, 3};

using Lines = std::vector<std::string>;
using Seconds = std::chrono::duration<double>;

inline RouterConfig router_config() {
    return {.address = kRouter};
}

/// Every host has its own.
inline MacAddress mac_of(Ipv4Address host) {
    return {{2, 0, 0, 0, host.octet(2), host.octet(3)}};
}

/// Of another router with the default settings.
inline Query general_query() {
    return {.max_response = std::chrono::seconds(10),
            .robustness = 2,
            .querier_interval = std::chrono::seconds(125)};
}

inline ReportV3 report(RecordType type, Ipv4Address group, std::vector<Ipv4Address> sources = {}) {
    return {.records = {{type, group, std::move(sources)}}};
}

class Lan {
  public:
    explicit Lan(RouterConfig config = router_config())
        : router_(RouterInterface::create(std::move(config)).value()) {}

    /// Starts the router and throws away the startup queries and static joins unless they are what the test
    /// is about.
    void start() { router_.start(now_, out_), collect(); }
    void start_quietly() { start(), wait(std::chrono::seconds(40)), forget(); }

    void hear(const Message& message, Ipv4Address from = kHost) { hear(message, {from, mac_of(from)}); }
    void hear(const Message& message, const Reporter& from) {
        for (const auto& packet : encode(message, from.address, 1500)) {
            hear_octets(packet, from.mac);
        }
    }
    void hear_octets(std::span<const std::byte> packet, MacAddress sender = mac_of(kHost)) {
        router_.receive(packet, sender, now_, out_);
        collect();
    }

    /// Lets time pass from deadline to deadline, as the daemon does.
    void wait(Duration time) {
        const Instant end = now_ + time;
        while (router_.next_deadline() && *router_.next_deadline() <= end) {
            now_ = std::max(now_, *router_.next_deadline());
            router_.advance(now_, out_);
            collect();
        }
        now_ = end;
        router_.advance(now_, out_);
        collect();
    }

    /// Lets time pass in one step, as a daemon that was held up does.
    void jump(Duration time) { now_ += time, router_.advance(now_, out_), collect(); }

    void link_up() { router_.link_up(now_, out_), collect(); }

    /// Clears what happened and sets the zero of the time in lines.
    void forget() { mark_ = now_, changes_.clear(), queries_.clear(), packets_.clear(); }

    /// "0 join * 239.1.1.1", since the last call.
    Lines changes() { return std::exchange(changes_, {}); }
    /// "1 group 239.1.1.1 S", since the last call.
    Lines queries() { return std::exchange(queries_, {}); }
    std::vector<Transmission> packets() { return std::exchange(packets_, {}); }

    /// What `for_each_membership` says, sorted.
    Lines membership() const {
        Lines lines;
        router_.for_each_membership([&](const MembershipChange& change) { lines.push_back(line(change)); });
        std::sort(lines.begin(), lines.end());
        return lines;
    }

    GroupView group(Ipv4Address address) const {
        GroupView result;
        router_.visit_groups(
            now_, address,
            [&](const GroupView& view) {
                result = view;
                return false;
            },
            WithHosts::kYes);
        EXPECT_EQ(result.group, address) << "no such group";
        return result;
    }
    bool has_group(Ipv4Address address) const {
        bool found = false;
        router_.visit_groups(now_, address, [&](const GroupView& view) {
            found = view.group == address;
            return false;
        });
        return found;
    }
    /// "100 exclude 10.9.0.1": last octet, mode and list of every host that is tracked in the group.
    Lines hosts(Ipv4Address address) const {
        Lines lines;
        for (const HostView& host : group(address).hosts) {
            std::string line = fmt::format("{} {}", host.address.octet(3),
                                           host.mode == FilterMode::kInclude ? "include" : "exclude");
            for (const Ipv4Address source : host.sources) {
                line += fmt::format(" {}", source);
            }
            lines.push_back(line);
        }
        return lines;
    }
    std::uint64_t ignored(IgnoreReason reason) const {
        return router_.counters().ignored[static_cast<std::size_t>(reason)];
    }

    RouterInterface& router() { return router_; }
    Instant now() const { return now_; }
    Output& output() { return out_; }

    void collect() {
        const double at = Seconds(now_ - mark_).count();
        for (const MembershipChange& change : out_.changes) {
            changes_.push_back(fmt::format("{} {}", at, line(change)));
        }
        for (const Transmission& sent : out_.packets) {
            const Packet packet = parse(sent.packet).value();
            EXPECT_EQ(packet.destination, sent.destination);
            queries_.push_back(fmt::format("{} {}", at, line(std::get<Query>(packet.message))));
        }
        packets_.insert(packets_.end(), out_.packets.begin(), out_.packets.end());
        out_ = {};
    }

  private:
    static std::string line(const MembershipChange& change) {
        const std::string source = change.source == kAnySource ? "*" : fmt::format("{}", change.source);
        return fmt::format("{} {} {}", membership_event_name(change.event), source, change.group);
    }
    static std::string line(const Query& query) {
        if (query.group.is_unspecified()) {
            return "general";
        }
        std::string text = fmt::format("{} {}", query.sources.empty() ? "group" : "sources", query.group);
        for (const Ipv4Address source : query.sources) {
            text += fmt::format(" {}", source);
        }
        return query.suppress ? text + " S" : text;
    }

    RouterInterface router_;
    Instant now_{std::chrono::hours(1)};
    Instant mark_ = now_;
    Output out_;
    Lines changes_;
    Lines queries_;
    std::vector<Transmission> packets_;
};

} // namespace mcfwd::igmp::test
