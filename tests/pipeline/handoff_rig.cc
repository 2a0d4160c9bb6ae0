// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The wiring follows the daemon's router.cc.
#include "handoff_rig.hh"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include <dataplane/rib.hh>
#include <igmp/codec.hh>

#include "frames.hh"

namespace mcfwd::pipeline {
namespace {

constexpr std::size_t kSignalsPerTurn = 256;
// How the daemon waits between two turns.
constexpr int kIdleTurn = 1; // ms
constexpr auto kBetweenWakes = std::chrono::microseconds(50);

template <typename T>
T must(Expected<T> made) {
    if (!made) {
        throw std::runtime_error(made.error().what);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*made);
    }
}

/// On a machine that is busy with other things, tests must not end with what the router's clock ends.
constexpr std::chrono::hours kLongerThanAnyTest{8};

std::string device(std::size_t lan) {
    return "net_null" + std::to_string(lan);
}

Ipv4Address router_address(std::size_t lan) {
    return {10, 0, static_cast<std::uint8_t>(1 + lan), 1};
}

dataplane::Settings settings() {
    const unsigned other = std::thread::hardware_concurrency() > 1 ? 1 : 0;
    dataplane::Settings made{.main_core = 0,
                             .worker_cores = {other},
                             .poll = dataplane::PollMode::kBusy,
                             .memory = dataplane::MemoryMode::kNoHuge,
                             .mfib_entries = 1024};
    made.limits.park_timeout = kLongerThanAnyTest; // the first packets of all flows are to go out
    for (std::size_t lan = 0; lan < kLans; ++lan) {
        made.ports.push_back({"p" + std::to_string(lan), device(lan) + ",no-rx=1"});
        made.attachments.push_back(
            {.port = PortId(static_cast<std::uint16_t>(lan)), .interface = HandoffRig::key(lan).interface});
    }
    return made;
}

std::vector<std::uint16_t> dpdk_ports() {
    std::vector<std::uint16_t> numbers(kLans);
    for (std::size_t lan = 0; lan < kLans; ++lan) {
        if (rte_eth_dev_get_port_by_name(device(lan).c_str(), &numbers[lan]) != 0) {
            throw std::runtime_error("no device " + device(lan));
        }
    }
    return numbers;
}

Ipv4Address address_at(std::span<const std::byte> packet, std::size_t offset) {
    std::uint32_t network = 0;
    std::memcpy(&network, packet.subspan(offset).data(), sizeof network);
    return Ipv4Address::from_network(network);
}

} // namespace

HandoffRig::HandoffRig()
    : plane_(must(dataplane::Dataplane::create(settings()))),
      prefixes_(must(dataplane::make_rib(kLans))),
      view_(*prefixes_) {
    traffic_ = std::make_unique<NumberedTraffic>(dpdk_ports(), rte_mempool_lookup("packets"));
    publisher_.emplace(interfaces_, bridges_, no_bridge_, plane_->table(), plane_->sender());
    groups_.emplace(group_manager::Environment{.clock = *this,
                                               .tasks = *this,
                                               .interfaces = interfaces_,
                                               .view = view_,
                                               .boundary = boundaries_,
                                               .sink = *publisher_},
                    group_manager::Settings{}, [this](const group_manager::Event& event) {
                        if (observer_) {
                            observer_(event);
                        }
                    });
    igmp_.emplace(protocols::IgmpProtocol::Environment{
        .clock = *this, .tasks = *this, .packets = plane_->sender(), .groups = *groups_});
    must(groups_->start());
    must(igmp_->start());
    must(plane_->start());
    plane_->watch_links();
    add_interfaces();
    settle();
}

HandoffRig::~HandoffRig() {
    traffic_->silence();
    plane_->stop();
    tasks_.clear();
}

void HandoffRig::add_interfaces() {
    for (std::size_t lan = 0; lan < kLans; ++lan) {
        const PortId port(static_cast<std::uint16_t>(lan));
        const std::string name = "lan" + std::to_string(lan + 1);
        const Ipv4Prefix subnet{router_address(lan), 24};
        interfaces_.put({.name = name,
                         .index = key(lan).interface,
                         .port = port,
                         .vlan = {},
                         .mac = plane_->port_mac(port),
                         .addresses = {subnet}});
        must(view_.add_connected(subnet, key(lan)));
        igmp::RouterConfig config;
        config.address = router_address(lan);
        config.fast_leave = igmp::FastLeave::kAlways;
        config.host_rate = 0;                       // one host does what many would
        config.query_interval = kLongerThanAnyTest; // hosts answer nothing
        must(igmp_->add({.name = name, .index = key(lan).interface, .port = port, .vlan = {}}, config));
    }
}

void HandoffRig::populate() {
    igmp::ReportV3 joins;
    for (std::size_t group = 0; group < kGroups; ++group) {
        if (group < kSteadyGroups || group >= kFirstRefused) {
            joins.records.push_back(
                {.type = igmp::RecordType::kToExclude, .group = group_address(group), .sources = {}});
        }
    }
    for (std::size_t lan = 0; lan < kLans; ++lan) {
        report(lan, joins);
        for (const igmp::GroupRecord& record : joins.records) {
            traffic_->expect(lan, record.group.octet(3) - 1U, Expectation::kMust);
        }
    }
    settle();
    traffic_->open_flows();
    const std::uint64_t copies = joins.records.size() * kLans * (kLans - 1);
    while (groups_->mfe_count() < kFlows || traffic_->opened_copies() < copies) {
        turn();
    }
    settle();
}

void HandoffRig::report(std::size_t lan, const igmp::ReportV3& message) {
    Ipv4Address host = source_address(lan);
    for (const auto& packet : igmp::encode(message, host, 1500)) {
        Octets octets;
        std::ranges::copy(multicast_mac(igmp::kAllIgmpv3Routers).bytes, std::back_inserter(octets));
        std::ranges::copy(kHostMac.bytes, std::back_inserter(octets));
        octets.insert(octets.end(), {0x08, 0x00});
        const auto* first = reinterpret_cast<const std::uint8_t*>(packet.data());
        octets.insert(octets.end(), first, first + packet.size());
        traffic_->send(lan, octets);
        ++reports_;
    }
}

bool HandoffRig::turn() {
    const std::size_t signals =
        plane_->signals().drain(kSignalsPerTurn, [this](const Signal& signal) { receive(signal); });
    std::ignore = igmp_->advance();
    groups_->tick();
    plane_->watch_links();
    const bool publishing = plane_->table().advance();
    for (auto& task : std::exchange(tasks_, {})) {
        task();
    }
    return signals > 0 || publishing || !tasks_.empty();
}

void HandoffRig::receive(const Signal& signal) {
    if (signal.kind == SignalKind::kIgmp) {
        igmp_->receive(signal);
        return;
    }
    const group_manager::SourceGroup flow{address_at(signal.packet, 16), address_at(signal.packet, 12)};
    if (signal.kind == SignalKind::kNoEntry) {
        groups_->new_packet(flow, {signal.interface, {}}, signal.packet);
    } else {
        groups_->wrong_interface(flow, {signal.interface, {}}, signal.packet);
    }
}

void HandoffRig::settle() {
    // The second turn in a row without work: the first may have left a publication behind.
    for (int idle = 0; idle < 2;) {
        idle = turn() || igmp_received() < reports_ ? 0 : idle + 1;
    }
}

void HandoffRig::idle(std::uint64_t bursts) {
    const std::uint64_t end = traffic_->bursts() + bursts;
    while (traffic_->bursts() < end) {
        turn_or_sleep();
    }
}

void HandoffRig::turn_or_sleep() {
    if (turn()) {
        return;
    }
    if (now() < may_sleep_) {
        std::this_thread::sleep_for(kBetweenWakes);
    } else if (plane_->signals().sleep()) {
        may_sleep_ = now() + kBetweenWakes;
        pollfd waiting{.fd = plane_->signals().descriptor(), .events = POLLIN, .revents = 0};
        poll(&waiting, 1, kIdleTurn);
    }
}

std::uint64_t HandoffRig::refused_igmp_calls() const {
    std::uint64_t refused = 0;
    for (const protocols::IgmpInterface* interface : igmp_->interfaces()) {
        refused += interface->refused_calls();
    }
    return refused;
}

} // namespace mcfwd::pipeline
