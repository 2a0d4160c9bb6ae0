// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How far apart the copies of one packet arrive: from the first receiver that has it to the last one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "histogram.hh"

namespace mcfwd::wire {

class PacketSpread {
  public:
    /// Packets between the newest one and the oldest one that still waits for copies. More than the rings
    /// between sender and receivers hold, and no more than the processor's caches do.
    static constexpr std::size_t kWindow = 32'768;

    explicit PacketSpread(unsigned receivers) : receivers_(receivers), open_(kWindow) {}

    /// The first copy of this packet at one more receiver.
    void arrived(std::uint32_t sequence, std::uint64_t cycles) {
        Packet& packet = open_[sequence % kWindow];
        if (packet.copies == 0 || sequence > packet.sequence) {
            packet = {.sequence = sequence, .copies = 0, .first = cycles, .last = cycles};
        } else if (sequence < packet.sequence) {
            return; // its place has been taken
        }
        packet.first = std::min(packet.first, cycles);
        packet.last = std::max(packet.last, cycles);
        if (++packet.copies == receivers_) {
            spreads_.add(packet.last - packet.first);
        }
    }

    /// Of the packets that all receivers have got.
    [[nodiscard]] const Histogram& spreads() const { return spreads_; }

  private:
    struct Packet {
        std::uint32_t sequence = 0;
        std::uint32_t copies = 0;
        std::uint64_t first = 0;
        std::uint64_t last = 0;
    };

    unsigned receivers_;
    std::vector<Packet> open_;
    Histogram spreads_;
};

} // namespace mcfwd::wire
