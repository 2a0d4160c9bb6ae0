// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Every table is as large as what is in it.
#include "forwarder.hh"

#include <dataplane/memory.hh>
#include <dataplane/pool.hh>
#include <dataplane/table/table.hh>

#include "loading.hh"
#include "wired_worker.hh"

namespace mcfwd::bench {
namespace {

using namespace dataplane;

constexpr std::size_t kSmallBuffers = 131'071; // as many as the textbook has for its headers

class Product final : public Forwarder {
  public:
    explicit Product(const Task& task)
        : small_pool_(must(make_small_pool(kSmallBuffers))),
          table_(must(Table::create({.entries = task.entries,
                                     .egresses = task.entries * task.plan.egresses.size(),
                                     .workers = 1,
                                     .ports = task.plan.sinks + 1},
                                    clock_, allocate_eal_memory))),
          wired_(WorkerId(0), *table_,
                 {.wires = task.wires,
                  .sinks = task.plan.sinks,
                  .pool = task.pool,
                  .small_pool = small_pool_.get(),
                  .limits = limits(task)}) {
        load(*table_, task.entries, task.plan);
        wired_.worker().enter();
    }
    ~Product() override { wired_.worker().leave(); }

    void turn() override { wired_.worker().turn(); }

  private:
    static Limits limits(const Task& task) {
        Limits limits;
        limits.chain_from = task.chain_from.value_or(limits.chain_from);
        return limits;
    }

    SystemClock clock_;
    PoolOwner small_pool_;
    std::unique_ptr<Table> table_;
    WiredWorker wired_;
};

} // namespace

std::unique_ptr<Forwarder> make_product(const Task& task) {
    return std::make_unique<Product>(task);
}

} // namespace mcfwd::bench
