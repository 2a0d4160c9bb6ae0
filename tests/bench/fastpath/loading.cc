// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One version for all entries, in batches as the group manager sends them.
#include "loading.hh"

#include <algorithm>
#include <tuple>

#include "flows.hh"

namespace mcfwd::bench {
namespace {

constexpr std::uint32_t kBatch = 1024;

} // namespace

PutEntry entry_of(std::uint32_t flow, const EgressPlan& plan) {
    return {.key = {kRoutedDomain, group_of(flow), source_of(flow)},
            .accept = kSourceInterface,
            .forward = plan.egresses};
}

void load(TableWriter& table, std::uint32_t entries, const EgressPlan& plan) {
    for (std::uint32_t first = 0; first < entries; first += kBatch) {
        const std::uint32_t end = std::min(entries, first + kBatch);
        TableBatch batch{.commands = {}, .cause = "benchmark", .more = end < entries};
        for (std::uint32_t flow = first; flow < end; ++flow) {
            batch.commands.emplace_back(entry_of(flow, plan));
        }
        std::ignore = must(table.submit(std::move(batch)));
        table.advance();
    }
    while (table.advance()) {
    }
}

} // namespace mcfwd::bench
