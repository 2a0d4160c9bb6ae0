// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Stage "punt": hands IGMP packets and headers of misses and wrong arrivals to the control thread, policed
// per attachment and per kind.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <mcfwd/signals.hh>

#include <dataplane/dataplane.hh>
#include <dataplane/doorbell.hh>

#include "messages.hh"
#include "packet.hh"
#include "police.hh"
#include "tally.hh"

namespace mcfwd::dataplane {

/// Only the first attempt to send a signal is counted when it fails.
enum class Attempt : std::uint8_t { kFirst, kAgain };

/// What a worker could not hand over, per attachment and as the sums of kIgmp: there is no other count of
/// those, so that both agree at any moment.
void read_igmp_drops(const PuntRings& rings, WorkerCounters& into);

/// One per worker.
class Punt {
  public:
    Punt(PuntRings& rings, Doorbell& doorbell, std::size_t attachments, const Limits& limits, Tally& tally);

    /// Hands whole packets that arrived on `port` over, or drops and counts them.
    void igmp(PacketBurst& packets, PortId port, std::uint64_t now) noexcept;
    /// Sends the header of a packet that failed the reverse-path check; the packet stays with the caller.
    void wrong_interface(const Packet& packet, std::uint64_t now) noexcept;
    /// The same for a packet without an entry. False if it could not be sent; then try again later.
    [[nodiscard]] bool no_entry(const Packet& packet, Attempt attempt, std::uint64_t now) noexcept;

    /// The same for a frame of a bridge whose IP packet of `length` octets is a PIM hello.
    void pim_hello(const Packet& frame, std::uint16_t length, std::uint64_t now) noexcept;

    /// Wakes the control thread if it sleeps and something was sent since the last time.
    void ring() noexcept {
        if (sent_) {
            sent_ = false;
            doorbell_.ring();
        }
    }

  private:
    /// Where the headers of a packet are.
    struct Header {
        std::uint16_t attachment;
        const std::byte* ethernet;
        const std::byte* ip;
        std::uint16_t length; ///< of the IP packet
    };
    [[nodiscard]] static Header header_of(const Packet& packet) noexcept;
    enum class Outcome : std::uint8_t { kSent, kPoliced, kRingFull };

    [[nodiscard]] bool within_rate(SignalKind kind, std::uint16_t attachment, std::uint64_t now) noexcept;
    [[nodiscard]] Outcome send_header(SignalKind kind, Ring<PuntedHeader>& ring, const Header& packet,
                                      std::uint64_t now) noexcept;
    void count(SignalKind kind, Outcome outcome) noexcept;

    PuntRings& rings_;
    Doorbell& doorbell_;
    Tally& tally_;
    bool sent_ = false;
    std::vector<std::array<TokenBucket, kSignalKinds>> buckets_; ///< per attachment
};

} // namespace mcfwd::dataplane
