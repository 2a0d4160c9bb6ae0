// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counters come from a stack of free indexes; each worker's have their own memory, so that no two workers
// write one cache line.
#include "list_store.hh"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "egress_list.hh"

namespace mcfwd::dataplane {
namespace {

constexpr std::size_t kCountersPerList = sizeof(ListCounters) + sizeof(ListExceptions);

constexpr std::array kCounters{&ListTotals::packets,         &ListTotals::bytes,
                               &ListTotals::wrong_interface, &ListTotals::copies,
                               &ListTotals::copies_refused,  &ListTotals::negative,
                               &ListTotals::uninitialized,   &ListTotals::queue_overflow,
                               &ListTotals::input_discards,  &ListTotals::header_errors};
static_assert(kCounters.size() * sizeof(std::uint64_t) == sizeof(ListTotals));

// For a quarter of the entries and egresses; there is room for four times as many lists as entries.
std::uint32_t loss_blocks(std::size_t lists, std::size_t egresses) {
    return static_cast<std::uint32_t>((lists + egresses / kEgressesPerLossBlock) / 16 + 1024);
}

} // namespace

ListTotals& operator+=(ListTotals& totals, const ListTotals& other) {
    for (const auto counter : kCounters) {
        totals.*counter += other.*counter;
    }
    return totals;
}

ListTotals& operator-=(ListTotals& totals, const ListTotals& other) {
    for (const auto counter : kCounters) {
        totals.*counter -= std::min(totals.*counter, other.*counter);
    }
    return totals;
}

Expected<ListStore> ListStore::create(std::size_t lists, std::size_t egresses, std::size_t workers,
                                      const AllocateMemory& allocate) {
    const std::size_t units = most_list_units(lists, egresses);
    if (units > kMostListUnits) {
        return fail(
            Status::kInvalidParameter,
            fmt::format("a table of {} egress lists with {} egresses needs {} MiB for them, and can have {}",
                        lists, egresses, units * kListUnit >> 20U,
                        std::size_t{kMostListUnits} * kListUnit >> 20U));
    }
    ListStore store(allocate(units * kListUnit), static_cast<std::uint32_t>(units), lists,
                    allocate(lists * sizeof(UseLosses)));
    MemoryBlock blocks = allocate(loss_blocks(lists, egresses) * sizeof(LossBlock));
    bool complete = store.pool_.memory() != nullptr && store.losses_ != nullptr && blocks != nullptr;
    for (std::size_t worker = 0; worker < workers && complete; ++worker) {
        store.counters_.push_back(allocate(lists * kCountersPerList));
        complete = store.counters_.back() != nullptr;
    }
    if (!complete) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("egress lists need {} MiB", bytes_for(lists, egresses, workers) >> 20U));
    }
    store.blocks_ = std::make_unique<LossPool>(std::move(blocks), loss_blocks(lists, egresses));
    return store;
}

std::size_t ListStore::bytes_for(std::size_t lists, std::size_t egresses, std::size_t workers) {
    return most_list_units(lists, egresses) * kListUnit + lists * sizeof(UseLosses) +
           loss_blocks(lists, egresses) * sizeof(LossBlock) + workers * lists * kCountersPerList;
}

ListStore::ListStore(MemoryBlock memory, std::uint32_t units, std::size_t lists, MemoryBlock losses)
    : pool_(std::move(memory), units),
      losses_(std::move(losses)),
      lists_(lists),
      free_counters_(lists) {
    std::iota(free_counters_.rbegin(), free_counters_.rend(), 0U);
}

std::optional<ListHandle> ListStore::build(const PutEntry& put) {
    if (free_counters_.empty()) {
        return std::nullopt;
    }
    const auto start = pool_.take(encode_list(put));
    if (!start) {
        return std::nullopt;
    }
    const ListHandle list{.start = *start, .counters = free_counters_.back()};
    free_counters_.pop_back();
    return list;
}

UseLosses& ListStore::use(const ListHandle& list) const {
    return reinterpret_cast<UseLosses*>(losses_.get())[list.counters];
}

EgressList ListStore::egresses(const ListHandle& list) const {
    return EgressList(lists() + std::size_t{list.start} * kListUnit);
}

// Who sees the last store sees all, so that nobody takes one use for another: the one before has ended.
void ListStore::begin_use(const ListHandle& list, TableVersion since) {
    const auto version = static_cast<std::uint32_t>(since.value());
    UseLosses& losses = use(list);
    losses.list.store(list.start, std::memory_order_relaxed);
    losses.since.store(version, std::memory_order_relaxed);
    losses.until.store(version, std::memory_order_release); // pairs with Losses::refused
}

void ListStore::end_use(const ListHandle& list, TableVersion until) {
    use(list).until.store(static_cast<std::uint32_t>(until.value()), std::memory_order_relaxed);
}

void ListStore::release(const ListHandle& list) {
    for (std::size_t worker = 0; worker < counters_.size(); ++worker) {
        const CounterMemory memory = counters(WorkerId(static_cast<std::uint16_t>(worker)));
        ListCounters& usual = memory.usual[list.counters];
        ListExceptions& exceptions = memory.exceptions[list.counters];
        for (RelaxedCounter* counter :
             {&usual.packets, &usual.bytes, &exceptions.wrong_interface, &exceptions.copies_not_made}) {
            counter->set(0);
        }
    }
    UseLosses& losses = use(list);
    losses.uninitialized.store(0, std::memory_order_relaxed);
    for (std::uint32_t number = losses.block.exchange(0, std::memory_order_relaxed); number != 0;) {
        const std::uint32_t next = (*blocks_)[number].next.load(std::memory_order_relaxed);
        blocks_->give_back(std::exchange(number, next));
    }
    free_counters_.push_back(list.counters);
    pool_.give_back(list.start);
}

// A worker counts the packet before the copies that it did not make of it, and these before those that a port
// refuses: read the other way round, there are never more of these than packets call for.
ListTotals ListStore::totals(const ListHandle& list) const {
    const std::uint64_t egresses = this->egresses(list).header().egresses;
    ListTotals sum;
    const UseLosses& losses = use(list);
    sum.uninitialized = losses.uninitialized.load(std::memory_order_relaxed);
    if (const std::uint32_t first = losses.block.load(std::memory_order_acquire); first != 0) {
        const LossBlock& block = (*blocks_)[first];
        sum.copies_refused = block.copies_refused.value();
        sum.queue_overflow = block.queue_overflow.value();
        sum.input_discards = block.input_discards.value();
        sum.header_errors = block.header_errors.value();
    }
    for (std::size_t worker = 0; worker < counters_.size(); ++worker) {
        const CounterMemory memory = counters(WorkerId(static_cast<std::uint16_t>(worker)));
        const ListExceptions& exceptions = memory.exceptions[list.counters];
        const std::uint64_t not_made = exceptions.copies_not_made.value();
        const ListCounters& usual = memory.usual[list.counters];
        const std::uint64_t packets = usual.packets.value();
        sum.packets += packets;
        sum.bytes += usual.bytes.value();
        sum.wrong_interface += exceptions.wrong_interface.value();
        sum.copies += packets * egresses - not_made;
        sum.negative += egresses == 0 ? packets : 0;
    }
    return sum;
}

std::vector<ListLosses> ListStore::losses(const ListHandle& list) const {
    std::vector<ListLosses> found;
    const std::uint32_t first = use(list).block.load(std::memory_order_acquire);
    if (first == 0) {
        return found;
    }
    const EgressList egresses = this->egresses(list);
    std::vector<VlanId> vlans;
    for (const Rewrite& rewrite : egresses.rewrites()) {
        vlans.insert(vlans.end(), rewrite.egresses, VlanId(routed_vlan_of(rewrite)));
    }
    for (std::uint32_t number = first; number != 0;) {
        const LossBlock& block = (*blocks_)[number];
        for (std::size_t i = 0; i < block.egresses.size() && block.first + i < vlans.size(); ++i) {
            const EgressLosses& lost = block.egresses[i];
            if (lost.bytes.value() != 0) {
                found.push_back({.port = PortId(egresses.replicas()[block.first + i].port),
                                 .vlan = vlans[block.first + i],
                                 .ttl_exceeded = lost.ttl_exceeded.value(),
                                 .mtu_exceeded = lost.mtu_exceeded.value(),
                                 .discarded = lost.discarded.value(),
                                 .bytes = lost.bytes.value()});
            }
        }
        number = block.next.load(std::memory_order_acquire);
    }
    return found;
}

void ListStore::clear_losses(const ListHandle& list) {
    for (std::uint32_t number = use(list).block.load(std::memory_order_acquire); number != 0;
         number = (*blocks_)[number].next.load(std::memory_order_acquire)) {
        clear((*blocks_)[number].egresses);
    }
}

CounterMemory ListStore::counters(WorkerId worker) const {
    std::byte* block = counters_[worker.value()].get();
    return {.usual = reinterpret_cast<ListCounters*>(block),
            .exceptions = reinterpret_cast<ListExceptions*>(block + lists_ * sizeof(ListCounters)),
            .losses = reinterpret_cast<UseLosses*>(losses_.get()),
            .blocks = blocks_.get(),
            .lists = lists()};
}

} // namespace mcfwd::dataplane
