// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lists come from a best-fit arena, counters from a stack of free indexes; each worker's counters have their
// own memory, so that no two workers write one cache line.
#include "list_store.hh"

#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "egress_list.hh"

namespace mcfwd::dataplane {

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
    if (units > std::numeric_limits<std::uint32_t>::max() ||
        lists > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Status::kInvalidParameter, fmt::format("egress lists of {} units are too many", units));
    }
    ListStore store(allocate(units * kListUnit), static_cast<std::uint32_t>(units), lists);
    bool complete = store.memory_ != nullptr;
    for (std::size_t worker = 0; worker < workers && complete; ++worker) {
        store.counters_.push_back(allocate(lists * sizeof(ListCounters)));
        complete = store.counters_.back() != nullptr;
    }
    store.bytes_ = units * kListUnit + workers * lists * sizeof(ListCounters);
    if (!complete) {
        return fail(Status::kNotEnoughMemory, fmt::format("egress lists need {} MiB", store.bytes_ >> 20U));
    }
    return store;
}

ListStore::ListStore(MemoryBlock memory, std::uint32_t units, std::size_t lists)
    : memory_(std::move(memory)),
      extents_(units),
      free_counters_(lists) {
    std::iota(free_counters_.rbegin(), free_counters_.rend(), 0U);
}

std::optional<ListHandle> ListStore::build(const MfibKey& key, std::span<const Egress> forward) {
    if (free_counters_.empty()) {
        return std::nullopt;
    }
    const std::uint32_t units = list_units(forward);
    const auto start = extents_.take(units);
    if (!start) {
        return std::nullopt;
    }
    const ListHandle list{.start = *start, .units = units, .counters = free_counters_.back()};
    free_counters_.pop_back();
    write_list(memory_.get() + list.start * kListUnit, key, forward, list.counters);
    return list;
}

void ListStore::release(const ListHandle& list) {
    for (std::size_t worker = 0; worker < counters_.size(); ++worker) {
        ListCounters& counted = counters(WorkerId(static_cast<std::uint16_t>(worker)))[list.counters];
        for (RelaxedCounter* counter :
             {&counted.packets, &counted.bytes, &counted.wrong_interface, &counted.copies}) {
            counter->set(0);
        }
    }
    free_counters_.push_back(list.counters);
    extents_.give_back(list.start, list.units);
}

ListTotals ListStore::totals(const ListHandle& list) const {
    ListTotals sum;
    for (std::size_t worker = 0; worker < counters_.size(); ++worker) {
        const ListCounters& counted = counters(WorkerId(static_cast<std::uint16_t>(worker)))[list.counters];
        sum += {counted.packets.value(), counted.bytes.value(), counted.wrong_interface.value(),
                counted.copies.value()};
    }
    return sum;
}

ListCounters* ListStore::counters(WorkerId worker) const {
    return reinterpret_cast<ListCounters*>(counters_[worker.value()].get());
}

} // namespace mcfwd::dataplane
