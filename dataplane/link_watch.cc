// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One word per port, written here and read by every worker at each flush.
#include "link_watch.hh"

namespace mcfwd::dataplane {

LinkWatch::LinkWatch(std::size_t ports) : up_(ports) {
    for (std::atomic<bool>& up : up_) {
        up.store(true, std::memory_order_relaxed);
    }
}

void LinkWatch::look(std::span<const Port> ports, Instant now) {
    if (looked_ != Instant{} && now - looked_ < kPeriod) {
        return;
    }
    looked_ = now;
    for (const Port& port : ports) {
        // Relaxed: nothing else comes with it, and a few copies more or less do not matter.
        up_[port.id().value()].store(port.link_up(), std::memory_order_relaxed);
    }
}

} // namespace mcfwd::dataplane
