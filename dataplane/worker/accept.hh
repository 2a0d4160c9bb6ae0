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
    /// `counters` are this worker's.
    Accept(const Attachments& attachments, const CounterMemory& counters, Punt& punt, Tally& tally)
        : attachments_(attachments),
          counters_(counters),
          punt_(punt),
          tally_(tally) {}

    [[nodiscard]] Acceptance operator()(const Packet& packet, const Answer& answer, const Instance& table,
                                        std::uint64_t now) noexcept {
        if (answer.list != kNoList) {
            const ListHeader& list = table.list(answer.list).header();
            if (list.accept == arrived_on(packet) && list.egresses > 0) [[likely]] {
                count(packet, answer);
                return Acceptance::kForward;
            }
        }
        return refuse(packet, answer, table, now);
    }

  private:
    [[nodiscard]] std::uint16_t arrived_on(const Packet& packet) const noexcept {
        return attachments_[packet.attachment].interface.value();
    }
    void count(const Packet& packet, const Answer& answer) noexcept {
        ListCounters& counted = counters_.usual[answer.counters];
        counted.packets.add(1);
        counted.bytes.add(packet.length);
    }
    /// Everything but the usual.
    [[nodiscard]] Acceptance refuse(const Packet& packet, const Answer& answer, const Instance& table,
                                    std::uint64_t now) noexcept;

    const Attachments& attachments_;
    CounterMemory counters_;
    Punt& punt_;
    Tally& tally_;
};

} // namespace mcfwd::dataplane
