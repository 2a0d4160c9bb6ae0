// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "park": packets of flows without an entry wait here, in order, until a table version answers or the
// time is up. Fixed memory, all of it made before the worker starts.
#pragma once

#include <cstdint>
#include <vector>

#include <dataplane/dataplane.hh>
#include <dataplane/table/instance.hh>
#include <dataplane/table/key_hash.hh>

#include "losses.hh"
#include "packet.hh"
#include "park_lists.hh"
#include "punt.hh"
#include "tally.hh"

namespace mcfwd::dataplane {

/// One per worker. A flow is `silent` until its signal is sent, then `asked`, and `ready` once a table
/// version has an entry for it; it is gone when its last packet is.
class Park {
  public:
    Park(const Limits& limits, Punt& punt, Losses& losses, Tally& tally);
    /// Drops what is left as discarded.
    ~Park();
    Park(const Park&) = delete;
    Park& operator=(const Park&) = delete;

    /// Takes a packet of a flow without an entry, or drops it if there is no room. The first packet of a flow
    /// sends its signal.
    void park(const Packet& packet, std::uint64_t now) noexcept;
    /// If the flow has packets here, appends this one behind them, so that it does not overtake.
    [[nodiscard]] bool join(const Packet& packet) noexcept;
    /// Must be called with every new version before packets are looked up in it: flows with an entry get
    /// ready.
    void look_again(const Instance& table) noexcept;
    /// Some flow has an entry now, and packets that have not left.
    [[nodiscard]] bool has_ready() const { return !ready_.empty(); }
    /// Moves packets of the flow that got ready first into `burst`, in order; none if `table` has no entry
    /// for it any more, and then it waits again. `burst` is empty before. The entry is told what came before
    /// it did.
    void release(const Instance& table, PacketBurst& burst) noexcept;
    /// Sends signals that could not be sent before, and drops what has waited for too long.
    void tend(std::uint64_t now) noexcept;
    /// Drops the packets of a flow, unless it got an entry meanwhile.
    void discard(const FlowKey& flow) noexcept;
    [[nodiscard]] bool empty() const { return packets_.used() == 0; }

  private:
    [[nodiscard]] std::uint32_t find(const FlowKey& key) const noexcept;
    [[nodiscard]] std::uint32_t open_flow(const FlowKey& key, std::uint64_t now) noexcept;
    void close_flow(std::uint32_t number) noexcept;
    [[nodiscard]] bool append(std::uint32_t number, const Packet& packet) noexcept;
    void tell(ParkedFlow& flow, std::uint32_t counters) noexcept;
    [[nodiscard]] Packet take_first(ParkedFlow& flow) noexcept;
    void drop_flow(std::uint32_t number, DropReason reason) noexcept;
    void move(std::uint32_t number, FlowList& to) noexcept;
    void ask(std::uint32_t number, Attempt attempt, std::uint64_t now) noexcept;
    void look_again(const Instance& table, FlowList& list) noexcept;
    [[nodiscard]] bool expired(std::uint32_t number, std::uint64_t now) const noexcept;

    Punt& punt_;
    Losses& losses_;
    Tally& tally_;
    KeyHash hash_;
    std::uint64_t timeout_; ///< cycles
    std::uint32_t per_flow_;
    FlowPool flows_;
    PacketPool packets_;
    std::vector<std::uint32_t> buckets_; ///< first flow of a hash chain
    FlowList silent_;
    FlowList asked_;
    FlowList ready_;
};

} // namespace mcfwd::dataplane
