// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One wakeup per block of frames instead of one per frame keeps three taps at 60,000 packets/s below a few
// percent of a core.
#include "wire_tap.hh"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace mcfwd::lab {
namespace {

constexpr unsigned kBlockOctets = 1U << 18U;
constexpr unsigned kBlocks = 64;
constexpr unsigned kBlockTimeoutMs = 5;

[[nodiscard]] std::int64_t clock_ns(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

} // namespace

struct WireTap::Ring {
    int fd = -1;
    std::byte* memory = nullptr;
    unsigned next_block = 0;
    std::uint64_t missed = 0;
    std::int64_t to_monotonic_ns = 0; ///< the ring stamps in CLOCK_REALTIME

    Ring() = default;
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() {
        if (memory != nullptr) {
            munmap(memory, std::size_t{kBlockOctets} * kBlocks);
        }
        if (fd >= 0) {
            close(fd);
        }
    }

    [[nodiscard]] bool map_ring();
    [[nodiscard]] bool attach(unsigned interface_index) const;
    [[nodiscard]] tpacket_block_desc* block() const {
        return reinterpret_cast<tpacket_block_desc*>(memory + std::size_t{next_block} * kBlockOctets);
    }
    void deliver_block(const tpacket_block_desc& block,
                       const std::function<void(const TapFrame&)>& deliver) const;
};

bool WireTap::Ring::map_ring() {
    const int version = TPACKET_V3;
    tpacket_req3 request{};
    request.tp_block_size = kBlockOctets;
    request.tp_block_nr = kBlocks;
    request.tp_frame_size = 2048;
    request.tp_frame_nr = kBlockOctets / 2048 * kBlocks;
    request.tp_retire_blk_tov = kBlockTimeoutMs;
    if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) {
        return false;
    }
    void* mapped = mmap(nullptr, std::size_t{kBlockOctets} * kBlocks, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_POPULATE, fd, 0);
    memory = mapped == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapped);
    return memory != nullptr;
}

bool WireTap::Ring::attach(unsigned interface_index) const {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(interface_index);
    return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void WireTap::Ring::deliver_block(const tpacket_block_desc& block,
                                  const std::function<void(const TapFrame&)>& deliver) const {
    const auto* at = reinterpret_cast<const std::byte*>(&block) + block.hdr.bh1.offset_to_first_pkt;
    for (unsigned i = 0; i < block.hdr.bh1.num_pkts; ++i) {
        const auto& header = *reinterpret_cast<const tpacket3_hdr*>(at);
        const auto& link = *reinterpret_cast<const sockaddr_ll*>(at + TPACKET_ALIGN(sizeof(tpacket3_hdr)));
        const bool tagged = (header.tp_status & TP_STATUS_VLAN_VALID) != 0;
        deliver(TapFrame{
            .bytes = {at + header.tp_mac, header.tp_snaplen},
            .vlan = VlanId(static_cast<std::uint16_t>(tagged ? header.hv1.tp_vlan_tci & 0xfffU : 0U)),
            .time_ns =
                static_cast<std::int64_t>(header.tp_sec) * 1'000'000'000 + header.tp_nsec + to_monotonic_ns,
            .outgoing = link.sll_pkttype == PACKET_OUTGOING,
        });
        at += header.tp_next_offset;
    }
}

WireTap::WireTap(std::unique_ptr<Ring> ring) : ring_(std::move(ring)) {}
WireTap::WireTap(WireTap&&) noexcept = default;
WireTap& WireTap::operator=(WireTap&&) noexcept = default;
WireTap::~WireTap() = default;

Expected<WireTap> WireTap::create(const std::string& interface) {
    const unsigned index = if_nametoindex(interface.c_str());
    if (index == 0) {
        return fail(Status::kNotFound, fmt::format("no interface '{}' in this namespace", interface));
    }
    auto ring = std::make_unique<Ring>();
    ring->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (ring->fd < 0 || !ring->map_ring() || !ring->attach(index)) {
        return fail(Status::kCanNotComplete,
                    fmt::format("cannot watch '{}': {}", interface, std::strerror(errno)));
    }
    ring->to_monotonic_ns = clock_ns(CLOCK_MONOTONIC) - clock_ns(CLOCK_REALTIME);
    return WireTap(std::move(ring));
}

int WireTap::fd() const {
    return ring_->fd;
}

void WireTap::drain(const std::function<void(const TapFrame&)>& deliver) {
    for (unsigned i = 0; i < kBlocks; ++i) {
        tpacket_block_desc* block = ring_->block();
        std::atomic_ref<__u32> status(block->hdr.bh1.block_status);
        // Acquire: the frames of the block were written before the kernel handed it over.
        if ((status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0) {
            return;
        }
        ring_->deliver_block(*block, deliver);
        // Release: we are done reading before the kernel may write again.
        status.store(TP_STATUS_KERNEL, std::memory_order_release);
        ring_->next_block = (ring_->next_block + 1) % kBlocks;
    }
}

std::uint64_t WireTap::missed() {
    tpacket_stats_v3 stats{};
    socklen_t size = sizeof stats;
    if (getsockopt(ring_->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0) {
        ring_->missed += stats.tp_drops; // reading resets the kernel's count
    }
    return ring_->missed;
}

} // namespace mcfwd::lab
