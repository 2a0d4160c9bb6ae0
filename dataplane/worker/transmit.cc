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

Transmit::Transmit(std::vector<Outlet> outlets, std::size_t backlog, Losses& losses, Tally& tally)
    : memory_(2 * outlets.size() * std::max(backlog, kBatch)),
      backlog_(std::max(backlog, kBatch)),
      all_take_segments_(std::ranges::all_of(outlets, &Outlet::multi_segment)),
      patience_(rte_get_tsc_hz() / kPatiencePerSecond),
      losses_(losses),
      tally_(tally) {
    rte_mbuf** next = memory_.data();
    for (const Outlet& outlet : outlets) {
        const PortId port(static_cast<std::uint16_t>(lanes_.size()));
        Lane& lane = lanes_.emplace_back();
        lane.port = port;
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
            refuse(lane, packet);
        }
        give_up_copies(lane, CopyDropReason::kTxFull);
        give_up_injected(lane);
    }
}

// An offer may be a system call: after a short one, the next comes with the flush or with a batch more.
void Transmit::overflow(Lane& lane, rte_mbuf* copy) noexcept {
    Queue& queue = lane.copies;
    if (queue.size < backlog_) {
        static_cast<void>(send(lane.outlet, queue, tally_.sent));
    }
    if (queue.size == backlog_) {
        refuse(lane, copy);
    } else {
        queue.packets[queue.size++] = copy;
    }
}

void Transmit::refuse(const Lane& lane, rte_mbuf* copy) noexcept {
    losses_.refused(copy, lane.port);
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
    set_note(frame, {}); // nobody takes it for the copy that its buffer was before
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
            give_up_copies(lane, CopyDropReason::kPortDown);
            give_up_injected(lane);
            continue;
        }
        moved = send(lane.outlet, lane.injected, tally_.injected) || moved;
        if (too_old(lane.injected, now)) {
            give_up_injected(lane);
        }
        moved = send(lane.outlet, lane.copies, tally_.sent) || moved;
        if (too_old(lane.copies, now)) {
            give_up_copies(lane, CopyDropReason::kTxFull);
        }
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

bool Transmit::too_old(Queue& queue, std::uint64_t now) const noexcept {
    if (queue.size > 0 && queue.refused_since == 0) {
        queue.refused_since = now;
    }
    return queue.size > 0 && now - queue.refused_since > patience_;
}

void Transmit::give_up_copies(Lane& lane, CopyDropReason reason) noexcept {
    for (const rte_mbuf* copy : std::span(lane.copies.packets, lane.copies.size)) {
        losses_.refused(copy, lane.port);
    }
    tally_.drop_copies(reason, drain(lane.copies));
}

void Transmit::give_up_injected(Lane& lane) noexcept {
    tally_.inject_drops.add(drain(lane.injected));
}

std::size_t Transmit::drain(Queue& queue) noexcept {
    rte_pktmbuf_free_bulk(queue.packets, static_cast<unsigned>(queue.size));
    queue.limit = kBatch;
    queue.refused_since = 0;
    return std::exchange(queue.size, 0);
}

void Transmit::take_relayed(Lane& lane) noexcept {
    rte_mbuf* packet = nullptr;
    while (lane.outlet.inbox != nullptr && lane.copies.size < backlog_ && lane.outlet.inbox->pop(packet)) {
        lane.copies.packets[lane.copies.size++] = packet;
    }
}

} // namespace mcfwd::dataplane
