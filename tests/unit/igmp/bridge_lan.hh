// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A snooping bridge with its ports, on virtual time. Hosts and routers speak through `hear`, time passes
// through `wait`, and what the bridge did is read back as lines of text with the seconds since the last mark.
// A table that follows nothing but the changed keys is compared with the bridge after every step.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <igmp/codec.hh>
#include <igmp/snooping_bridge.hh>

#include "lan.hh"
#include "mirror_table.hh"
#include "octets.hh"

namespace mcfwd::igmp::test {

inline constexpr Ipv4Address kBridge{10, 0, 1, 50};
inline constexpr Ipv4Address kQuerier{10, 0, 1, 1};
inline constexpr Ipv4Address kSecondRouter{10, 0, 1, 2};

/// Four ports, none of them a router port; asks from an address if nobody else does.
inline SnoopingConfig snooping_config() {
    SnoopingConfig config;
    config.ports = 4;
    config.address = kBridge;
    config.learning_time = Duration::zero();
    return config;
}

inline BridgePort port(unsigned index) {
    return BridgePort(static_cast<std::uint16_t>(index));
}

inline Query query_of(Version version = Version::kV3) {
    Query query{.version = version, .max_response = std::chrono::seconds(10)};
    if (version == Version::kV3) {
        query.robustness = 2;
        query.querier_interval = std::chrono::seconds(125);
    }
    return query;
}

inline Query query_about(Ipv4Address group, std::vector<Ipv4Address> sources = {}) {
    Query query = query_of();
    query.max_response = std::chrono::seconds(1);
    query.group = group;
    query.sources = std::move(sources);
    return query;
}

inline std::string text_of(const std::vector<BridgePort>& ports) {
    return fmt::format("{}", fmt::join(ports, ","));
}

class BridgeLan {
  public:
    explicit BridgeLan(SnoopingConfig config = snooping_config())
        : bridge_(SnoopingBridge::create(std::move(config)).value()) {}

    void start() { bridge_.start(now_, out_), collect(); }
    /// Without what happens in the first 40 seconds.
    void start_quietly() { start(), wait(std::chrono::seconds(40)), forget(); }

    void hear(unsigned from, const Message& message, Ipv4Address sender = kHost) {
        for (const auto& packet : encode(message, sender, 1500)) {
            hear_octets(from, packet, sender, destination_of(message));
        }
    }
    void hear_octets(unsigned from, std::span<const std::byte> packet, Ipv4Address sender = kHost,
                     Ipv4Address group = kAllSystems) {
        bridge_.receive(port(from), packet, mac_of(sender), multicast_mac(group), now_, out_);
        collect();
    }
    void send_local(const Message& message, Ipv4Address sender) {
        for (const auto& packet : encode(message, sender, 1500)) {
            bridge_.send_local(packet, mac_of(sender), multicast_mac(destination_of(message)), now_, out_);
            collect();
        }
    }
    void hear_pim(unsigned from, const Octets& packet) {
        bridge_.hear_pim(port(from), packet, now_, out_), collect();
    }
    void link(unsigned of, bool up) { bridge_.set_link(port(of), up, now_, out_), collect(); }
    void topology_changed() { bridge_.topology_changed(now_, out_), collect(); }
    void table_full(Ipv4Address group, bool full) {
        bridge_.table_full({&group, 1}, full, now_, out_), collect();
    }
    void stop() { bridge_.stop(now_, out_), collect(); }

    void add_static(unsigned at, StaticGroup entry) {
        EXPECT_TRUE(bridge_.add_static(port(at), entry, now_, out_).has_value());
        collect();
    }
    void remove_static(unsigned at, StaticGroup entry) {
        EXPECT_TRUE(bridge_.remove_static(port(at), entry, now_, out_).has_value());
        collect();
    }

    /// Lets time pass from deadline to deadline, as the daemon does.
    void wait(Duration time) {
        const Instant end = now_ + time;
        while (bridge_.next_deadline() && *bridge_.next_deadline() <= end) {
            now_ = std::max(now_, *bridge_.next_deadline());
            bridge_.advance(now_, out_);
            collect();
        }
        jump(end - now_);
    }
    /// Lets time pass in one step, as a daemon that was held up does.
    void jump(Duration time) { now_ += time, bridge_.advance(now_, out_), collect(); }
    void forget() { mark_ = now_, sent_.clear(); }

    /// "0 general from 10.0.1.50 to 0,1,2", "0 relayed report_v2 239.1.1.1 to 3", since the last call.
    Lines sent() { return std::exchange(sent_, {}); }
    /// The ports that get a packet, as the table has it: "0,2".
    std::string flow(Ipv4Address group, Ipv4Address source = kC) const {
        return text_of(table_.flow(group, source));
    }
    /// "* 239.1.1.1 to 0,2", of everything in the table.
    Lines table() const {
        Lines lines;
        for (const auto& [key, ports] : table_.lists) {
            const auto source = key.source == kAnySource ? "*" : fmt::to_string(key.source);
            lines.push_back(fmt::format("{} {} to {}", source, key.group, text_of(ports)));
        }
        return lines;
    }
    std::string routers() const { return text_of(bridge_.router_ports()); }

    GroupView group(unsigned at, Ipv4Address address) const {
        GroupView result;
        bridge_.visit_groups(
            port(at), now_, address,
            [&](const GroupView& view) {
                result = view;
                return false;
            },
            WithHosts::kYes);
        EXPECT_EQ(result.group, address) << "no such group";
        return result;
    }

    SnoopingBridge& bridge() { return bridge_; }
    const SnoopingCounters& counters(unsigned of) const { return bridge_.counters(port(of)); }
    std::uint64_t ignored(unsigned at, IgnoreReason reason) const {
        return counters(at).igmp.ignored[static_cast<std::size_t>(reason)];
    }
    SnoopingView view() const { return bridge_.view(now_); }
    Instant now() const { return now_; }
    std::vector<Relay> packets() { return std::exchange(packets_, {}); }

  private:
    void collect() {
        for (const Relay& relay : out_.packets) {
            sent_.push_back(fmt::format("{} {}", Seconds(now_ - mark_).count(), line(relay)));
        }
        packets_.insert(packets_.end(), out_.packets.begin(), out_.packets.end());
        table_.follow(bridge_, out_);
        EXPECT_TRUE(table_.agrees_with(bridge_)) << "a changed list was not among the changed keys";
        out_ = {};
    }

    static std::string line(const Relay& relay) {
        const bool relayed = relay.source != MacAddress{};
        const auto packet = parse(relay.packet);
        if (!packet) {
            return fmt::format("{}other to {}", relayed ? "relayed " : "", text_of(relay.ports));
        }
        const std::string what =
            std::visit([](const auto& message) { return line_of(message); }, packet->message);
        return relayed ? fmt::format("relayed {} to {}", what, text_of(relay.ports))
                       : fmt::format("{} from {} to {}", what, packet->source, text_of(relay.ports));
    }
    static std::string line_of(const Query& query) {
        std::string text = query.group.is_unspecified() ? "general"
                           : query.sources.empty()      ? "group"
                                                        : "sources";
        text += query.version == Version::kV3 ? "" : fmt::format(" v{}", static_cast<int>(query.version));
        text += query.group.is_unspecified() ? "" : fmt::format(" {}", query.group);
        for (const Ipv4Address source : query.sources) {
            text += fmt::format(" {}", source);
        }
        return query.suppress ? text + " S" : text;
    }
    static std::string line_of(const ReportV1& report) { return fmt::format("report_v1 {}", report.group); }
    static std::string line_of(const ReportV2& report) { return fmt::format("report_v2 {}", report.group); }
    static std::string line_of(const Leave& leave) { return fmt::format("leave {}", leave.group); }
    static std::string line_of(const ReportV3& report) {
        return report.records.empty() ? "report_v3"
                                      : fmt::format("report_v3 {}", report.records.front().group);
    }

    SnoopingBridge bridge_;
    Instant now_{std::chrono::hours(1)};
    Instant mark_ = now_;
    SnoopingOutput out_;
    MirrorTable table_;
    Lines sent_;
    std::vector<Relay> packets_;
};

} // namespace mcfwd::igmp::test
