// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Put together as `Workers` does for one worker, without its thread.
#include "forwarder.hh"

#include <array>
#include <string>
#include <utility>

#include <dataplane/memory.hh>
#include <dataplane/table/table.hh>
#include <dataplane/worker/rings.hh>
#include <dataplane/worker/worker.hh>

#include "flows.hh"
#include "loading.hh"

namespace mcfwd::bench {
namespace {

using namespace dataplane;

class Product final : public Forwarder {
  public:
    explicit Product(const Task& task)
        : limits_(limits(task)),
          table_(must(Table::create({.entries = task.entries,
                                     .egresses = task.entries * task.plan.egresses.size(),
                                     .workers = 1,
                                     .ports = task.plan.sinks + 1},
                                    clock_, allocate_eal_memory))),
          attachments_(attach(task.wires->source_mac())),
          rings_(must(WorkerRings::create(WorkerId(0), task.plan.sinks + 1, limits_))),
          doorbell_(must(Doorbell::create())),
          worker_(WorkerSetup{.id = WorkerId(0),
                              .limits = limits_,
                              .table = table_->access(WorkerId(0)),
                              .attachments = &attachments_,
                              .inlets = {{kSourcePort, task.wires->source(), 0}},
                              .outlets = outlets(task),
                              .punt = &rings_.punt,
                              .doorbell = doorbell_.get(),
                              .injections = &rings_.injections,
                              .pool = task.pool,
                              .tally = &tally_}) {
        load(*table_, task.entries, task.plan);
        worker_.enter();
    }
    ~Product() override { worker_.leave(); }

    void turn() override { worker_.turn(); }

  private:
    static Limits limits(const Task& task) {
        Limits limits;
        limits.chain_from = task.chain_from.value_or(limits.chain_from);
        return limits;
    }
    static Attachments attach(const MacAddress& source_port) {
        const std::array places{Attachment{.port = kSourcePort, .interface = kSourceInterface}};
        const std::array macs{source_port};
        return must(Attachments::create(places, macs));
    }
    static std::vector<Outlet> outlets(const Task& task) {
        std::vector<Outlet> outlets{{.number = task.wires->source()}}; // nothing is sent there
        for (std::uint16_t sink = 0; sink < task.plan.sinks; ++sink) {
            outlets.push_back({.number = task.wires->sinks(), .queue = sink, .multi_segment = true});
        }
        return outlets;
    }

    SystemClock clock_;
    Limits limits_;
    Tally tally_;
    std::unique_ptr<Table> table_;
    Attachments attachments_;
    WorkerRings rings_;
    std::unique_ptr<Doorbell> doorbell_;
    Worker worker_;
};

} // namespace

std::unique_ptr<Forwarder> make_product(const Task& task) {
    return std::make_unique<Product>(task);
}

} // namespace mcfwd::bench
