// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "transmit": per port a queue of copies waiting for the driver. Keeps what a port does not take at
// once, for a bounded number and time, then drops exactly that.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <rte_mbuf.h>

#include <mcfwd/counters.hh>
#include <mcfwd/ids.hh>

#include <dataplane/ring.hh>

#include "tally.hh"

namespace mcfwd::dataplane {

/// How a worker reaches one port: through a TX queue of its own, or through the worker that owns one.
struct Outlet {
    std::uint16_t number = 0;                   ///< DPDK's port number
    std::uint16_t queue = 0;                    ///< used if there is no relay
    Ring<rte_mbuf*>* relay = nullptr;           ///< the owner's inbox for this port
    Ring<rte_mbuf*>* inbox = nullptr;           ///< what other workers want sent through our queue
    const std::atomic<bool>* link_up = nullptr; ///< of the port; none: always up
};

/// One per worker.
class Transmit {
  public:
    /// `outlets` has one element per PortId; `backlog` is the bound of copies kept per port.
    Transmit(std::vector<Outlet> outlets, std::size_t backlog, Tally& tally);
    /// Frees what is left, counted as not taken.
    ~Transmit();
    Transmit(const Transmit&) = delete;
    Transmit& operator=(const Transmit&) = delete;

    /// Takes one reference of `copy` over.
    void copy(PortId port, rte_mbuf* copy) noexcept;
    /// The same for a frame of the control thread.
    void inject(PortId port, rte_mbuf* frame) noexcept;
    /// Offers everything that waits to the ports, also what other workers relayed. `now` is the time stamp
    /// counter; what a port has refused for kPatience is dropped. True if a port or another worker took
    /// something.
    bool flush(std::uint64_t now) noexcept;
    [[nodiscard]] bool empty() const { return waiting_ == 0; }
    /// Every port has room for at least half of its bound.
    [[nodiscard]] bool roomy() const { return waiting_ < backlog_ / 2; }

  private:
    static constexpr std::size_t kBatch = 32;
    struct Queue {
        std::vector<rte_mbuf*> packets;
        std::size_t size = 0;
        std::size_t next_offer = kBatch; ///< the size at which `copy` offers them to the port
        std::uint64_t refused_since = 0; ///< 0: not refused
    };
    struct Lane {
        Outlet outlet;
        Queue copies;
        Queue injected;
    };

    void append(Queue& queue, rte_mbuf* packet) noexcept;
    bool send(const Outlet& outlet, Queue& queue, RelaxedCounter& sent) noexcept;
    void give_up(Queue& queue, RelaxedCounter& dropped) noexcept;
    void age(Queue& queue, std::uint64_t now, RelaxedCounter& dropped) noexcept;
    void take_relayed(Lane& lane) noexcept;
    [[nodiscard]] RelaxedCounter& copies_dropped(CopyDropReason reason) noexcept;

    std::vector<Lane> lanes_;
    std::size_t backlog_;
    std::size_t waiting_ = 0; ///< packets in all queues
    std::uint64_t patience_;  ///< cycles
    Tally& tally_;
};

} // namespace mcfwd::dataplane
