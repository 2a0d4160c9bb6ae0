// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is added to the turns of the workers: two reads of the time stamp counter, one count, and one bucket
// of a histogram if somebody wants it; the same on both sides of every comparison.
#include "loop.hh"

#include <stdexcept>
#include <thread>
#include <utility>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_pause.h>

#include <dataplane/table/lookup.hh>

namespace mcfwd::bench::control {

Loop::Loop(const dataplane::Eal& eal, WorkerId thread, std::vector<WiredWorker*> workers)
    : lcore_(eal.lcore(thread)),
      workers_(std::move(workers)) {}

Loop::~Loop() {
    stop();
}

void Loop::start() {
    const std::uint64_t before = rounds();
    stop_.store(false, std::memory_order_relaxed); // its thread is launched after this
    const auto run = [](void* loop) {
        static_cast<Loop*>(loop)->run();
        return 0;
    };
    if (rte_eal_remote_launch(run, this, lcore_) != 0) {
        throw std::runtime_error("a worker does not start");
    }
    running_ = true;
    while (rounds() == before) {
        std::this_thread::yield(); // it may be on this core
    }
}

void Loop::stop() {
    if (std::exchange(running_, false)) {
        stop_.store(true, std::memory_order_release);
        rte_eal_wait_lcore(lcore_);
    }
}

void Loop::pass() const {
    for (const std::uint64_t end = rounds() + 2; rounds() < end;) {
        rte_pause();
    }
}

void Loop::run() noexcept {
    for (WiredWorker* worker : workers_) {
        worker->worker().enter();
    }
    while (!stop_.load(std::memory_order_acquire)) {
        const std::uint64_t start = rte_rdtsc();
        for (WiredWorker* worker : workers_) {
            worker->worker().turn();
        }
        const std::uint64_t cycles = rte_rdtsc() - start;
        // Acquire: a histogram is empty when it comes.
        if (pipeline::BurstHistogram* histogram = histogram_.load(std::memory_order_acquire)) {
            histogram->add(cycles);
        }
        // Release: whoever has seen the round sees what it recorded.
        rounds_.store(rounds_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    for (WiredWorker* worker : workers_) {
        worker->worker().leave();
    }
}

RateMeter::RateMeter(const Loop& loop) : loop_(loop), rounds_(loop.rounds()), start_(rte_rdtsc()) {}

double RateMeter::mpps() const {
    const std::uint64_t rounds = loop_.rounds() - rounds_;
    const double seconds = static_cast<double>(rte_rdtsc() - start_) / static_cast<double>(rte_get_tsc_hz());
    return static_cast<double>(rounds * dataplane::kBurst) / seconds / 1e6;
}

} // namespace mcfwd::bench::control
