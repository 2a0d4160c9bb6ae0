// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "bridge": what happens to a frame within its layer-2 domain. Where a bridge has an interface, its
// routable packets go on to be routed.
#pragma once

#include <array>
#include <cstdint>

#include <dataplane/table/instance.hh>
#include <dataplane/table/lookup.hh>

#include "attachments.hh"
#include "buffers.hh"
#include "packet.hh"
#include "punt.hh"
#include "replicate_frame.hh"
#include "tally.hh"

namespace mcfwd::dataplane {

/// One per worker.
class Bridge {
  public:
    /// `counters` are this worker's; `buffers` is where copies come from.
    Bridge(const Attachments& attachments, const CounterMemory& counters, Punt& punt, Transmit& transmit,
           Buffers& buffers, Tally& tally)
        : attachments_(attachments),
          counters_(counters),
          punt_(punt),
          buffers_(buffers),
          tally_(tally),
          replicate_(buffers, transmit, tally) {}

    /// Sends each frame to the egresses that the table has for its group and source, for its group, or for
    /// groups without an entry, in this order, and takes its mbuf over. Packets that are also routed are
    /// appended to `routed`.
    void operator()(PacketBurst& frames, const Instance& table, std::uint64_t now,
                    PacketBurst& routed) noexcept;

  private:
    /// Answers for all frames, with a second look for groups without an entry.
    void answer(const PacketBurst& frames, const Instance& table) noexcept;
    /// True: the packet is one to route from here; its frame may be bridged before.
    [[nodiscard]] bool is_routable(const Packet& frame) const noexcept;
    void bridge(const Packet& frame, const Answer& answer, const Instance& table) noexcept;
    void tell_hello(const Packet& frame, std::uint64_t now) noexcept;

    const Attachments& attachments_;
    CounterMemory counters_;
    Punt& punt_;
    Buffers& buffers_;
    Tally& tally_;
    ReplicateFrame replicate_;
    std::array<FlowKey, kBurst> keys_;
    std::array<Answer, kBurst> answers_;
};

} // namespace mcfwd::dataplane
