// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// In the order of versions, so that the first one tells whether there is anything to do.
#include "retired_lists.hh"

#include <utility>

namespace mcfwd::dataplane {

void RetiredLists::add(std::unique_ptr<ListUse> use, TableVersion replaced_in) {
    lists_.push_back({std::move(use), replaced_in});
}

bool RetiredLists::release(TableVersion oldest_in_use, std::size_t limit, ListStore& store) {
    const auto some = [&] { return !lists_.empty() && lists_.front().replaced_in <= oldest_in_use; };
    for (; some() && limit > 0; --limit) {
        const ListUse& use = *lists_.front().use;
        if (use.owner != nullptr) {
            use.owner->fold(use, store);
        }
        store.release(use.list);
        lists_.pop_front();
    }
    return some();
}

} // namespace mcfwd::dataplane
