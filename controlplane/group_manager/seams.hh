// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the group manager needs from outside: routes, boundaries, interface names, memory, and a place to
// publish to.
// The daemon gives the real ones, tests give fakes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mcfwd/entry_counters.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/types.hh>

namespace mcfwd::group_manager {

/// Where packets of a source are expected to come from.
struct RpfInterface {
    InterfaceKey iif;
    Ipv4Address upstream; ///< 0: the source is attached, or the neighbour is not known
    Route route;
};

/// The multicast view of the routing table (specification 1.9). After a change of its answers call
/// `GroupManager::route_changed`. Concrete class: RpfTable.
class MulticastView {
  public:
    virtual ~MulticastView() = default;
    /// nullopt: no route.
    [[nodiscard]] virtual std::optional<RpfInterface> lookup(SourceGroup flow) const = 0;
};

/// Administrative boundaries (specification 1.9). A scope boundary blocks a group in both directions. A TTL
/// boundary depends on the packet: the workers judge it (`Egress::ttl_threshold`). After a change call
/// `GroupManager::boundary_changed`. Concrete class: ScopeBoundaries.
class Boundary {
  public:
    virtual ~Boundary() = default;
    [[nodiscard]] virtual bool blocks_input(InterfaceKey interface, Ipv4Address group) const = 0;
    [[nodiscard]] virtual bool blocks_output(InterfaceKey interface, Ipv4Address group) const = 0;
};

/// Which interfaces the system has, and what people call them.
class InterfaceDirectory {
  public:
    virtual ~InterfaceDirectory() = default;
    /// nullopt: there is no such interface.
    [[nodiscard]] virtual std::optional<std::string> interface_name(IfIndex interface) const = 0;
};

/// Memory for what has begun: it can always finish (specification 2.0 check 8, N21). Concrete class:
/// daemon::MemoryReserve.
class Memory {
  public:
    enum class Use : std::uint8_t {
        kGrow,   ///< keeps some of what it allocates
        kShrink, ///< keeps no more than it gives back: may use what is set aside for a way out of a shortage
    };
    virtual ~Memory() = default;
    /// False: work that has at most `octets` allocated at a time must not begin. True: it will find them,
    /// until `end`. Nests; an inner call counts for itself.
    [[nodiscard]] virtual bool begin(std::size_t octets, Use use) = 0;
    virtual void end() = 0;
};

/// Both calls of a `Memory`, kept together.
class MemoryHold {
  public:
    /// `memory` may be null: then nothing is refused.
    MemoryHold(Memory* memory, std::size_t octets, Memory::Use use)
        : memory_(memory),
          granted_(memory == nullptr || memory->begin(octets, use)) {}
    ~MemoryHold() {
        if (memory_ != nullptr && granted_) {
            memory_->end();
        }
    }
    MemoryHold(const MemoryHold&) = delete;
    MemoryHold& operator=(const MemoryHold&) = delete;
    [[nodiscard]] explicit operator bool() const { return granted_; }

  private:
    Memory* memory_;
    bool granted_;
};

/// The forwarding state of one flow as it shall be from now on. No oif: a negative entry.
struct DesiredEntry {
    SourceGroup flow;
    InterfaceKey iif;
    std::vector<InterfaceKey> oifs; ///< ascending, never holds the iif
    bool restart_counters = false;  ///< a rebuilt entry counts from 0
};

/// Whether somebody owns an interface: misses on it are signalled, else dropped.
struct DesiredMissPolicy {
    InterfaceKey interface;
    bool signal = false;
};

/// What becomes visible to the workers at once.
struct ForwardingUpdate {
    std::vector<DesiredEntry> put;
    std::vector<SourceGroup> erase;
    std::vector<DesiredMissPolicy> miss;
    std::string cause; ///< for the table history
    /// More of the same change follows: it may become visible together with that. The next update without
    /// this, even an empty one, makes everything visible that came before.
    bool more = false;

    [[nodiscard]] bool empty() const { return put.empty() && erase.empty() && miss.empty(); }
};

/// Traffic of a flow since its entry was created or rebuilt.
using FlowCounters = EntryCounters;
using OifCounters = EgressCounters;

/// The way to the forwarding table. Concrete class: forwarding::TablePublisher.
class ForwardingSink {
  public:
    virtual ~ForwardingSink() = default;
    /// Takes the update as a whole, as one version or part of one, or not at all (kNotEnoughMemory: no room
    /// for a new entry). Publishing an entry releases the packets parked for its flow.
    [[nodiscard]] virtual Expected<void> publish(const ForwardingUpdate& update) = 0;
    /// There will be no entry: packets parked for the flow are dropped and counted.
    virtual void discard_parked(SourceGroup flow) = 0;
    /// nullopt: no such entry.
    [[nodiscard]] virtual std::optional<FlowCounters> counters(SourceGroup flow) const = 0;
    [[nodiscard]] virtual std::vector<OifCounters> oif_counters(SourceGroup flow) const = 0;
};

} // namespace mcfwd::group_manager
