// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// RX queue q of port p goes to worker (q + p) mod workers, so that single-queue ports spread too. Worker w
// sends through TX queue w; where a port has fewer, through the worker that owns queue w mod queues.
#include "workers.hh"

#include <fmt/format.h>
#include <rte_launch.h>
#include <rte_mbuf.h>

namespace mcfwd::dataplane {
namespace {

struct Launch {
    Worker* worker;
    const std::atomic<bool>* stop;
};

} // namespace

Workers::Workers(Attachments attachments, const Eal& eal)
    : attachments_(std::move(attachments)),
      eal_(eal),
      tallies_(eal.workers()) {}

Workers::~Workers() {
    join();
}

Expected<std::unique_ptr<Workers>> Workers::create(const WorkersSetup& setup, Attachments attachments) {
    std::unique_ptr<Workers> made(new Workers(std::move(attachments), *setup.eal));
    if (auto rings = made->make_rings(setup); !rings) {
        return std::unexpected(rings.error());
    }
    auto doorbell = Doorbell::create();
    if (!doorbell) {
        return std::unexpected(doorbell.error());
    }
    made->doorbell_ = std::move(*doorbell);
    made->make_workers(setup);
    return made;
}

Expected<void> Workers::make_rings(const WorkersSetup& setup) {
    const std::size_t count = eal_.workers();
    for (std::size_t number = 0; number < count; ++number) {
        auto rings = WorkerRings::create(WorkerId(static_cast<std::uint16_t>(number)), setup.ports.size(),
                                         setup.limits);
        if (!rings) {
            return std::unexpected(rings.error());
        }
        rings_.push_back(std::move(*rings));
    }
    for (const Port& port : setup.ports) {
        for (std::uint16_t owner = 0; port.tx_queues() < count && owner < port.tx_queues(); ++owner) {
            if (auto added = relays_.add(port.id(), WorkerId(owner)); !added) {
                return added;
            }
        }
    }
    return {};
}

std::vector<Outlet> Workers::outlets(WorkerId worker, const WorkersSetup& setup) {
    std::vector<Outlet> made;
    for (const Port& port : setup.ports) {
        const WorkerId owner(static_cast<std::uint16_t>(worker.value() % port.tx_queues()));
        Ring<rte_mbuf*>* relay = relays_.find(port.id(), owner);
        made.push_back({.number = port.number(),
                        .queue = owner.value(),
                        .relay = owner == worker ? nullptr : relay,
                        .inbox = owner == worker ? relay : nullptr,
                        .link_up = setup.links->up(port.id()),
                        .multi_segment = port.capabilities().multi_segment_tx});
    }
    return made;
}

void Workers::make_workers(const WorkersSetup& setup) {
    const std::size_t count = eal_.workers();
    std::vector<std::vector<Inlet>> inlets(count);
    for (const Port& port : setup.ports) {
        for (std::uint16_t queue = 0; queue < port.rx_queues(); ++queue) {
            inlets[(queue + port.id().value()) % count].push_back({port.id(), port.number(), queue});
        }
    }
    for (std::size_t number = 0; number < count; ++number) {
        const WorkerId id(static_cast<std::uint16_t>(number));
        workers_.push_back(std::make_unique<Worker>(WorkerSetup{
            .id = id,
            .poll = setup.poll,
            .limits = setup.limits,
            .table = setup.table->access(id),
            .attachments = &attachments_,
            .inlets = std::move(inlets[number]),
            .outlets = outlets(id, setup),
            .punt = &rings_[number].punt,
            .doorbell = doorbell_.get(),
            .injections = &rings_[number].injections,
            .pool = setup.pool,
            .small_pool = setup.small_pool,
            .tally = &tallies_[number],
        }));
    }
}

Expected<void> Workers::launch() {
    static std::vector<Launch> arguments; // outlive this call; lcores read them when they start
    arguments.clear();
    for (const auto& worker : workers_) {
        arguments.push_back({worker.get(), &stop_});
    }
    for (std::size_t number = 0; number < workers_.size(); ++number) {
        const unsigned lcore = eal_.lcore(WorkerId(static_cast<std::uint16_t>(number)));
        const auto run = [](void* argument) {
            const auto* launch = static_cast<const Launch*>(argument);
            launch->worker->run(*launch->stop);
            return 0;
        };
        if (const int error = rte_eal_remote_launch(run, &arguments[number], lcore); error != 0) {
            return fail(Status::kCanNotComplete,
                        fmt::format("worker {} does not start on lcore {}", number, lcore));
        }
        launched_.push_back(lcore);
    }
    return {};
}

void Workers::join() {
    stop_.store(true, std::memory_order_release); // with what was given to the rings before
    for (const unsigned lcore : launched_) {
        rte_eal_wait_lcore(lcore);
    }
    launched_.clear();
    workers_.clear();
    for (WorkerRings& rings : rings_) {
        for (Ring<PuntedPacket>& ring : rings.punt.igmp) {
            for (PuntedPacket punted; ring.pop(punted);) {
                rte_pktmbuf_free(punted.mbuf);
            }
        }
        for (Injection injection; rings.injections.pop(injection);) {
            rte_pktmbuf_free(injection.frame); // nullptr is fine
        }
    }
}

std::vector<WorkerCounters> Workers::counters() const {
    std::vector<WorkerCounters> all;
    for (std::size_t number = 0; number < tallies_.size(); ++number) {
        const WorkerId id(static_cast<std::uint16_t>(number));
        read_igmp_drops(rings_[number].punt, all.emplace_back(tallies_[number].snapshot(id, eal_.core(id))));
    }
    return all;
}

} // namespace mcfwd::dataplane
