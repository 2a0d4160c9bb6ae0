// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Put together as `Workers` does. A source of its own stands for a queue of the port that all workers share.
#include "wired_worker.hh"

#include <array>

#include "egress_plan.hh"
#include "loading.hh"
#include "membership_changes.hh"

namespace mcfwd::bench::control {
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

std::vector<Outlet> outlets(const Wires* wires) {
    std::vector<Outlet> made;
    if (wires != nullptr) {
        made.push_back({.number = wires->source()}); // nothing is sent there
        for (std::uint16_t sink = 0; sink < MembershipChanges::kSinks; ++sink) {
            made.push_back({.number = wires->sinks(), .queue = sink});
        }
    }
    return made;
}

} // namespace

WiredWorker::WiredWorker(WorkerId id, const Table& table, const Wires* wires, rte_mempool* pool)
    : id_(id),
      attachments_(attach(wires)),
      rings_(must(WorkerRings::create(id, 1, limits_))),
      doorbell_(must(Doorbell::create())),
      worker_(WorkerSetup{.id = id,
                          .limits = limits_,
                          .table = table.access(id),
                          .attachments = &attachments_,
                          .inlets = inlets(wires),
                          .outlets = outlets(wires),
                          .punt = &rings_.punt,
                          .doorbell = doorbell_.get(),
                          .injections = &rings_.injections,
                          .pool = pool,
                          .tally = &tally_}) {}

} // namespace mcfwd::bench::control
