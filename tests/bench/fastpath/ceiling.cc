// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Nothing can be left out here that a replicator does.
#include "forwarder.hh"

#include <array>

#include <rte_ethdev.h>

#include <dataplane/table/lookup.hh>

namespace mcfwd::bench {
namespace {

class Ceiling final : public Forwarder {
  public:
    explicit Ceiling(const Task& task)
        : source_(task.wires->source()),
          sinks_(task.wires->sinks()),
          copies_(static_cast<std::uint16_t>(task.plan.egresses.size())) {
        for (const Egress& egress : task.plan.egresses) {
            queues_.push_back(static_cast<std::uint16_t>(sink_of(egress.port)));
        }
    }

    void turn() override {
        std::array<rte_mbuf*, dataplane::kBurst> frames;
        const std::uint16_t count = rte_eth_rx_burst(source_, 0, frames.data(), frames.size());
        for (std::uint16_t i = 0; i < count; ++i) {
            rte_mbuf_refcnt_set(frames[i], copies_);
        }
        for (const std::uint16_t queue : queues_) {
            rte_eth_tx_burst(sinks_, queue, frames.data(), count);
        }
    }

  private:
    std::uint16_t source_;
    std::uint16_t sinks_;
    std::uint16_t copies_;
    std::vector<std::uint16_t> queues_;
};

} // namespace

std::unique_ptr<Forwarder> make_ceiling(const Task& task) {
    return std::make_unique<Ceiling>(task);
}

} // namespace mcfwd::bench
