// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The far ends of the wires, run by the worker itself: a source behind each port that fills every burst, and
// a judge behind each port that sees every copy. Because both run on the worker's thread, the worker is
// saturated whatever else the machine does, nothing is lost on the way, and each burst is judged exactly
// before the next one begins: which copies had to leave, and which ones must not have.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/mac.hh>

#include <dataplane/table/lookup.hh>

#include "burst_histogram.hh"
#include "frames.hh"

namespace mcfwd::pipeline {

/// LAN n is behind port n; its source sends to every group.
inline constexpr std::size_t kLans = 4;
inline constexpr std::size_t kGroups = 80;
inline constexpr std::size_t kFlows = kLans * kGroups;

[[nodiscard]] constexpr Ipv4Address group_address(std::size_t group) {
    return {239, 1, 1, static_cast<std::uint8_t>(1 + group)};
}
[[nodiscard]] constexpr Ipv4Address source_address(std::size_t lan) {
    return {10, 0, static_cast<std::uint8_t>(1 + lan), 2};
}

/// Whether copies of a group leave to a LAN (to its source's own LAN never).
enum class Expectation : std::uint8_t {
    kNever,
    kMay, ///< while a change is on its way
    kMust,
};

struct TrafficVerdict {
    std::uint64_t packets = 0; ///< numbered and received by the worker
    std::uint64_t copies = 0;
    std::uint64_t lost = 0;       ///< copies that had to leave
    std::uint64_t duplicated = 0; ///< copies beyond the first on one LAN
    std::uint64_t reordered = 0;  ///< not a higher number than the one before of its flow
    std::uint64_t outside = 0;    ///< copies that must not leave
    std::uint64_t late = 0;       ///< of another burst than the one in work
    std::uint64_t damaged = 0;    ///< TTL, checksum, addresses
};

/// Made by the control thread before the worker runs, destroyed after the ports are closed.
class NumberedTraffic {
  public:
    /// Attaches to DPDK's ports with these numbers. Frames are taken from `pool`.
    NumberedTraffic(const std::vector<std::uint16_t>& ports, rte_mempool* pool);
    ~NumberedTraffic();
    NumberedTraffic(const NumberedTraffic&) = delete;
    NumberedTraffic& operator=(const NumberedTraffic&) = delete;

    /// From the first packet on that the worker receives after a frame sent later than this call.
    void expect(std::size_t lan, std::size_t group, Expectation expectation);
    /// A host of the LAN sends a frame, which goes before numbered packets.
    void send(std::size_t lan, const Octets& frame);

    /// Each flow sends one packet without a number, then all are silent. Their copies are only counted.
    void open_flows();
    [[nodiscard]] std::uint64_t opened_copies() const {
        return opened_copies_.load(std::memory_order_relaxed);
    }
    /// Every poll of the worker returns a full burst from now on.
    void saturate() { mode_.store(Mode::kSaturate, std::memory_order_release); }
    /// Ends that; returns when the last burst is judged.
    void silence();
    /// Bursts given to the worker so far.
    [[nodiscard]] std::uint64_t bursts() const { return bursts_.load(std::memory_order_relaxed); }
    /// Bursts of numbered packets only are recorded there from now on; nullptr: not at all. Read it after
    /// `silence`. Cycles are those from the arrival of a burst to the next poll, without source and judge.
    void record_into(BurstHistogram* histogram) { histogram_.store(histogram, std::memory_order_release); }

    /// While silent.
    [[nodiscard]] const TrafficVerdict& verdict() const { return verdict_; }

  private:
    enum class Mode : std::uint8_t { kSilent, kOpen, kSaturate };
    static constexpr std::size_t kFrame = 60;

    struct Lan {
        NumberedTraffic* traffic = nullptr;
        std::size_t number = 0;
        std::array<std::uint8_t, kFrame> frame{}; ///< of its source to group 0
        std::size_t next_group = 0;
        std::size_t unopened = 0;
        std::array<std::uint32_t, kGroups> last_sent{};
        std::array<std::uint32_t, kFlows> last_seen{};
        rte_ring* hosts = nullptr;
    };
    /// A packet of the burst in work.
    struct InWork {
        std::uint32_t number = 0;
        std::uint16_t flow = 0;
        std::uint8_t must = 0; ///< bit n: LAN n
        std::uint8_t may = 0;
        std::uint8_t seen = 0;
    };

    static std::uint16_t on_receive(std::uint16_t port, std::uint16_t queue, rte_mbuf** frames,
                                    std::uint16_t count, std::uint16_t room, void* lan);
    static std::uint16_t on_transmit(std::uint16_t port, std::uint16_t queue, rte_mbuf** frames,
                                     std::uint16_t count, void* lan);
    [[nodiscard]] std::uint16_t fill(Lan& lan, rte_mbuf** frames, std::uint16_t room);
    void write(Lan& lan, std::size_t group, std::uint32_t number, rte_mbuf* frame);
    void judge_burst();
    void judge(Lan& lan, const rte_mbuf& frame);

    rte_mempool* pool_;
    std::vector<std::unique_ptr<Lan>> lans_;
    /// Per group: bit n: may leave to LAN n; bit n + 8: must.
    std::array<std::atomic<std::uint16_t>, kGroups> expected_{};
    std::atomic<Mode> mode_{Mode::kSilent};
    std::atomic<BurstHistogram*> histogram_{nullptr};
    std::atomic<std::uint64_t> bursts_{0};
    std::atomic<std::uint64_t> opened_copies_{0};
    std::atomic<std::uint64_t> silent_polls_{0};

    // The worker's from here on.
    std::array<InWork, dataplane::kBurst> in_work_{};
    std::size_t in_work_size_ = 0;
    bool numbered_only_ = false;
    BurstHistogram* recording_ = nullptr;
    std::uint64_t handed_over_ = 0;   ///< when the worker got the burst
    std::uint64_t judged_cycles_ = 0; ///< spent here since
    TrafficVerdict verdict_;
};

} // namespace mcfwd::pipeline
