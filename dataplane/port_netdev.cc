// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Preparing, explaining and restoring kernel interfaces.
#include "port_netdev.hh"

#include <algorithm>
#include <iterator>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace mcfwd::dataplane {

namespace {

// A packet socket's ring. The driver wants whole frames in a block and truncates what a frame cannot hold;
// 2048 octets have room for an MTU of 1500 behind the ring's own header.
std::string packet_ring(unsigned mtu, unsigned workers) {
    constexpr unsigned kSmallFrame = 2048;
    constexpr unsigned kRingOverhead = 128;
    constexpr unsigned kBlock = 65536;
    constexpr unsigned kRingOctets = 8U << 20U;
    unsigned frame = kSmallFrame;
    while (frame < mtu + kRingOverhead && frame < kBlock) {
        frame *= 2;
    }
    return fmt::format("qpairs={},blocksz={},framesz={},framecnt={},qdisc_bypass=1", std::max(workers, 1U),
                       kBlock, frame, kRingOctets / frame);
}

std::string need_root() {
    return geteuid() == 0 ? "" : " (not running as root: use sudo)";
}

} // namespace

Expected<NetdevUse> NetdevUse::create(const Device& device) {
    auto netdev = inspect_netdev(device.target);
    if (!netdev) {
        return std::unexpected(netdev.error());
    }
    if (!netdev->up) {
        return fail(Status::kCanNotComplete,
                    fmt::format("interface {} is down: 'ip link set {} up'", netdev->name, netdev->name));
    }
    auto claim = claim_netdev(netdev->name);
    if (!claim) {
        return std::unexpected(claim.error());
    }
    NetdevUse use(device.kind, std::move(*netdev), std::move(*claim));
    auto multicast = receive_all_multicast(use.netdev_);
    if (!multicast) {
        return fail(multicast.error().status, multicast.error().what + need_root());
    }
    use.multicast_ = std::move(*multicast);
    if (device.kind == DeviceKind::kAfXdp) {
        if (auto good = use.prepare_for_xdp(); !good) {
            return std::unexpected(good.error());
        }
    }
    return use;
}

Expected<void> NetdevUse::prepare_for_xdp() {
    if (netdev_.rx_queues > netdev_.xdp_queues) {
        return fail(
            Status::kCanNotComplete,
            fmt::format(
                "interface {} receives on {} queues and AF_XDP can serve {} of them: 'ethtool -L {} rx {}', "
                "or use af_packet:{}",
                netdev_.name, netdev_.rx_queues, netdev_.xdp_queues, netdev_.name, netdev_.xdp_queues,
                netdev_.name));
    }
    const auto attached = xdp::attached_program(netdev_);
    if (!attached) {
        return std::unexpected(attached.error());
    }
    if (*attached && !(*attached)->is_ours()) {
        const xdp::AttachedProgram foreign = **attached;
        return fail(Status::kAlreadyExists,
                    fmt::format("interface {} has another XDP program attached, \"{}\" (id {}): detach it "
                                "with 'ip link set {} "
                                "xdp off' if it is not needed, or use af_packet:{}",
                                netdev_.name, foreign.name, foreign.id, netdev_.name, netdev_.name));
    }
    if (*attached) {
        // No live process has it, for the interface is ours by claim.
        spdlog::warn(
            "interface={} xdp_program_id={}: replacing the program of an mcfwd that did not end properly",
            netdev_.name, (*attached)->id);
        if (auto good = xdp::detach(netdev_, **attached); !good) {
            return std::unexpected(Error{good.error().status, good.error().what + need_root()});
        }
    }
    auto tags = KeptVlanTags::create(netdev_);
    if (!tags) {
        return std::unexpected(tags.error());
    }
    tags_ = std::move(*tags);
    sockets_ = xdp::open_sockets();
    return {};
}

NetdevUse::NetdevUse(NetdevUse&& other) noexcept
    : kind_(other.kind_),
      netdev_(std::exchange(other.netdev_, {})),
      claim_(std::move(other.claim_)),
      multicast_(std::move(other.multicast_)),
      tags_(std::exchange(other.tags_, std::nullopt)),
      steering_(std::exchange(other.steering_, std::nullopt)),
      sockets_(std::move(other.sockets_)) {}

NetdevUse::~NetdevUse() {
    if (kind_ != DeviceKind::kAfXdp || netdev_.index == 0) {
        return;
    }
    // The driver detaches on an ordinary end, but not when it failed half-way.
    const auto attached = xdp::attached_program(netdev_);
    if (attached && *attached && (*attached)->is_ours()) {
        if (auto good = xdp::detach(netdev_, **attached); !good) {
            spdlog::warn("{}", good.error().what);
        }
    }
}

Expected<std::string> NetdevUse::driver_arguments(const Device& device, unsigned workers) const {
    std::string arguments = fmt::format("iface={},", netdev_.name);
    if (kind_ == DeviceKind::kAfPacket) {
        arguments += packet_ring(netdev_.mtu, workers);
    } else {
        const auto object = xdp::object_path();
        if (!object) {
            return std::unexpected(object.error());
        }
        arguments += fmt::format("start_queue=0,queue_count={},xdp_prog={}", netdev_.xdp_queues, *object);
        // On a veth the sender's core fills our ring, and the driver's busy polling only adds a system call
        // to every empty poll: measured 1,300 to 1,800 ns instead of 33 to 51, for fewer packets. On a NIC in
        // zero-copy mode it must stay: without it the driver may wait in poll() for a second.
        if (netdev_.driver == "veth" && !device.arguments.contains("busy_budget=")) {
            arguments += ",busy_budget=0";
        }
    }
    return device.arguments.empty() ? arguments : arguments + "," + device.arguments;
}

Expected<void> NetdevUse::driver_attached(std::span<const VlanId> bridged) {
    if (kind_ != DeviceKind::kAfXdp) {
        return {};
    }
    const auto attached = xdp::attached_program(netdev_);
    if (!attached) {
        return std::unexpected(attached.error());
    }
    if (!*attached || !(*attached)->is_ours()) {
        return fail(Status::kCanNotComplete,
                    fmt::format("the XDP program did not stay attached to interface {}", netdev_.name));
    }
    auto steering = xdp::Steering::open(**attached);
    if (!steering) {
        return std::unexpected(steering.error());
    }
    if (auto told = steering->set_bridged(bridged); !told) {
        return told;
    }
    steering_ = std::move(*steering);
    std::vector<int> own;
    std::ranges::set_difference(xdp::open_sockets(), sockets_, std::back_inserter(own));
    sockets_ = std::move(own);
    return {};
}

std::string NetdevUse::explain(const Complaints& complaints, const std::string& failure) const {
    const std::string said = complaints.text().empty() ? failure : complaints.text();
    if (complaints.contain("MTU") || complaints.contain("mtu")) {
        return fmt::format(
            "the MTU of interface {} or of its peer is too large for XDP (it is {}; XDP needs a frame to fit "
            "one page with headroom, about 3500 at most): 'ip link set {} mtu 1500', or use af_packet:{} "
            "[{}]",
            netdev_.name, netdev_.mtu, netdev_.name, netdev_.name, said);
    }
    if (complaints.contain("enough buffers")) {
        return fmt::format(
            "not enough packet buffers: each receive queue of an AF_XDP port takes 2048 of them, and "
            "interface {} has {} queues [{}]",
            netdev_.name, netdev_.xdp_queues, said);
    }
    if (kind_ == DeviceKind::kAfXdp) {
        return fmt::format("driver {} of interface {} refused AF_XDP{}: use af_packet:{} [{}]",
                           netdev_.driver.empty() ? "(none)" : netdev_.driver, netdev_.name, need_root(),
                           netdev_.name, said);
    }
    return fmt::format("cannot open a packet socket on interface {}{} [{}]", netdev_.name, need_root(), said);
}

} // namespace mcfwd::dataplane
