// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The packet path. `turn` is one round of a worker, `process` the life of a burst, stage by stage.
#include "worker.hh"

#include <algorithm>
#include <bit>
#include <utility>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_prefetch.h>
#include <rte_rcu_qsbr.h>
#include <sys/prctl.h>

#include <dataplane/table/lookup.hh>

namespace mcfwd::dataplane {
namespace {

// Parked bursts released in one turn: enough to be done soon, few enough to keep polling.
constexpr unsigned kReleasedPerTurn = 8;
constexpr unsigned kInjectedPerTurn = 32;

} // namespace

Worker::Worker(WorkerSetup setup)
    : setup_(std::move(setup)),
      tally_(*setup_.tally),
      punt_(*setup_.punt, *setup_.doorbell, setup_.attachments->size(), setup_.limits, tally_),
      buffers_(setup_.pool),
      small_buffers_(setup_.small_pool),
      losses_(setup_.table.counters, tally_),
      transmit_(setup_.outlets, setup_.limits.transmit_backlog, losses_, tally_),
      park_(setup_.limits, punt_, losses_, tally_),
      accept_(*setup_.attachments, setup_.table.counters, punt_, tally_),
      replicate_(buffers_, small_buffers_, setup_.limits.chain_from, transmit_, losses_, tally_),
      bridge_(*setup_.attachments, setup_.table.counters, punt_, transmit_, buffers_, tally_),
      idle_(setup_.poll) {}

void Worker::run(const std::atomic<bool>& stop) noexcept {
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL); // short sleeps are meant to be short
    enter();
    // Acquire: what the control thread gave to the ring before it said stop is still sent.
    while (!stop.load(std::memory_order_acquire)) {
        if (turn()) {
            idle_.reset();
        } else if (idle_.tired()) {
            rest();
        }
    }
    static_cast<void>(current_table()); // what is still to be dropped may be of an older one
    while (take_injections()) {
        std::ignore = transmit_.flush(rte_rdtsc());
    }
    leave();
}

void Worker::enter() noexcept {
    rte_rcu_qsbr_thread_register(setup_.table.publication->readers, setup_.id.value());
    rte_rcu_qsbr_thread_online(setup_.table.publication->readers, setup_.id.value());
}

void Worker::leave() noexcept {
    rte_rcu_qsbr_thread_offline(setup_.table.publication->readers, setup_.id.value());
    rte_rcu_qsbr_thread_unregister(setup_.table.publication->readers, setup_.id.value());
}

void Worker::rest() noexcept {
    rte_rcu_qsbr_thread_offline(setup_.table.publication->readers, setup_.id.value());
    idle_.sleep();
    rte_rcu_qsbr_thread_online(setup_.table.publication->readers, setup_.id.value());
}

bool Worker::turn() noexcept {
    now_ = rte_rdtsc();
    release_parked(current_table());
    bool active = take_injections();
    for (const Inlet& inlet : setup_.inlets) {
        active = poll(inlet) || active;
    }
    park_.tend(now_);
    punt_.ring();
    // Work of other workers keeps us awake, too.
    active = transmit_.flush(now_) || active;
    // From here on nothing of the table is in use.
    rte_rcu_qsbr_quiescent(setup_.table.publication->readers, setup_.id.value());
    return active || !park_.empty() || !transmit_.empty();
}

// Loaded after a burst was received and used for all of it: what arrived after a publication sees that
// version.
const Instance& Worker::current_table() noexcept {
    // Acquire: pairs with the release of the publication.
    const Instance& table = *setup_.table.publication->current.load(std::memory_order_acquire);
    if (table.version != version_) {
        version_ = table.version;
        tally_.version.set(version_.value());
        losses_.see(version_);
        park_.look_again(table);
    }
    return table;
}

bool Worker::poll(const Inlet& inlet) noexcept {
    std::array<rte_mbuf*, kBurst> frames;
    const std::uint64_t start = rte_rdtsc();
    const std::uint16_t count = rte_eth_rx_burst(inlet.number, inlet.queue, frames.data(), kBurst);
    tally_.polls.add(1);
    if (count == 0) {
        tally_.empty_polls.add(1);
        return false;
    }
    tally_.received.add(count);
    process(inlet.port, {frames.data(), count}, current_table());
    const std::uint64_t cycles = rte_rdtsc() - start;
    tally_.bursts.add(1);
    tally_.busy_cycles.add(cycles);
    tally_.cycles_per_burst[std::min<std::size_t>(std::bit_width(cycles | 1U) - 1U, kCycleBuckets - 1)].add(
        1);
    return true;
}

void Worker::process(PortId port, std::span<rte_mbuf* const> frames, const Instance& table) noexcept {
    sorted_.clear();
    classify(port, frames, *setup_.attachments, tally_, sorted_);
    punt_.igmp(sorted_.igmp, port, now_);
    if (!sorted_.bridged.empty()) {
        bridge_(sorted_.bridged, table, now_, sorted_.routed);
    }
    forward(sorted_.routed, table, Origin::kWire);
    end_burst();
}

void Worker::forward(PacketBurst& packets, const Instance& table, Origin origin) noexcept {
    const std::span<const Packet> burst = packets.packets();
    look_up(
        table, burst.size(), [burst](std::size_t i) -> const FlowKey& { return burst[i].key; },
        answers_.data());
    // With DPDK's, as the compiler drops its own where it takes a function for one without effects.
    for (const Answer& answer : std::span(answers_).first(burst.size())) {
        if (answer.list != kNoList) {
            rte_prefetch0(table.list_start(answer.list));
            rte_prefetch0(&setup_.table.counters.usual[answer.counters]);
        }
    }
    const bool may_join = origin == Origin::kWire && park_.has_ready();
    for (std::size_t i = 0; i < burst.size(); ++i) {
        const Packet& packet = burst[i];
        if (may_join && park_.join(packet)) {
            continue;
        }
        switch (accept_(packet, answers_[i], table, now_)) {
        case Acceptance::kForward:
            replicate(packet, answers_[i], table);
            break;
        case Acceptance::kMiss:
            park_.park(packet, now_);
            break;
        case Acceptance::kDropped:
            break;
        }
    }
}

void Worker::replicate(const Packet& packet, const Answer& answer, const Instance& table) noexcept {
    const EgressList list = table.list(answer.list);
    const std::size_t egresses = list.header().egresses;
    const FlowNote note{.counters = answer.counters, .version = static_cast<std::uint32_t>(version_.value())};
    if (const std::size_t handed = replicate_(packet, list, note, now_); handed < egresses) [[unlikely]] {
        setup_.table.counters.exceptions[answer.counters].copies_not_made.add(egresses - handed);
    }
}

// Parked packets go before what comes in now, but no faster than the ports take them.
void Worker::release_parked(const Instance& table) noexcept {
    for (unsigned i = 0; i < kReleasedPerTurn && park_.has_ready() && transmit_.roomy(); ++i) {
        released_.clear();
        park_.release(table, released_);
        forward(released_, table, Origin::kParking);
        end_burst();
    }
}

void Worker::end_burst() noexcept {
    buffers_.give_back();
    small_buffers_.give_back();
    transmit_.flush(now_);
}

bool Worker::take_injections() noexcept {
    Injection injection;
    unsigned taken = 0;
    while (taken < kInjectedPerTurn && setup_.injections->pop(injection)) {
        ++taken;
        if (injection.frame != nullptr) {
            transmit_.inject(injection.port, injection.frame);
        } else {
            park_.discard(injection.flow);
        }
    }
    return taken > 0;
}

} // namespace mcfwd::dataplane
