// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Copies go to the driver at the end of each burst; in between what is more than a burst for one port.
#include "transmit.hh"

#include <algorithm>
#include <utility>

#include <rte_cycles.h>
#include <rte_ethdev.h>

namespace mcfwd::dataplane {
namespace {

// A port that takes nothing for so long is stuck; what waits for it is stale.
constexpr std::uint64_t kPatiencePerSecond = 1000;

std::uint16_t offer(const Outlet& outlet, rte_mbuf** packets, std::size_t count) noexcept {
    const auto chunk = static_cast<std::uint16_t>(std::min<std::size_t>(count, 512));
    if (outlet.relay != nullptr) {
        return static_cast<std::uint16_t>(outlet.relay->push_some(packets, chunk));
    }
    return rte_eth_tx_burst(outlet.number, outlet.queue, packets, chunk);
}

} // namespace

Transmit::Transmit(std::vector<Outlet> outlets, std::size_t backlog, Tally& tally)
    : memory_(2 * outlets.size() * std::max(backlog, kBatch)),
      backlog_(std::max(backlog, kBatch)),
      patience_(rte_get_tsc_hz() / kPatiencePerSecond),
      tally_(tally) {
    rte_mbuf** next = memory_.data();
    for (const Outlet& outlet : outlets) {
        Lane& lane = lanes_.emplace_back();
        lane.outlet = outlet;
        for (Queue* queue : {&lane.copies, &lane.injected}) {
            queue->packets = std::exchange(next, next + backlog_);
        }
    }
}

Transmit::~Transmit() {
    for (Lane& lane : lanes_) {
        // Nobody sends any more, so the inbox only gets emptier.
        for (rte_mbuf* packet = nullptr; lane.outlet.inbox != nullptr && lane.outlet.inbox->pop(packet);) {
            refuse(packet);
        }
        give_up(lane.copies, copies_dropped(CopyDropReason::kTxFull));
        give_up(lane.injected, tally_.inject_drops);
    }
}

// An offer may be a system call: after a short one, the next comes with the flush or with a batch more.
void Transmit::overflow(Lane& lane, rte_mbuf* copy) noexcept {
    Queue& queue = lane.copies;
    if (queue.size < backlog_) {
        static_cast<void>(send(lane.outlet, queue, tally_.sent));
    }
    if (queue.size == backlog_) {
        refuse(copy);
    } else {
        queue.packets[queue.size++] = copy;
    }
}

void Transmit::refuse(rte_mbuf* copy) noexcept {
    rte_pktmbuf_free(copy);
    tally_.drop_copies(CopyDropReason::kTxFull, 1);
}

void Transmit::inject(PortId port, rte_mbuf* frame) noexcept {
    Queue& queue = lanes_[port.value()].injected;
    if (queue.size == backlog_) {
        rte_pktmbuf_free(frame);
        tally_.inject_drops.add(1);
        return;
    }
    queue.packets[queue.size++] = frame;
}

bool Transmit::flush(std::uint64_t now) noexcept {
    bool moved = false;
    left_ = 0;
    for (Lane& lane : lanes_) {
        take_relayed(lane);
        if (lane.copies.size + lane.injected.size == 0) {
            continue;
        }
        if (lane.outlet.link_up != nullptr && !lane.outlet.link_up->load(std::memory_order_relaxed)) {
            give_up(lane.copies, copies_dropped(CopyDropReason::kPortDown));
            give_up(lane.injected, tally_.inject_drops);
            continue;
        }
        moved = send(lane.outlet, lane.injected, tally_.injected) || moved;
        age(lane.injected, now, tally_.inject_drops);
        moved = send(lane.outlet, lane.copies, tally_.sent) || moved;
        age(lane.copies, now, copies_dropped(CopyDropReason::kTxFull));
        left_ += lane.copies.size + lane.injected.size;
    }
    return moved;
}

bool Transmit::send(const Outlet& outlet, Queue& queue, RelaxedCounter& sent) noexcept {
    std::size_t taken = 0;
    while (taken < queue.size) {
        const std::uint16_t now_taken = offer(outlet, queue.packets + taken, queue.size - taken);
        if (now_taken == 0) {
            break;
        }
        taken += now_taken;
    }
    if (taken > 0) {
        std::copy(queue.packets + taken, queue.packets + queue.size, queue.packets);
        queue.size -= taken;
        queue.refused_since = 0;
        // What is relayed is counted by the worker that sends it.
        sent.add(outlet.relay == nullptr ? taken : 0);
    }
    queue.limit = std::min(queue.size + kBatch, backlog_);
    return taken > 0;
}

void Transmit::age(Queue& queue, std::uint64_t now, RelaxedCounter& dropped) noexcept {
    if (queue.size == 0) {
        return;
    }
    if (queue.refused_since == 0) {
        queue.refused_since = now;
    } else if (now - queue.refused_since > patience_) {
        give_up(queue, dropped);
    }
}

void Transmit::give_up(Queue& queue, RelaxedCounter& dropped) noexcept {
    rte_pktmbuf_free_bulk(queue.packets, static_cast<unsigned>(queue.size));
    dropped.add(queue.size);
    queue.size = 0;
    queue.limit = kBatch;
    queue.refused_since = 0;
}

void Transmit::take_relayed(Lane& lane) noexcept {
    rte_mbuf* packet = nullptr;
    while (lane.outlet.inbox != nullptr && lane.copies.size < backlog_ && lane.outlet.inbox->pop(packet)) {
        lane.copies.packets[lane.copies.size++] = packet;
    }
}

RelaxedCounter& Transmit::copies_dropped(CopyDropReason reason) noexcept {
    return tally_.copy_drops[static_cast<std::size_t>(reason)];
}

} // namespace mcfwd::dataplane
