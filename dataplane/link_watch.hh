// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Tells the workers which ports have a link, so that copies for a dead port end at once and with the right
// name.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>

#include "port.hh"

namespace mcfwd::dataplane {

/// Control thread only, but for what `up` points to. Every port counts as up until it was looked at.
class LinkWatch {
  public:
    explicit LinkWatch(std::size_t ports);

    /// Looks at the links if the last time was kPeriod ago or longer: a few system calls per port.
    void look(std::span<const Port> ports, Instant now);
    /// For the workers.
    [[nodiscard]] const std::atomic<bool>* up(PortId port) const { return &up_[port.value()]; }

  private:
    static constexpr Duration kPeriod = std::chrono::milliseconds(100);

    std::vector<std::atomic<bool>> up_;
    Instant looked_{};
};

} // namespace mcfwd::dataplane
