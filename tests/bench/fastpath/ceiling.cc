// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The least that a replicator does: nothing can be left out here.
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
          copies_(static_cast<std::uint16_t>(task.plan.egresses.size())),
          lanes_(task.plan.sinks) {
        for (const Egress& egress : task.plan.egresses) {
            egresses_.push_back(static_cast<std::uint16_t>(sink_of(egress.port)));
        }
    }

    void turn() override {
        std::array<rte_mbuf*, dataplane::kBurst> frames;
        const std::uint16_t count = rte_eth_rx_burst(source_, 0, frames.data(), frames.size());
        for (std::uint16_t i = 0; i < count; ++i) {
            rte_mbuf_refcnt_set(frames[i], copies_);
            for (const std::uint16_t sink : egresses_) {
                Lane& lane = lanes_[sink];
                lane.frames[lane.size++] = frames[i];
                if (lane.size == lane.frames.size()) {
                    flush(sink);
                }
            }
        }
        for (std::uint16_t sink = 0; sink < lanes_.size(); ++sink) {
            flush(sink);
        }
    }

  private:
    struct Lane {
        std::size_t size = 0;
        std::array<rte_mbuf*, dataplane::kBurst> frames{};
    };
    void flush(std::uint16_t sink) {
        Lane& lane = lanes_[sink];
        if (lane.size > 0) {
            rte_eth_tx_burst(sinks_, sink, lane.frames.data(), static_cast<std::uint16_t>(lane.size));
            lane.size = 0;
        }
    }

    std::uint16_t source_;
    std::uint16_t sinks_;
    std::uint16_t copies_;
    std::vector<std::uint16_t> egresses_; ///< sinks
    std::vector<Lane> lanes_;
};

} // namespace

std::unique_ptr<Forwarder> make_ceiling(const Task& task) {
    return std::make_unique<Ceiling>(task);
}

} // namespace mcfwd::bench
