// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A snooping bridge under arbitrary frames, links, time steps and operator commands. Whatever happens, a
// table that follows its changes is right, its timers lie ahead, and what it sends goes where it may.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

#include <igmp/codec.hh>
#include <igmp/discovery.hh>
#include <igmp/snooping_bridge.hh>

#include "any_message.hh"
#include "mirror_table.hh"
#include "octets.hh"

namespace {

using namespace mcfwd;
using namespace mcfwd::igmp;
using namespace mcfwd::igmp::fuzz;

constexpr std::uint16_t kPorts = 3;
constexpr Ipv4Address kOwn{10, 0, 1, 10};
constexpr MacAddress kHostMac{{2, 0, 0, 0, 0, 1}};

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

SnoopingConfig any_config(FuzzedDataProvider& data) {
    SnoopingConfig config;
    config.ports = kPorts;
    config.address = data.ConsumeBool() ? kOwn : Ipv4Address();
    config.querier = data.ConsumeBool();
    config.local_router = data.ConsumeBool();
    config.flood_unregistered = data.ConsumeBool();
    config.require_router_alert = data.ConsumeBool();
    if (data.ConsumeBool()) {
        config.router_ports = {BridgePort(data.ConsumeIntegralInRange<std::uint16_t>(0, kPorts - 1))};
    }
    if (data.ConsumeBool()) {
        config.unregistered_ports = {BridgePort(data.ConsumeIntegralInRange<std::uint16_t>(0, kPorts - 1))};
    }
    config.version = static_cast<Version>(data.ConsumeIntegralInRange(1, 3));
    config.fast_leave = data.PickValueInArray({FastLeave::kOff, FastLeave::kTracked, FastLeave::kAlways});
    config.max_groups = data.ConsumeIntegralInRange<std::size_t>(0, 3);
    config.max_sources = data.ConsumeIntegralInRange<std::size_t>(0, 3);
    config.max_tracked = data.PickValueInArray<std::size_t>({1, 5, 1000});
    return config;
}

class Run {
  public:
    explicit Run(FuzzedDataProvider& data)
        : data_(data),
          bridge_(SnoopingBridge::create(any_config(data)).value()) {
        table_.unregistered = bridge_.unregistered_ports();
        bridge_.start(now_, out_);
        check(std::nullopt);
    }

    void step() {
        const BridgePort port(data_.ConsumeIntegralInRange<std::uint16_t>(0, kPorts - 1));
        std::optional<BridgePort> from;
        switch (data_.ConsumeIntegralInRange(0, 11)) {
        case 0:
            now_ += std::chrono::milliseconds(data_.ConsumeIntegralInRange(0, 600'000));
            bridge_.advance(now_, out_);
            break;
        case 1:
            now_ = std::max(now_,
                            std::min(bridge_.next_deadline().value_or(now_), now_ + std::chrono::hours(1)));
            bridge_.advance(now_, out_);
            break;
        case 2:
            bridge_.set_link(port, data_.ConsumeBool(), now_, out_);
            break;
        case 3:
            data_.ConsumeBool() ? bridge_.topology_changed(now_, out_) : restart();
            break;
        case 4:
            change_static(port, {any_group(data_), data_.ConsumeBool() ? kAnySource : any_source(data_)});
            break;
        case 5:
            bridge_.table_full(std::array{any_group(data_)}, data_.ConsumeBool(), now_, out_);
            break;
        case 6:
            hear_octets(port);
            from = port;
            break;
        case 7:
            bridge_.hear_pim(port, any_pim(), now_, out_);
            break;
        case 8:
            for (const auto& packet : encode(any_message(data_), any_sender(), 1500)) {
                bridge_.send_local(packet, kHostMac, multicast_mac(kAllSystems), now_, out_);
            }
            break;
        default:
            for (const auto& packet : encode(any_message(data_), any_sender(), 1500)) {
                bridge_.receive(port, packet, kHostMac, multicast_mac(kAllSystems), now_, out_);
            }
            from = port;
        }
        check(from);
    }

  private:
    Ipv4Address any_sender() {
        const Ipv4Address from(0x0A000100U + data_.ConsumeIntegralInRange<std::uint32_t>(8, 12));
        return data_.ConsumeBool() ? from : Ipv4Address();
    }

    void hear_octets(BridgePort port) {
        auto octets = data_.ConsumeBytes<std::byte>(data_.ConsumeIntegralInRange<std::size_t>(0, 64));
        if (octets.size() >= 4) {
            octets = test::packet_around(octets);
            octets[19] = static_cast<std::byte>(data_.PickValueInArray<std::uint8_t>({1, 22, 106}));
            test::fix_ip_checksum(octets);
        }
        bridge_.receive(port, octets, kHostMac, multicast_mac(kAllSystems), now_, out_);
    }

    test::Octets any_pim() {
        auto pim = data_.ConsumeBytes<std::byte>(data_.ConsumeIntegralInRange<std::size_t>(0, 32));
        if (pim.size() < 4) {
            return pim;
        }
        pim[0] = data_.ConsumeBool() ? std::byte{0x20} : pim[0];
        auto packet = test::packet_around(pim, "");
        packet[9] = std::byte{103};
        test::fix_ip_checksum(packet);
        return packet;
    }

    void restart() {
        bridge_.stop(now_, out_);
        require(!bridge_.next_deadline());
        bridge_.start(now_, out_);
    }

    void change_static(BridgePort port, const StaticGroup& entry) {
        if (data_.ConsumeBool()) {
            static_cast<void>(bridge_.add_static(port, entry, now_, out_));
        } else {
            static_cast<void>(bridge_.remove_static(port, entry, now_, out_));
        }
    }

    void check(std::optional<BridgePort> from) {
        table_.follow(bridge_, out_);
        require(table_.agrees_with(bridge_));
        const auto routers = bridge_.router_ports();
        for (const auto& [key, ports] : table_.lists) {
            require(key.group.is_routable_group() && std::ranges::is_sorted(ports));
            require(std::ranges::includes(ports, routers));
        }
        for (const Relay& relay : out_.packets) {
            check_relay(relay, from);
        }
        out_ = {};
        const auto next = bridge_.next_deadline();
        require(!next || *next > now_);
        require(!bridge_.view(now_).querier || (bridge_.config().querier && !bridge_.config().local_router));
    }

    void check_relay(const Relay& relay, std::optional<BridgePort> from) {
        require(!relay.ports.empty() && std::ranges::is_sorted(relay.ports));
        for (const BridgePort to : relay.ports) {
            require(bridge_.view(to, now_).up);
        }
        const bool ours = relay.source == MacAddress{};
        const auto parsed = parse(relay.packet);
        if (!ours) { // never back to its port; never anything with a bad checksum
            require(!from || !std::ranges::binary_search(relay.ports, *from));
            require(parsed || parsed.error() == ParseFailure::kUnknownType);
            return;
        }
        require(relay.destination.is_group());
        if (!parsed) {
            require(parse_discovery(relay.packet)->type == DiscoveryType::kSolicitation);
            return;
        }
        require(std::holds_alternative<Query>(parsed->message));
        require(parsed->source.is_unspecified() || parsed->source == kOwn);
    }

    FuzzedDataProvider& data_;
    SnoopingBridge bridge_;
    test::MirrorTable table_;
    Instant now_{std::chrono::hours(1)};
    SnoopingOutput out_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider provider(data, size);
    Run run(provider);
    while (provider.remaining_bytes() > 0) {
        run.step();
    }
    return 0;
}
