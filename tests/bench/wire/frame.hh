// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The test packet on the wire: Ethernet, IPv4, UDP, and 16 octets that tell its number and when it left. It
// fits the smallest Ethernet frame. What a copy of it must look like behind a router is decided here, too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <mcfwd/mac.hh>

#include "flows.hh"

namespace mcfwd::wire {

/// Octets of the smallest frame, without FCS as everywhere here.
inline constexpr std::size_t kSmallestFrame = 60;
inline constexpr std::size_t kLargestFrame = 1514;

/// The number of no trial.
inline constexpr std::uint16_t kNoTrial = 0;

/// Writes frames of one size. Octets behind the payload's header are left as they are.
class FrameWriter {
  public:
    /// `octets` from kSmallestFrame to kLargestFrame.
    FrameWriter(std::size_t octets, const MacAddress& sender, std::uint16_t trial);

    /// All but the time. `frame` holds as many octets as the writer was made for.
    void write(std::byte* frame, const Flows& flows, std::uint32_t flow, std::uint32_t sequence) const;
    /// Once per burst, right before it is sent.
    static void stamp(std::byte* frame, std::uint64_t cycles);

  private:
    static constexpr std::size_t kHeaderOctets = 42;
    std::array<std::byte, kHeaderOctets> header_{};
    std::uint32_t checksum_base_ = 0; ///< over the IP header without addresses
    std::uint16_t trial_;
};

enum class FrameKind : std::uint8_t {
    kCopy,  ///< a test packet of this trial, routed once
    kIgmp,  ///< the router asks
    kStale, ///< a test packet of another trial
    kWrong, ///< anything else, or a copy that is not what the router should have made
};

struct ReceivedFrame {
    FrameKind kind = FrameKind::kWrong;
    std::uint32_t sequence = 0; ///< kCopy only, like the rest
    std::uint32_t flow = 0;
    std::uint64_t sent_cycles = 0;
};

/// What every copy of a trial must agree with.
struct ExpectedCopies {
    const Flows* flows = nullptr;
    std::size_t octets = 0;
    std::uint16_t trial = 0;
};

/// Checks length, addresses of both layers, TTL and number; checksums are the functional tests' business.
[[nodiscard]] ReceivedFrame read_frame(std::span<const std::byte> frame, const ExpectedCopies& expected);

} // namespace mcfwd::wire
