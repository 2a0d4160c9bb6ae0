// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Put together as `Workers` does. A source of its own stands for a queue of the port that all workers share.
#include "wired_worker.hh"

#include <array>

#include "egress_plan.hh"
#include "loading.hh"

namespace mcfwd::bench {
namespace {

using namespace dataplane;

Attachments attach(const Wires* wires) {
    const std::array places{Attachment{.port = kSourcePort, .interface = kSourceInterface}};
    const std::array macs{wires != nullptr ? wires->source_mac() : MacAddress{}};
    return must(Attachments::create(places, macs));
}

std::vector<Inlet> inlets(const Wires* wires) {
    return wires != nullptr ? std::vector<Inlet>{{kSourcePort, wires->source(), 0}} : std::vector<Inlet>{};
}

std::vector<Outlet> outlets(const Wiring& wiring) {
    std::vector<Outlet> made;
    if (wiring.wires != nullptr) {
        made.push_back({.number = wiring.wires->source(), .multi_segment = true}); // nothing is sent there
        for (std::uint16_t sink = 0; sink < wiring.sinks; ++sink) {
            made.push_back({.number = wiring.wires->sinks(), .queue = sink, .multi_segment = true});
        }
    }
    return made;
}

} // namespace

WiredWorker::WiredWorker(WorkerId id, const Table& table, const Wiring& wiring)
    : id_(id),
      attachments_(attach(wiring.wires)),
      rings_(must(WorkerRings::create(id, 1, wiring.limits))),
      doorbell_(must(Doorbell::create())),
      worker_(WorkerSetup{.id = id,
                          .limits = wiring.limits,
                          .table = table.access(id),
                          .attachments = &attachments_,
                          .inlets = inlets(wiring.wires),
                          .outlets = outlets(wiring),
                          .punt = &rings_.punt,
                          .doorbell = doorbell_.get(),
                          .injections = &rings_.injections,
                          .pool = wiring.pool,
                          .small_pool = wiring.small_pool,
                          .tally = &tally_}) {}

} // namespace mcfwd::bench
