// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Blocks are appended to a chain by compare and exchange; nobody removes one while workers count in it.
#include "losses.hh"

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
    if (LossBlock* block = block_of(first)) {
        EgressLosses& egress = block->egresses[position - first];
        (egress.*reason).add(1);
        egress.bytes.add(length);
    }
}

void UseOfList::count(SharedCounter LossBlock::* what, std::uint64_t amount) noexcept {
    // Acquire: pairs with `append`.
    const std::uint32_t head = losses_.block.load(std::memory_order_acquire);
    if (LossBlock* block = head != 0 ? &blocks_[head] : append(&losses_.block, 0)) {
        (block->*what).add(amount);
    }
}

LossBlock* UseOfList::block_of(std::uint32_t first) noexcept {
    if (last_ != nullptr && last_->first == first) {
        return last_;
    }
    std::atomic<std::uint32_t>* link = last_ != nullptr ? &last_->next : &losses_.block;
    for (bool from_start = last_ == nullptr;; from_start = true, link = &losses_.block) {
        // Acquire: pairs with `append`.
        while (const std::uint32_t number = link->load(std::memory_order_acquire)) {
            if (blocks_[number].first == first) {
                return last_ = &blocks_[number];
            }
            link = &blocks_[number].next;
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
    const std::uint32_t number = blocks_.take();
    if (number == 0) {
        return nullptr;
    }
    blocks_[number].first = first;
    std::uint32_t present = 0;
    // Release: whoever finds the block sees which egresses it is for.
    while (!end->compare_exchange_strong(present, number, std::memory_order_acq_rel,
                                         std::memory_order_acquire)) {
        if (blocks_[present].first == first) {
            blocks_.give_back(number); // another worker was faster
            return &blocks_[present];
        }
        end = &blocks_[present].next;
        present = 0;
    }
    return &blocks_[number];
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
        return;
    }
    const std::uint32_t list = use.list.load(std::memory_order_relaxed);
    const Sent sent = look_at(copy);
    UseOfList losses = of(note.counters);
    losses.copy_refused();
    if (find(list, port, sent.vlan)) {
        losses.discarded(found_.position, sent.length);
    }
}

bool Losses::find(std::uint32_t list, PortId port, std::uint16_t vlan) noexcept {
    if (found_.list == list && found_.port == port && found_.vlan == vlan) {
        return true;
    }
    const EgressList egresses(memory_.lists + std::size_t{list} * kListUnit);
    std::size_t position = 0;
    for (const Rewrite& rewrite : egresses.rewrites()) {
        for (std::uint16_t i = 0; i < rewrite.egresses; ++i, ++position) {
            if (egresses.replicas()[position].port == port.value() && routed_vlan_of(rewrite) == vlan) {
                found_ = {.list = list, .port = port, .vlan = vlan, .position = position};
                return true;
            }
        }
    }
    return false;
}

} // namespace mcfwd::dataplane
