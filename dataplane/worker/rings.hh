// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The rings of one worker, and those through which workers without a TX queue of their own send.
#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include <dataplane/dataplane.hh>

#include "messages.hh"

namespace mcfwd::dataplane {

/// What connects one worker with the control thread.
struct WorkerRings {
    PuntRings punt;
    Ring<Injection> injections;

    static constexpr unsigned kInjections = 1024;
    static constexpr unsigned kHellos = 512; ///< many routers speaking at once
    [[nodiscard]] static Expected<WorkerRings> create(WorkerId worker, std::size_t ports,
                                                      const Limits& limits);
};

/// Per port and owner of a TX queue: what other workers want sent.
class RelayRings {
  public:
    static constexpr unsigned kSlots = 1024;
    [[nodiscard]] Expected<void> add(PortId port, WorkerId owner);
    /// nullptr if nobody relays through this worker on this port.
    [[nodiscard]] Ring<rte_mbuf*>* find(PortId port, WorkerId owner);

  private:
    std::map<std::pair<PortId, WorkerId>, Ring<rte_mbuf*>> rings_;
};

} // namespace mcfwd::dataplane
