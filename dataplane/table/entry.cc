// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// An egress keeps its count for as long as every list of the entry has it.
#include "entry.hh"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

namespace mcfwd::dataplane {
namespace {

auto name_of(const EgressTotal& egress) {
    return std::tuple(egress.port, egress.vlan);
}

std::vector<EgressTotal> names(std::span<const Egress> forward, TableVersion since) {
    std::vector<EgressTotal> named;
    named.reserve(forward.size());
    for (const Egress& egress : forward) {
        named.push_back({.port = egress.port, .vlan = egress.vlan, .since = since});
    }
    std::ranges::sort(named, {}, name_of);
    return named;
}

template <typename Totals>
auto* find_egress(Totals& totals, PortId port, VlanId vlan) {
    const std::tuple name(port, vlan);
    const auto at = std::ranges::lower_bound(totals, name, {}, name_of);
    return at != totals.end() && name_of(*at) == name ? &*at : nullptr;
}

ListTotals shown(const ListUse& use, const ListStore& store) {
    ListTotals counted = store.totals(use.list);
    counted -= use.base;
    return counted;
}

} // namespace

std::unique_ptr<ListUse> Entry::replace(PutEntry desired, const ListHandle& list, TableVersion since,
                                        bool restart) {
    auto next = std::make_unique<ListUse>(ListUse{.list = list, .owner = this, .since = since});
    desired_ = std::move(desired);
    if (current_ && restart) {
        disown_older();
        current_->owner = nullptr;
        totals_ = {};
        egress_totals_ = names(desired_.forward, since);
    } else {
        carry_egress_totals(since);
        if (current_ && current_->since < since) {
            older_.push_back(current_.get());
        }
    }
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

// What leaves the entry forgets its count; should it come back, `since` leaves out what older lists still
// hold.
void Entry::carry_egress_totals(TableVersion since) {
    if (take_few_changes(since)) {
        return;
    }
    std::vector<EgressTotal> carried = names(desired_.forward, since);
    auto before = egress_totals_.begin();
    for (EgressTotal& egress : carried) {
        while (before != egress_totals_.end() && name_of(*before) < name_of(egress)) {
            ++before;
        }
        if (before != egress_totals_.end() && name_of(*before) == name_of(egress)) {
            egress = *before;
        }
    }
    egress_totals_ = std::move(carried);
}

// Most changes are of one egress: no new list of totals for that. Needs the egresses in order.
bool Entry::take_few_changes(TableVersion since) {
    constexpr std::size_t kFew = 4;
    const std::span<const Egress> forward = desired_.forward;
    const auto place_of = [](const Egress& egress) { return std::tuple(egress.port, egress.vlan); };
    if (std::ranges::adjacent_find(forward, std::ranges::greater_equal{}, place_of) != forward.end() ||
        forward.size() > egress_totals_.size() + kFew) {
        return false;
    }
    auto wanted = forward.begin();
    std::erase_if(egress_totals_, [&](const EgressTotal& total) {
        while (wanted != forward.end() && place_of(*wanted) < name_of(total)) {
            ++wanted;
        }
        return wanted == forward.end() || place_of(*wanted) != name_of(total);
    });
    if (forward.size() > egress_totals_.size() + kFew) {
        return false;
    }
    for (std::size_t i = 0; i < forward.size(); ++i) {
        if (i == egress_totals_.size() || name_of(egress_totals_[i]) != place_of(forward[i])) {
            egress_totals_.insert(egress_totals_.begin() + static_cast<std::ptrdiff_t>(i),
                                  {.port = forward[i].port, .vlan = forward[i].vlan, .since = since});
        }
    }
    return true;
}

void Entry::fold(const ListUse& use, const ListStore& store) {
    totals_ += shown(use, store);
    add(egress_totals_, use, store);
    std::erase(older_, &use);
}

// Every egress of a list gets all its packets but those that it lost.
void Entry::add(std::vector<EgressTotal>& totals, const ListUse& use, const ListStore& store) {
    const std::vector<ListLosses> losses = store.losses(use.list);
    const ListTotals counted = shown(use, store);
    for (EgressTotal& total : totals) {
        if (use.since >= total.since) {
            total.counters.packets += counted.packets;
            total.counters.bytes += counted.bytes;
        }
    }
    for (const ListLosses& lost : losses) {
        EgressTotal* total = find_egress(totals, lost.port, lost.vlan);
        if (total == nullptr || use.since < total->since) {
            continue;
        }
        EgressCounters& counters = total->counters;
        counters.ttl_exceeded += lost.ttl_exceeded;
        counters.mtu_exceeded += lost.mtu_exceeded;
        counters.discards += lost.discarded;
        // A copy may be lost after a clearing that its packet came before.
        counters.packets -=
            std::min(counters.packets, lost.ttl_exceeded + lost.mtu_exceeded + lost.discarded);
        counters.bytes -= std::min(counters.bytes, lost.bytes);
    }
}

void Entry::clear_counters(ListStore& store) {
    totals_ = {};
    for (EgressTotal& egress : egress_totals_) {
        egress.counters = {};
    }
    const auto clear = [&store](ListUse& use) {
        use.base = store.totals(use.list);
        store.clear_losses(use.list);
    };
    clear(*current_);
    std::ranges::for_each(older_, clear, [](ListUse* use) -> ListUse& { return *use; });
}

void Entry::restart_counters(ListStore& store) {
    disown_older();
    clear_counters(store);
}

EntryCounters Entry::counters(const ListStore& store) const {
    ListTotals sum = totals_;
    sum += shown(*current_, store);
    for (const ListUse* use : older_) {
        sum += shown(*use, store);
    }
    return sum;
}

std::vector<EgressCounters> Entry::egress_counters(const ListStore& store) const {
    std::vector<EgressTotal> sums = egress_totals_;
    add(sums, *current_, store);
    for (const ListUse* use : older_) {
        add(sums, *use, store);
    }
    std::vector<EgressCounters> listed;
    listed.reserve(desired_.forward.size());
    for (const Egress& egress : desired_.forward) {
        EgressTotal* sum = find_egress(sums, egress.port, egress.vlan);
        sum->counters.interface = egress.interface;
        listed.push_back(sum->counters);
    }
    return listed;
}

} // namespace mcfwd::dataplane
