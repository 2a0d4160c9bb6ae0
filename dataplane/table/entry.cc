// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// An egress keeps its count for as long as every list of the entry has it.
#include "entry.hh"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mcfwd::dataplane {
namespace {

auto name_of(const EgressTotal& egress) {
    return std::tuple(egress.port, egress.vlan);
}

std::vector<EgressTotal> names(std::span<const Egress> forward) {
    std::vector<EgressTotal> named;
    named.reserve(forward.size());
    for (const Egress& egress : forward) {
        named.push_back({.port = egress.port, .vlan = egress.vlan});
    }
    std::ranges::sort(named, {}, name_of);
    return named;
}

template <typename Totals>
auto* find_egress(Totals& totals, const EgressTotal& name) {
    const auto at = std::ranges::lower_bound(totals, name_of(name), {}, name_of);
    return at != totals.end() && name_of(*at) == name_of(name) ? &*at : nullptr;
}

ListTotals shown(const ListUse& use, const ListStore& store) {
    ListTotals counted = store.totals(use.list);
    counted -= use.base;
    return counted;
}

} // namespace

std::unique_ptr<ListUse> Entry::replace(PutEntry desired, const ListHandle& list, TableVersion since,
                                        bool restart) {
    auto next = std::make_unique<ListUse>(
        ListUse{.list = list, .owner = this, .since = since, .egresses = names(desired.forward)});
    if (current_ && restart) {
        disown_older();
        current_->owner = nullptr;
        totals_ = {};
        egress_totals_ = next->egresses;
    } else {
        carry_egress_totals(next->egresses);
        if (current_ && current_->since < since) {
            older_.push_back(current_.get());
        }
    }
    desired_ = std::move(desired);
    return std::exchange(current_, std::move(next));
}

std::unique_ptr<ListUse> Entry::end() {
    disown_older();
    current_->owner = nullptr;
    return std::move(current_);
}

void Entry::disown_older() {
    for (ListUse* use : older_) {
        use->owner = nullptr;
    }
    older_.clear();
}

// What leaves the entry forgets its count, also the part that older lists still hold.
void Entry::carry_egress_totals(const std::vector<EgressTotal>& next) {
    std::vector<EgressTotal> carried = next;
    for (EgressTotal& egress : carried) {
        if (const EgressTotal* before = find_egress(egress_totals_, egress)) {
            egress = *before;
        }
    }
    egress_totals_ = std::move(carried);
    const auto leaves = [&next](const EgressTotal& egress) { return find_egress(next, egress) == nullptr; };
    for (ListUse* use : older_) {
        std::erase_if(use->egresses, leaves);
    }
    if (current_) {
        std::erase_if(current_->egresses, leaves);
    }
}

void Entry::fold(const ListUse& use, const ListStore& store) {
    const ListTotals counted = shown(use, store);
    totals_ += counted;
    for (const EgressTotal& egress : use.egresses) {
        if (EgressTotal* total = find_egress(egress_totals_, egress)) {
            total->packets += counted.packets;
            total->bytes += counted.bytes;
        }
    }
    std::erase(older_, &use);
}

void Entry::clear_counters(const ListStore& store) {
    totals_ = {};
    for (EgressTotal& egress : egress_totals_) {
        egress.packets = egress.bytes = 0;
    }
    current_->base = store.totals(current_->list);
    for (ListUse* use : older_) {
        use->base = store.totals(use->list);
    }
}

void Entry::restart_counters(const ListStore& store) {
    disown_older();
    clear_counters(store);
}

EntryCounters Entry::counters(const ListStore& store) const {
    ListTotals sum = totals_;
    sum += shown(*current_, store);
    for (const ListUse* use : older_) {
        sum += shown(*use, store);
    }
    return {.packets = sum.packets,
            .bytes = sum.bytes,
            .wrong_interface = sum.wrong_interface,
            .copies = sum.copies};
}

std::vector<EgressCounters> Entry::egress_counters(const ListStore& store) const {
    std::vector<EgressTotal> sums = egress_totals_;
    const auto add = [&sums, &store](const ListUse& use) {
        const ListTotals counted = shown(use, store);
        for (const EgressTotal& egress : use.egresses) {
            if (EgressTotal* sum = find_egress(sums, egress)) {
                sum->packets += counted.packets;
                sum->bytes += counted.bytes;
            }
        }
    };
    add(*current_);
    std::ranges::for_each(older_, add, [](const ListUse* use) -> const ListUse& { return *use; });
    std::vector<EgressCounters> listed;
    listed.reserve(desired_.forward.size());
    for (const Egress& egress : desired_.forward) {
        const EgressTotal* sum = find_egress(sums, {.port = egress.port, .vlan = egress.vlan});
        listed.push_back({.interface = egress.interface, .packets = sum->packets, .bytes = sum->bytes});
    }
    return listed;
}

} // namespace mcfwd::dataplane
