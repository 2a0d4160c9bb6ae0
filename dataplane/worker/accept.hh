// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "accept": what the table's answer means for one packet. The reverse-path check is here.
#pragma once

#include <cstdint>

#include <dataplane/table/instance.hh>
#include <dataplane/table/lookup.hh>

#include "attachments.hh"
#include "packet.hh"
#include "punt.hh"
#include "tally.hh"

namespace mcfwd::dataplane {

enum class Acceptance : std::uint8_t {
    kForward, ///< arrived where it should; counted for its entry
    kMiss,    ///< no entry, and the interface wants to hear of it
    kDropped, ///< gone, with its reason counted
};

/// One per worker.
class Accept {
  public:
    /// `counters` are this worker's, indexed by ListHeader::counters.
    Accept(const Attachments& attachments, ListCounters* counters, Punt& punt, Tally& tally)
        : attachments_(attachments),
          counters_(counters),
          punt_(punt),
          tally_(tally) {}

    [[nodiscard]] Acceptance operator()(const Packet& packet, const Answer& answer, const Instance& table,
                                        std::uint64_t now) noexcept;
    /// Where copies of the packets of a list are counted.
    [[nodiscard]] ListCounters& counters(const ListHeader& list) noexcept { return counters_[list.counters]; }

  private:
    const Attachments& attachments_;
    ListCounters* counters_;
    Punt& punt_;
    Tally& tally_;
};

} // namespace mcfwd::dataplane
