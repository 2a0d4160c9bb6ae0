// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The worker: polls its queues and takes each burst through the stages. Open worker.cc first; `turn` is the
// packet path from end to end.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include <mcfwd/ids.hh>

#include <dataplane/dataplane.hh>
#include <dataplane/ring.hh>
#include <dataplane/table/table.hh>

#include "accept.hh"
#include "attachments.hh"
#include "bridge.hh"
#include "buffers.hh"
#include "classify.hh"
#include "idle.hh"
#include "messages.hh"
#include "packet.hh"
#include "park.hh"
#include "punt.hh"
#include "replicate.hh"
#include "tally.hh"
#include "transmit.hh"

struct rte_mempool;

namespace mcfwd::dataplane {

/// An RX queue that this worker polls.
struct Inlet {
    PortId port;
    std::uint16_t number = 0; ///< DPDK's port number
    std::uint16_t queue = 0;
};

/// All that a worker is connected to. What is pointed to outlives the worker.
struct WorkerSetup {
    WorkerId id;
    PollMode poll = PollMode::kBusy;
    Limits limits;
    TableAccess table;
    const Attachments* attachments = nullptr;
    std::vector<Inlet> inlets;
    std::vector<Outlet> outlets; ///< one per PortId
    PuntRings* punt = nullptr;
    Doorbell* doorbell = nullptr; ///< of the control thread
    Ring<Injection>* injections = nullptr;
    rte_mempool* pool = nullptr;
    rte_mempool* small_pool = nullptr; ///< none: all from `pool`
    Tally* tally = nullptr;
};

/// Made and destroyed by the control thread; in between one thread calls `run`, or `enter`, `turn` ... and
/// `leave`.
class Worker {
  public:
    explicit Worker(WorkerSetup setup);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Forwards until `stop`.
    void run(const std::atomic<bool>& stop) noexcept;

    /// Becomes a reader of the table; `turn` may be called then.
    void enter() noexcept;
    /// Polls everything once. False if there was nothing to do and nothing is pending.
    bool turn() noexcept;
    /// Ends being a reader of the table.
    void leave() noexcept;

  private:
    /// Where packets come from that are looked up.
    enum class Origin : std::uint8_t { kWire, kParking };

    /// Copies leave, and buffers that were not needed go back.
    void end_burst() noexcept;
    void release_parked(const Instance& table) noexcept;
    [[nodiscard]] bool take_injections() noexcept;
    [[nodiscard]] const Instance& current_table() noexcept;
    [[nodiscard]] bool poll(const Inlet& inlet) noexcept;
    void process(PortId port, std::span<rte_mbuf* const> frames, const Instance& table) noexcept;
    void forward(PacketBurst& packets, const Instance& table, Origin origin) noexcept;
    void replicate(const Packet& packet, const Answer& answer, const Instance& table) noexcept;
    void rest() noexcept;

    WorkerSetup setup_;
    Tally& tally_;
    Punt punt_;
    Buffers buffers_;
    Buffers small_buffers_;
    Losses losses_;
    Transmit transmit_;
    Park park_;
    Accept accept_;
    Replicate replicate_;
    Bridge bridge_;
    Idle idle_;
    Sorted sorted_; ///< working space of a burst, kept to save clearing it
    PacketBurst released_;
    std::array<Answer, kBurst> answers_;
    TableVersion version_{};
    std::uint64_t now_ = 0; ///< cycles, at the start of the turn
};

} // namespace mcfwd::dataplane
