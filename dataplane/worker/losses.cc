// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Blocks are appended to a chain by compare and exchange; nobody removes one while workers count in it.
#include "losses.hh"

#include <algorithm>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>

namespace mcfwd::dataplane {
namespace {

/// Tag and IP length of a frame that a router made.
struct Sent {
    std::uint16_t vlan = 0;
    std::uint16_t length = 0;
};

Sent look_at(const rte_mbuf* frame) noexcept {
    constexpr std::size_t kTypeAt = 2 * RTE_ETHER_ADDR_LEN;
    const auto at = [frame](std::size_t offset) {
        std::uint16_t value = 0;
        std::memcpy(&value, rte_pktmbuf_mtod_offset(frame, const char*, offset), sizeof value);
        return rte_be_to_cpu_16(value);
    };
    const bool tagged = at(kTypeAt) == RTE_ETHER_TYPE_VLAN;
    const std::uint32_t header = RTE_ETHER_HDR_LEN + (tagged ? RTE_VLAN_HLEN : 0U);
    std::uint16_t length = 0;
    // A header buffer has the packet behind it; a short frame is padded.
    if (frame->next != nullptr) {
        length = static_cast<std::uint16_t>(frame->pkt_len - header);
    } else {
        length = at(header + offsetof(rte_ipv4_hdr, total_length));
    }
    return {.vlan = tagged ? static_cast<std::uint16_t>(at(kTypeAt + 2) & 0x0fffU) : std::uint16_t{0},
            .length = length};
}

/// Of versions modulo 2^32.
bool is_before(std::uint32_t a, std::uint32_t b) noexcept {
    return static_cast<std::int32_t>(a - b) < 0;
}

} // namespace

void UseOfList::count(std::size_t position, SharedCounter EgressLosses::* reason,
                      std::uint16_t length) noexcept {
    const auto first = static_cast<std::uint32_t>(position / kEgressesPerLossBlock * kEgressesPerLossBlock);
    if (LossBlock* block = block_of(first); block == nullptr) {
        without_entry_->add(1);
    } else {
        EgressLosses& egress = block->egresses[position - first];
        (egress.*reason).add(1);
        egress.bytes.add(length);
    }
}

void UseOfList::count(SharedCounter LossBlock::* what, std::uint64_t amount) noexcept {
    // Acquire: pairs with `append`. Should another worker append its block first, that is the head.
    if (losses_->block.load(std::memory_order_acquire) == 0) {
        static_cast<void>(append(&losses_->block, 0));
    }
    const std::uint32_t head = losses_->block.load(std::memory_order_acquire);
    if (head == 0) {
        without_entry_->add(amount);
    } else {
        ((*blocks_)[head].*what).add(amount);
    }
}

LossBlock* UseOfList::block_of(std::uint32_t first) noexcept {
    if (last_ != nullptr && last_->first == first) {
        return last_;
    }
    std::atomic<std::uint32_t>* link = last_ != nullptr ? &last_->next : &losses_->block;
    for (bool from_start = last_ == nullptr;; from_start = true, link = &losses_->block) {
        // Acquire: pairs with `append`.
        while (const std::uint32_t number = link->load(std::memory_order_acquire)) {
            if ((*blocks_)[number].first == first) {
                return last_ = &(*blocks_)[number];
            }
            link = &(*blocks_)[number].next;
        }
        if (from_start) {
            break;
        }
    }
    LossBlock* block = append(link, first);
    last_ = block != nullptr ? block : last_;
    return block;
}

LossBlock* UseOfList::append(std::atomic<std::uint32_t>* end, std::uint32_t first) noexcept {
    const std::uint32_t number = blocks_->take();
    if (number == 0) {
        return nullptr;
    }
    (*blocks_)[number].first = first;
    std::uint32_t present = 0;
    // Release: whoever finds the block sees which egresses it is for.
    while (!end->compare_exchange_strong(present, number, std::memory_order_acq_rel,
                                         std::memory_order_acquire)) {
        if ((*blocks_)[present].first == first) {
            blocks_->give_back(number); // another worker was faster
            return &(*blocks_)[present];
        }
        end = &(*blocks_)[present].next;
        present = 0;
    }
    return &(*blocks_)[number];
}

void Losses::refused(const rte_mbuf* copy, PortId port) noexcept {
    const FlowNote note = note_of(copy);
    if (note.counters == FlowNote{}.counters) {
        return;
    }
    const UseLosses& use = memory_.losses[note.counters];
    // Acquire: pairs with the store that begins a use. A use that has not ended for this worker lasts as long
    // as this call: the table gives it to nobody before the worker has seen the version without it, and then
    // reported a quiescent state.
    const std::uint32_t until = use.until.load(std::memory_order_acquire);
    const std::uint32_t since = use.since.load(std::memory_order_relaxed);
    const bool has_ended = until != since && !is_before(version_, until);
    if (has_ended || is_before(note.version, since)) {
        tally_.losses_without_entry.add(1);
        return;
    }
    const std::uint32_t list = use.list.load(std::memory_order_relaxed);
    const Sent sent = look_at(copy);
    if (!refused_of_ || refused_of_->counters != note.counters) {
        refused_of_.emplace(note.counters, of(note.counters));
    }
    refused_of_->losses.copy_refused();
    if (find(list, port, sent.vlan)) {
        refused_of_->losses.discarded(found_.position, sent.length);
    }
}

bool Losses::find(std::uint32_t list, PortId port, std::uint16_t vlan) noexcept {
    if (found_.list == list && found_.port == port && found_.vlan == vlan) {
        return true;
    }
    const std::size_t rewrites = EgressList(memory_.lists + std::size_t{list} * kListUnit).header().rewrites;
    const Place start{.list = list, .port = port, .vlan = vlan};
    if (found_.list != list) {
        return find_from(start, rewrites);
    }
    Place next = start;
    next.rewrite = found_.rewrite;
    next.first = found_.first;
    const std::size_t before = found_.rewrite;
    return find_from(next, rewrites) || find_from(start, before);
}

/// From the rewrite of `start` to that with number `end`.
bool Losses::find_from(Place start, std::size_t end) noexcept {
    const EgressList egresses(memory_.lists + std::size_t{start.list} * kListUnit);
    for (; start.rewrite < end; ++start.rewrite) {
        const Rewrite& rewrite = egresses.rewrites()[start.rewrite];
        const auto replicas = egresses.replicas().subspan(start.first, rewrite.egresses);
        if (routed_vlan_of(rewrite) == start.vlan) {
            const auto at = std::ranges::find(replicas, start.port.value(), &Replica::port);
            if (at != replicas.end()) {
                start.position = start.first + static_cast<std::size_t>(at - replicas.begin());
                found_ = start;
                return true;
            }
        }
        start.first += rewrite.egresses;
    }
    return false;
}

} // namespace mcfwd::dataplane
