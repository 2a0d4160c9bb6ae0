// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A bridge among hosts and a real router, with an oracle that knows nothing of IGMP: what every host wants,
// and since when nobody behind a port wants anything. Objections are sentences.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <igmp/router_interface.hh>

#include "bridge_lan.hh"
#include "host_model.hh"
#include "membership_ledger.hh"

namespace mcfwd::igmp::test {

inline constexpr std::array kWorldGroups{Ipv4Address(239, 1, 1, 1), Ipv4Address(239, 1, 1, 2),
                                         Ipv4Address(232, 1, 1, 1)};
inline constexpr std::array kWorldSources{Ipv4Address(10, 9, 0, 1), Ipv4Address(10, 9, 0, 2),
                                          Ipv4Address(10, 9, 0, 3)};

class BridgeWorld {
  public:
    static constexpr unsigned kPorts = 4;
    static constexpr unsigned kRouterPort = 3;

    struct Options {
        bool querier = true;
        bool address = true;
        bool tracked = false;
        Version router_version = Version::kV3;
        bool hurried = false;     ///< the bridge would ask more often than the router does
        bool one_mac = false;     ///< all hosts are behind one MAC
        bool small_table = false; ///< room for three keys
        std::size_t slice = 1000; ///< of the bridge
        std::uint32_t seed = 0;
    };

    explicit BridgeWorld(const Options& options)
        : bridge_(SnoopingBridge::create(bridge_config(options)).value()),
          router_(RouterInterface::create(router_config_of(options)).value()),
          random_(options.seed),
          one_mac_(options.one_mac),
          room_(options.small_table ? 3 : std::numeric_limits<std::size_t>::max()) {
        for (std::uint8_t i = 0; i < 7; ++i) {
            constexpr std::array kVersions{Version::kV3, Version::kV2, Version::kV3, Version::kV1,
                                           Version::kV2, Version::kV3, Version::kV3};
            hosts_.push_back(
                {HostModel({10, 0, 1, static_cast<std::uint8_t>(100 + i)}, i % kPorts, kVersions[i]),
                 {},
                 {}});
        }
        bridge_.start(now_, out_), carry_out();
    }

    // What may happen.
    void want(std::size_t host, Ipv4Address group, const Wish& wish) {
        touch_quiet(hosts_[host].model.port);
        for (const Message& message : hosts_[host].model.want(group, wish, now_)) {
            speak(host, group, message);
        }
    }
    void move(std::size_t host, unsigned to) {
        touch_quiet(hosts_[host].model.port);
        hosts_[host].model.port = to;
        forget(hosts_[host]);
        bridge_.topology_changed(now_, out_), carry_out();
    }
    void link(unsigned of, bool up) {
        bridge_.set_link(port(of), up, now_, out_);
        for (Tracked& host : hosts_) {
            if (host.model.port == of || of == kRouterPort) {
                host.model.port == of ? forget(host) : host.told_router.clear();
            }
        }
        router_asked_ &= of != kRouterPort || up;
        carry_out();
    }
    void restart() {
        bridge_.stop(now_, out_), bridge_.start(now_, out_);
        for (Tracked& host : hosts_) {
            forget(host);
        }
        carry_out();
    }
    void switch_router(bool on) {
        on ? router_.start(now_, router_out_) : router_.stop(now_, router_out_);
        for (Tracked& host : hosts_) {
            host.told_router.clear();
        }
        carry_out();
    }

    /// From event to event. The first objection of any moment.
    std::optional<std::string> wait(Duration time) {
        const Instant end = now_ + time;
        while (true) {
            auto objection = check();
            const Instant next = next_event();
            if (objection || next > end) {
                now_ = end;
                touch_all_quiet();
                happened_ = true;
                bridge_.advance(now_, out_), router_.advance(now_, router_out_), carry_out();
                return objection ? objection : check();
            }
            now_ = std::max(now_, next);
            touch_all_quiet();
            bridge_.advance(now_, out_), router_.advance(now_, router_out_), carry_out();
            answer();
        }
    }

    /// What is wrong at this moment, if anything happened since the last look.
    std::optional<std::string> check() {
        touch_all_quiet();
        if (!std::exchange(happened_, false)) {
            return std::nullopt;
        }
        learn_router();
        if (!table_.agrees_with(bridge_)) {
            return "a list changed that is not among the changed keys";
        }
        for (const Ipv4Address group : kWorldGroups) {
            for (const Ipv4Address source : kWorldSources) {
                if (auto objection = check_flow(group, source)) {
                    return objection;
                }
            }
        }
        return std::nullopt;
    }

  private:
    struct Tracked {
        HostModel model;
        std::set<Ipv4Address>
            told_bridge; ///< groups of which the bridge heard, on the port where the host is
        std::set<Ipv4Address> told_router;
        std::set<Ipv4Address> unheard; ///< groups of which it could not make itself heard
        Instant unknown_since{};
    };

    static SnoopingConfig bridge_config(const Options& options) {
        SnoopingConfig config = snooping_config();
        config.learning_time.reset();
        if (options.hurried) {
            config.query_interval = std::chrono::seconds(20);
        }
        config.slice = options.slice;
        config.querier = options.querier;
        config.address = options.address ? kBridge : Ipv4Address();
        config.fast_leave = options.tracked ? FastLeave::kTracked : FastLeave::kOff;
        return config;
    }
    static RouterConfig router_config_of(const Options& options) {
        RouterConfig config{.address = kQuerier};
        config.version = options.router_version;
        config.fast_leave = options.tracked ? FastLeave::kTracked : FastLeave::kOff;
        config.ssm_range = {{239, 255, 0, 0}, 16}; // versions 1 and 2 may join every group of this world
        return config;
    }

    void forget(Tracked& host) {
        host.told_bridge.clear();
        host.told_router.clear();
        host.unknown_since = now_;
    }

    [[nodiscard]] MacAddress mac_of_host(Ipv4Address address) const {
        return mac_of(one_mac_ ? hosts_.front().model.address : address);
    }
    [[nodiscard]] bool up(unsigned of) const { return bridge_.view(port(of), now_).up; }

    [[nodiscard]] Instant next_event() const {
        Instant next = std::min(bridge_.next_deadline().value_or(Instant::max()),
                                router_.next_deadline().value_or(Instant::max()));
        for (const Tracked& host : hosts_) {
            next = std::min(next, host.model.next_answer());
        }
        return next;
    }

    void answer() {
        for (std::size_t i = 0; i < hosts_.size(); ++i) {
            for (const auto& [group, message] : hosts_[i].model.answers_due(now_)) {
                speak(i, group, message);
            }
        }
    }

    /// A report or leave of a host reaches the bridge, and whoever is behind the same port.
    void speak(std::size_t speaker, Ipv4Address group, const Message& message) {
        const HostModel& from = hosts_[speaker].model;
        const bool is_leave = std::holds_alternative<Leave>(message);
        const bool older = !std::holds_alternative<ReportV3>(message);
        const auto packet = encode(message, from.address, 1500).at(0);
        const bool at_router = from.port == kRouterPort;
        relayed_to_router_ = false;
        if (up(from.port)) {
            bridge_.receive(port(from.port), packet, mac_of_host(from.address),
                            multicast_mac(destination_of(message)), now_, out_);
        }
        if (at_router) {
            router_.receive(packet, mac_of_host(from.address), now_, router_out_);
        }
        const unsigned at = from.port;
        carry_out();
        for (std::size_t i = 0; i < hosts_.size(); ++i) {
            Tracked& host = hosts_[i];
            if (host.model.port != at || is_leave || (i != speaker && !older)) {
                continue; // an older report speaks for everybody behind the port
            }
            if (i != speaker && !host.model.held_back_by(group, now_) && !host.model.wishes[group].any()) {
                continue;
            }
            if (!older && !tells_all(message, host.model.wishes[group])) {
                continue;
            }
            if (up(at)) {
                note(host.told_bridge, group, message, bridge_group(at, group));
                if (!host.told_bridge.contains(group)) {
                    host.unheard.insert(group);
                } else {
                    host.unheard.erase(group);
                }
            }
            if (router_.view(now_).running && (at_router || relayed_to_router_)) {
                note(host.told_router, group, message, router_group(group));
            }
        }
    }

    /// A group with a version 1 member takes no notice of TO_IN (RFC 9776 section 7.3.2), not even of what it
    /// adds.
    static void note(std::set<Ipv4Address>& told, Ipv4Address group, const Message& message,
                     const GroupView& view) {
        const auto* report = std::get_if<ReportV3>(&message);
        if (report != nullptr && report->records.front().type == RecordType::kToInclude &&
            view.version == Version::kV1) {
            told.erase(group);
        } else {
            told.insert(group);
        }
    }
    [[nodiscard]] GroupView bridge_group(unsigned at, Ipv4Address group) const {
        GroupView result;
        bridge_.visit_groups(port(at), now_, group, [&](const GroupView& view) {
            result = view.group == group ? view : result;
            return false;
        });
        return result;
    }
    [[nodiscard]] GroupView router_group(Ipv4Address group) const {
        GroupView result;
        router_.visit_groups(now_, group, [&](const GroupView& view) {
            result = view.group == group ? view : result;
            return false;
        });
        return result;
    }

    /// Whether a report says all that a host wants of its group, or only what changed, or was asked.
    static bool tells_all(const Message& message, const Wish& wish) {
        const GroupRecord& record = std::get<ReportV3>(message).records.front();
        const bool all_listed = record.sources == listed(wish.sources);
        return all_listed && record.type != RecordType::kBlock &&
               (wish.mode == FilterMode::kInclude || record.type == RecordType::kIsExclude ||
                record.type == RecordType::kToExclude);
    }

    /// Puts lists into the table and packets on the links, until nothing is left to do.
    void carry_out() {
        try_refused();
        while (!out_.packets.empty() || !out_.changed.empty() || out_.all_changed || out_.floods_changed ||
               !router_out_.packets.empty()) {
            happened_ = true;
            table_.follow(bridge_, out_);
            refuse_what_finds_no_room();
            const auto relays = std::exchange(out_, {}).packets;
            const auto queries = std::exchange(router_out_, {}).packets;
            for (const Relay& relay : relays) {
                for (const BridgePort to : relay.ports) {
                    deliver(to.value(), relay);
                }
            }
            for (const Transmission& sent : queries) {
                hear_at(kRouterPort, sent.packet);
                if (up(kRouterPort)) {
                    router_asked_ = true;
                    bridge_.receive(port(kRouterPort), sent.packet, mac_of(kQuerier),
                                    multicast_mac(sent.destination), now_, out_);
                }
            }
        }
        happened_ |= !router_out_.changes.empty();
        router_out_ = {};
    }

    void refuse_what_finds_no_room() {
        if (table_.lists.size() <= room_) {
            return;
        }
        SnoopingOutput refused;
        const Ipv4Address last = table_.lists.rbegin()->first.group;
        bridge_.table_full({&last, 1}, true, now_, refused);
        table_.follow(bridge_, refused);
        refuse_what_finds_no_room();
    }
    void try_refused() {
        for (const Ipv4Address group : bridge_.refused_from({}, kWorldGroups.size())) {
            if (table_.lists.size() + bridge_.keys_of(group).size() <= room_) {
                bridge_.table_full({&group, 1}, false, now_, out_);
                table_.follow(bridge_, out_);
            }
        }
    }

    void deliver(unsigned at, const Relay& relay) {
        hear_at(at, relay.packet);
        if (at == kRouterPort) {
            relayed_to_router_ |= relay.source != MacAddress{};
            router_.receive(relay.packet, relay.source, now_, router_out_);
        }
    }

    void hear_at(unsigned at, std::span<const std::byte> packet) {
        const auto parsed = parse(packet);
        const auto* query = parsed ? std::get_if<Query>(&parsed->message) : nullptr;
        for (Tracked& host : hosts_) {
            if (query != nullptr && host.model.port == at) {
                host.model.hear(*query, std::uniform_real_distribution(0.0, 0.99)(random_), now_);
            }
        }
    }

    /// Notes the last moment in which somebody behind a port wanted a flow, or in which nobody asked.
    void touch_quiet(unsigned at) {
        for (std::size_t g = 0; g < kWorldGroups.size(); ++g) {
            for (const Tracked& host : hosts_) {
                const auto wish = host.model.wishes.find(kWorldGroups[g]);
                if (host.model.port == at && wish != host.model.wishes.end() && wish->second.any()) {
                    wanted_until_[at][g] = now_;
                }
            }
            if (bridge_.view(now_).held || bridge_.view(now_).refused_groups > 0) {
                wanted_until_[at][g] = now_;
            }
        }
    }
    void touch_all_quiet() {
        for (unsigned at = 0; at < kPorts; ++at) {
            touch_quiet(at);
        }
        for (unsigned at = 0; at < kPorts; ++at) {
            if (gets_everything(at)) {
                last_router_[at] = now_;
            }
        }
    }

    std::optional<std::string> check_flow(Ipv4Address group, Ipv4Address source) {
        const auto& ports = table_.flow(group, source);
        const auto gets = [&](unsigned at) { return std::ranges::binary_search(ports, port(at)); };
        for (const Tracked& host : hosts_) {
            const auto wish = host.model.wishes.find(group);
            if (wish == host.model.wishes.end() || !wish->second.wants(source) || !up(host.model.port)) {
                continue;
            }
            const bool told = host.told_bridge.contains(group);
            if (!gets(host.model.port) && (told || (!host.unheard.contains(group) &&
                                                    now_ - unknown_since(host) > std::chrono::seconds(11)))) {
                return fmt::format("{} at port {} wants ({}, {}) and does not get it, {}", host.model.address,
                                   host.model.port, source, group,
                                   told ? "though it said so" : "not being asked");
            }
            if (host.told_router.contains(group) && !router_ledger_.forwards(group, source)) {
                return fmt::format("{} wants ({}, {}) and the router does not know", host.model.address,
                                   source, group);
            }
        }
        if (router_.view(now_).running && router_asked_ && up(kRouterPort) && !gets(kRouterPort)) {
            return fmt::format("the router does not get ({}, {})", source, group);
        }
        const std::size_t g =
            static_cast<std::size_t>(std::ranges::find(kWorldGroups, group) - kWorldGroups.begin());
        for (unsigned at = 0; at < kPorts; ++at) {
            if (gets(at) && !gets_everything(at) && now_ - wanted_until_[at][g] > std::chrono::seconds(271)) {
                return fmt::format("nobody at port {} wants ({}, {})", at, source, group);
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool gets_everything(unsigned at) const {
        return std::ranges::binary_search(bridge_.router_ports(), port(at)) ||
               bridge_.view(port(at), now_).learning.has_value();
    }
    [[nodiscard]] Instant unknown_since(const Tracked& host) const {
        return std::max(host.unknown_since, last_router_[host.model.port]);
    }

    void learn_router() {
        router_ledger_ = {};
        std::vector<MembershipChange> all;
        router_.for_each_membership([&](const MembershipChange& change) { all.push_back(change); });
        static_cast<void>(router_ledger_.book(all));
    }

    Instant now_{std::chrono::hours(1)};
    SnoopingBridge bridge_;
    RouterInterface router_;
    std::vector<Tracked> hosts_;
    MirrorTable table_;
    SnoopingOutput out_;
    Output router_out_;
    std::mt19937 random_;
    MembershipLedger router_ledger_;
    bool relayed_to_router_ = false;
    bool happened_ = true;
    bool one_mac_;
    std::size_t room_;
    bool router_asked_ = false; ///< since its port has its link
    std::array<std::array<Instant, kWorldGroups.size()>, kPorts> wanted_until_{};
    std::array<Instant, kPorts> last_router_{};
};

} // namespace mcfwd::igmp::test
