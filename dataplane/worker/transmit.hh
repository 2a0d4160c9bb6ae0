// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "transmit": per port a queue of copies waiting for the driver. Keeps what a port does not take at
// once, for a bounded number and time, then drops exactly that.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <rte_mbuf.h>

#include <mcfwd/counters.hh>
#include <mcfwd/ids.hh>

#include <dataplane/ring.hh>
#include <dataplane/table/layout.hh>

#include "losses.hh"
#include "tally.hh"

namespace mcfwd::dataplane {

/// How a worker reaches one port: through a TX queue of its own, or through the worker that owns one.
struct Outlet {
    std::uint16_t number = 0;                   ///< DPDK's port number
    std::uint16_t queue = 0;                    ///< used if there is no relay
    Ring<rte_mbuf*>* relay = nullptr;           ///< the owner's inbox for this port
    Ring<rte_mbuf*>* inbox = nullptr;           ///< what other workers want sent through our queue
    const std::atomic<bool>* link_up = nullptr; ///< of the port; none: always up
    bool multi_segment = false;                 ///< the driver takes packets of several segments
};

/// One per worker.
class Transmit {
  public:
    /// `outlets` has one element per PortId; `backlog` is the bound of copies kept per port.
    Transmit(std::vector<Outlet> outlets, std::size_t backlog, Losses& losses, Tally& tally);
    /// Frees what is left, counted as not taken.
    ~Transmit();
    Transmit(const Transmit&) = delete;
    Transmit& operator=(const Transmit&) = delete;

    /// Takes one reference of `copy`, which carries a note, over.
    void copy(PortId port, rte_mbuf* copy) noexcept { append(lanes_[port.value()], copy); }
    /// The same for one reference per replica.
    void copies(std::span<const Replica> replicas, rte_mbuf* copy) noexcept {
        Lane* const lanes = lanes_.data(); // which no copy changes
        for (const Replica& replica : replicas) {
            append(lanes[replica.port], copy);
        }
    }
    /// The same for a frame of the control thread.
    void inject(PortId port, rte_mbuf* frame) noexcept;
    /// Offers everything that waits to the ports, also what other workers relayed. `now` is the time stamp
    /// counter; what a port has refused for kPatience is dropped. True if a port or another worker took
    /// something.
    bool flush(std::uint64_t now) noexcept;
    /// As of the last `flush`.
    [[nodiscard]] bool empty() const { return left_ == 0; }
    /// Every port has room for at least half of its bound. As of the last `flush`.
    [[nodiscard]] bool roomy() const { return left_ < backlog_ / 2; }
    /// Whether the driver of a port takes packets of several segments.
    [[nodiscard]] bool takes_segments(PortId port) const { return lanes_[port.value()].outlet.multi_segment; }
    [[nodiscard]] bool all_take_segments() const { return all_take_segments_; }

  private:
    /// What one burst has for a port goes to the driver at once.
    static constexpr std::size_t kBatch = 64;
    struct Queue {
        rte_mbuf** packets = nullptr;
        std::size_t size = 0;
        std::size_t limit = kBatch;      ///< the size from which on `copy` offers them to the port
        std::uint64_t refused_since = 0; ///< 0: not refused
    };
    struct alignas(kCacheLine) Lane {
        Queue copies;
        Outlet outlet;
        Queue injected;
        PortId port;
    };

    void append(Lane& lane, rte_mbuf* copy) noexcept {
        if (lane.copies.size < lane.copies.limit) [[likely]] {
            lane.copies.packets[lane.copies.size++] = copy;
        } else {
            overflow(lane, copy);
        }
    }
    void overflow(Lane& lane, rte_mbuf* copy) noexcept;
    void refuse(const Lane& lane, rte_mbuf* copy) noexcept;
    bool send(const Outlet& outlet, Queue& queue, RelaxedCounter& sent) noexcept;
    void give_up_copies(Lane& lane, CopyDropReason reason) noexcept;
    void give_up_injected(Lane& lane) noexcept;
    /// Frees all; returns how many.
    [[nodiscard]] static std::size_t drain(Queue& queue) noexcept;
    [[nodiscard]] bool too_old(Queue& queue, std::uint64_t now) const noexcept;
    void take_relayed(Lane& lane) noexcept;

    std::vector<Lane> lanes_;
    std::vector<rte_mbuf*> memory_; ///< of all queues
    std::size_t backlog_;
    bool all_take_segments_;
    std::size_t left_ = 0;   ///< packets in all queues after the last flush
    std::uint64_t patience_; ///< cycles
    Losses& losses_;
    Tally& tally_;
};

} // namespace mcfwd::dataplane
