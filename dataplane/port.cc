// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Opening a port step by step: kernel side, DPDK device, queues. Every error is prefixed with the port here.
#include "port.hh"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <spdlog/spdlog.h>

#include "device.hh"
#include "eal_log.hh"
#include "port_netdev.hh"
#include "port_plug.hh"
#include "port_queues.hh"

namespace mcfwd::dataplane {

namespace {

// Of the largest frame in front of and behind the IP packet: Ethernet, one tag, and XDP's headroom in the
// buffer.
constexpr unsigned kFrameOverhead = 18;
constexpr unsigned kXdpHeadroom = 256;

std::unexpected<Error> port_error(const PortRequest& request, const Error& error) {
    return fail(error.status,
                fmt::format("port {} (device \"{}\"): {}", request.name, request.device, error.what));
}

std::string explain_vdev(const Device& device, const Complaints& complaints, const std::string& failure) {
    const auto names = netdev_names();
    if (std::ranges::find(names, device.target) != names.end()) {
        return fmt::format("{} is a kernel interface: write \"af_xdp:{}\" or \"af_packet:{}\"", device.target,
                           device.target, device.target);
    }
    return fmt::format(
        "no driver of DPDK made this device; names of vdevs begin with their driver's, as in net_null0, "
        "net_tap0, net_memif0 [{}]",
        complaints.text().empty() ? failure : complaints.text());
}

std::string explain(const Device& device, const std::optional<NetdevUse>& netdev,
                    const Complaints& complaints, const std::string& failure) {
    if (netdev) {
        return netdev->explain(complaints, failure);
    }
    return device.kind == DeviceKind::kPci ? explain_pci(device.target, complaints.text())
                                           : explain_vdev(device, complaints, failure);
}

Expected<EthernetDevice> plug(const PortRequest& request, const Device& device,
                              const std::string& kernel_arguments) {
    if (!device.is_kernel_interface()) {
        return EthernetDevice::plug(device.kind == DeviceKind::kPci ? "pci" : "vdev", device.target,
                                    device.arguments);
    }
    const char* driver = device.kind == DeviceKind::kAfXdp ? "net_af_xdp" : "net_af_packet";
    return EthernetDevice::plug("vdev", fmt::format("{}_{}", driver, request.id.value()), kernel_arguments);
}

Expected<void> check_buffers(const PortRequest& request, const std::optional<NetdevUse>& netdev) {
    if (request.pool == nullptr) {
        return fail(Status::kInvalidParameter, "no packet buffer pool given");
    }
    if (!netdev) {
        return {};
    }
    const unsigned headroom = netdev->steered() ? kXdpHeadroom : 0;
    const unsigned needed = netdev->facts().mtu + kFrameOverhead + headroom + RTE_PKTMBUF_HEADROOM;
    if (const unsigned room = rte_pktmbuf_data_room_size(request.pool); room < needed) {
        return fail(
            Status::kCanNotComplete,
            fmt::format(
                "the MTU {} of interface {} needs packet buffers of {} octets and they have {}: 'ip link set "
                "{} mtu {}'",
                netdev->facts().mtu, netdev->facts().name, needed, room, netdev->facts().name,
                room - (needed - netdev->facts().mtu)));
    }
    return {};
}

} // namespace

struct Port::State {
    PortRequest request;
    Device device;
    std::optional<NetdevUse> netdev; // destroyed after the device that works on it
    EthernetDevice ethernet;
    std::string driver;
    QueuePlan queues;
    MacAddress mac;
    std::uint16_t mtu = 0;
    PortCapabilities capabilities;
};

Expected<Port> Port::create(const PortRequest& request) {
    const auto device = parse_device(request.device);
    if (!device) {
        return port_error(request, device.error());
    }
    std::optional<NetdevUse> netdev;
    if (device->is_kernel_interface()) {
        auto use = NetdevUse::create(*device);
        if (!use) {
            return port_error(request, use.error());
        }
        netdev.emplace(std::move(*use));
    }
    const auto arguments =
        netdev ? netdev->driver_arguments(*device, request.workers) : Expected<std::string>();
    if (!arguments) {
        return port_error(request, arguments.error());
    }
    if (auto good = check_buffers(request, netdev); !good) {
        return port_error(request, good.error());
    }
    Complaints complaints;
    const auto explained = [&](const Error& error) {
        return port_error(request, {error.status, explain(*device, netdev, complaints, error.what)});
    };
    auto ethernet = plug(request, *device, *arguments);
    if (!ethernet) {
        return explained(ethernet.error());
    }
    const std::uint16_t number = ethernet->number();
    rte_eth_dev_info info{};
    rte_ether_addr address{};
    if (rte_eth_dev_info_get(number, &info) != 0 || rte_eth_macaddr_get(number, &address) != 0) {
        return port_error(request, {Status::kCanNotComplete, "the driver tells nothing about the device"});
    }
    const QueuePlan queues = plan_queues(info, info.driver_name, request.workers);
    if (auto good = set_up_queues(number, queues, request, netdev ? netdev->facts().mtu : 0); !good) {
        return explained(good.error());
    }
    if (netdev) {
        if (auto good = netdev->driver_attached(request.bridged); !good) {
            return port_error(request, good.error());
        }
    }
    std::uint16_t mtu = 0;
    rte_eth_dev_get_mtu(number, &mtu);
    const PortCapabilities capabilities{.multi_segment_tx =
                                            (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0,
                                        .echoes_own_frames = device->kind == DeviceKind::kAfPacket};
    MacAddress mac;
    std::ranges::copy(address.addr_bytes, mac.bytes.begin());
    return Port(std::make_unique<State>(request, *device, std::move(netdev), std::move(*ethernet),
                                        info.driver_name, queues, mac, mtu, capabilities));
}

Expected<void> Port::start() {
    Complaints complaints;
    if (const int result = state_->ethernet.start(); result != 0) {
        const std::string said = complaints.text();
        return port_error(state_->request,
                          {Status::kCanNotComplete,
                           fmt::format("does not start: {}", said.empty() ? rte_strerror(-result) : said)});
    }
    // Kernel interfaces have their membership in all groups; drivers without the switch receive everything.
    if (!state_->netdev && rte_eth_allmulticast_enable(number()) != 0 &&
        rte_eth_promiscuous_enable(number()) != 0) {
        spdlog::debug("port={} driver={}: no multicast filter to open", name(), state_->driver);
    }
    return {};
}

Port::Port(std::unique_ptr<State> state) : state_(std::move(state)) {}
Port::Port(Port&&) noexcept = default;
Port& Port::operator=(Port&&) noexcept = default;
Port::~Port() = default;

PortId Port::id() const {
    return state_->request.id;
}

const std::string& Port::name() const {
    return state_->request.name;
}

std::uint16_t Port::number() const {
    return state_->ethernet.number();
}

std::uint16_t Port::rx_queues() const {
    return state_->queues.rx;
}

std::uint16_t Port::tx_queues() const {
    return static_cast<std::uint16_t>(
        std::min<unsigned>(state_->queues.tx, std::max(state_->request.workers, 1U)));
}

MacAddress Port::mac() const {
    return state_->mac;
}

std::uint16_t Port::mtu() const {
    return state_->mtu;
}

PortCapabilities Port::capabilities() const {
    return state_->capabilities;
}

bool Port::link_up() const {
    if (state_->netdev) { // the drivers say "up" whatever happens
        return has_carrier(state_->netdev->facts().name, state_->netdev->facts().index);
    }
    // A driver that knows nothing of links has one.
    rte_eth_link link{};
    return rte_eth_link_get_nowait(number(), &link) != 0 || link.link_status == RTE_ETH_LINK_UP;
}

PortStatus Port::status() const {
    PortStatus status{.port = id(),
                      .name = name(),
                      .device = state_->request.device,
                      .driver = state_->driver,
                      .mac = mac(),
                      .mtu = mtu(),
                      .rx_queues = rx_queues(),
                      .tx_queues = tx_queues()};
    rte_eth_link link{};
    if (state_->netdev) { // the drivers say "up" whatever happens
        const Netdev& opened = state_->netdev->facts();
        const auto now = inspect_netdev(opened.name);
        status.link_up = now && now->index == opened.index && now->carrier;
        status.speed_mbps = now ? now->speed_mbps : 0;
        if (const auto& steering = state_->netdev->steering()) {
            status.has_xdp = true;
            status.xdp = steering->counters();
        }
    } else if (rte_eth_link_get_nowait(number(), &link) == 0) {
        status.link_up = link.link_status == RTE_ETH_LINK_UP;
        status.speed_mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
    }
    rte_eth_stats stats{};
    if (rte_eth_stats_get(number(), &stats) == 0) {
        status.rx_packets = stats.ipackets;
        status.rx_bytes = stats.ibytes;
        status.rx_missed = stats.imissed;
        status.rx_errors = stats.ierrors;
        status.rx_no_buffer = stats.rx_nombuf;
        status.tx_packets = stats.opackets;
        status.tx_bytes = stats.obytes;
        status.tx_errors = stats.oerrors;
    }
    if (state_->netdev && state_->netdev->steered()) { // the driver does not count a full ring
        status.rx_missed = xdp::missed(state_->netdev->sockets());
    }
    return status;
}

} // namespace mcfwd::dataplane
