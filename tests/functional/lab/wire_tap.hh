// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Every frame of one interface, in both directions, with kernel timestamps: an AF_PACKET ring (TPACKET_V3).
// It sees what is on the wire, not only what a socket asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

namespace mcfwd::lab {

struct TapFrame {
    std::span<const std::byte> bytes; ///< without VLAN tag
    VlanId vlan;                      ///< 0: untagged
    std::int64_t time_ns = 0;         ///< CLOCK_MONOTONIC
    bool outgoing = false;            ///< sent by this host
};

class WireTap {
  public:
    [[nodiscard]] static Expected<WireTap> create(const std::string& interface);
    WireTap(WireTap&&) noexcept;
    WireTap& operator=(WireTap&&) noexcept;
    ~WireTap();

    /// Readable when a block of frames is ready, at the latest some milliseconds after its first frame.
    [[nodiscard]] int fd() const;
    /// Delivers all frames that are ready. The spans live during the call only.
    void drain(const std::function<void(const TapFrame&)>& deliver);
    /// Frames that the ring had no room for since the start: a result with any is worth nothing.
    [[nodiscard]] std::uint64_t missed();

  private:
    struct Ring;
    explicit WireTap(std::unique_ptr<Ring> ring);
    std::unique_ptr<Ring> ring_;
};

} // namespace mcfwd::lab
