// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Egress lists that a version replaced. Giving back 100,000 of them takes a tenth of a second, so it is done
// some at a time, and nothing waits for it but who needs the memory.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include <mcfwd/ids.hh>

#include "entry.hh"
#include "list_store.hh"

namespace mcfwd::dataplane {

/// Control thread only.
class RetiredLists {
  public:
    /// `replaced_in`: the first version without the list; never before that of the one added last.
    void add(std::unique_ptr<ListUse> use, TableVersion replaced_in);
    /// Adds the counts of lists to their entries and gives them back to `store`: at most `limit` of those
    /// that no version from `oldest_in_use` on has. True: there are more of these.
    bool release(TableVersion oldest_in_use, std::size_t limit, ListStore& store);

  private:
    struct Retired {
        std::unique_ptr<ListUse> use;
        TableVersion replaced_in;
    };
    std::deque<Retired> lists_;
};

} // namespace mcfwd::dataplane
