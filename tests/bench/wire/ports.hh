// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The generator's ends of the wires: one port that sends, and one per receiver. Opened by the router's own
// port code, so every kind of port that the router has can be tried; what passes through is judged here
// alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

#include <dataplane/eal.hh>
#include <dataplane/pool.hh>
#include <dataplane/port.hh>

namespace mcfwd::wire {

struct PortsRequest {
    unsigned core = 0;
    std::vector<std::string> devices; ///< the sender's, then the receivers'; as in a configuration
    std::size_t buffers = 0;
    bool hugepages = false;
    std::vector<std::string> eal = {}; ///< further arguments of EAL
};

class Ports {
  public:
    [[nodiscard]] static Expected<Ports> open(const PortsRequest& request);

    /// True when every wire has a router at its other end.
    [[nodiscard]] bool linked() const;
    [[nodiscard]] unsigned receivers() const { return static_cast<unsigned>(ports_.size()) - 1; }
    [[nodiscard]] const dataplane::Port& sender() const { return ports_.front(); }
    [[nodiscard]] const dataplane::Port& receiver(unsigned index) const { return ports_[index + 1]; }
    [[nodiscard]] rte_mempool* pool() const { return pool_.get(); }
    /// Frames that came to a receiver's port and were lost there, for the generator was too slow.
    [[nodiscard]] std::uint64_t missed(unsigned receiver_index) const;

  private:
    Ports(dataplane::Eal eal, dataplane::PoolOwner pool, std::vector<dataplane::Port> ports);

    // Destroyed in the reverse of this order.
    dataplane::Eal eal_;
    dataplane::PoolOwner pool_;
    std::vector<dataplane::Port> ports_;
};

} // namespace mcfwd::wire
