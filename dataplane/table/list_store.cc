// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Counters come from a stack of free indexes; each worker's have their own memory, so that no two workers
// write one cache line.
#include "list_store.hh"

#include <numeric>

#include <fmt/format.h>

#include "egress_list.hh"

namespace mcfwd::dataplane {
namespace {

constexpr std::size_t kCountersPerList = sizeof(ListCounters) + sizeof(ListExceptions);

} // namespace

ListTotals& ListTotals::operator+=(const ListTotals& other) {
    packets += other.packets;
    bytes += other.bytes;
    wrong_interface += other.wrong_interface;
    copies += other.copies;
    return *this;
}

ListTotals& ListTotals::operator-=(const ListTotals& other) {
    packets -= other.packets;
    bytes -= other.bytes;
    wrong_interface -= other.wrong_interface;
    copies -= other.copies;
    return *this;
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
    ListStore store(allocate(units * kListUnit), static_cast<std::uint32_t>(units), lists);
    bool complete = store.pool_.memory() != nullptr;
    for (std::size_t worker = 0; worker < workers && complete; ++worker) {
        store.counters_.push_back(allocate(lists * kCountersPerList));
        complete = store.counters_.back() != nullptr;
    }
    if (!complete) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("egress lists need {} MiB", bytes_for(lists, egresses, workers) >> 20U));
    }
    return store;
}

std::size_t ListStore::bytes_for(std::size_t lists, std::size_t egresses, std::size_t workers) {
    return most_list_units(lists, egresses) * kListUnit + workers * lists * kCountersPerList;
}

ListStore::ListStore(MemoryBlock memory, std::uint32_t units, std::size_t lists)
    : pool_(std::move(memory), units),
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
    free_counters_.push_back(list.counters);
    pool_.give_back(list.start);
}

// A worker counts the packet before the copies that it did not make of it: read the other way round, there
// are never more of these than packets call for.
ListTotals ListStore::totals(const ListHandle& list) const {
    const std::uint64_t egresses =
        EgressList(lists() + std::size_t{list.start} * kListUnit).header().egresses;
    ListTotals sum;
    for (std::size_t worker = 0; worker < counters_.size(); ++worker) {
        const CounterMemory memory = counters(WorkerId(static_cast<std::uint16_t>(worker)));
        const ListExceptions& exceptions = memory.exceptions[list.counters];
        const std::uint64_t not_made = exceptions.copies_not_made.value();
        const ListCounters& usual = memory.usual[list.counters];
        const std::uint64_t packets = usual.packets.value();
        sum +=
            {packets, usual.bytes.value(), exceptions.wrong_interface.value(), packets * egresses - not_made};
    }
    return sum;
}

CounterMemory ListStore::counters(WorkerId worker) const {
    std::byte* block = counters_[worker.value()].get();
    return {.usual = reinterpret_cast<ListCounters*>(block),
            .exceptions = reinterpret_cast<ListExceptions*>(block + lists_ * sizeof(ListCounters))};
}

} // namespace mcfwd::dataplane
