// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The names that one array of tables defines, and the check of the places that mention them.
#pragma once

#include <cstddef>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "findings.hh"
#include "syntax.hh"

namespace mcfwd::config {

class Names {
  public:
    /// Reports a name that is there twice. `elements` are read from the array of tables under `key`.
    template <typename Element>
    Names(std::string_view key, const std::vector<Element>& elements, const Node& file, Findings& findings)
        : key_(key),
          findings_(findings) {
        for (std::size_t i = 0; i < elements.size(); ++i) {
            add(elements[i].name, file.at({key, i, "name"}));
        }
    }

    /// Reports a name that nothing has, unless a name was refused: it could have been that one.
    void refer(std::string_view name, const Node& node) const {
        if (complete_ && findings_.sound(node) && !names_.contains(name)) {
            findings_.error(node, fmt::format("there is no such {}{}", key_, suggestion(name, order_)),
                            listed(order_));
        }
    }

  private:
    void add(std::string_view name, const Node& node) {
        if (!findings_.sound(node)) {
            complete_ = false;
        } else if (names_.insert(name).second) {
            order_.push_back(name);
        } else {
            findings_.error(node, fmt::format("{} name is taken already", key_), "each name once");
        }
    }

    std::string_view key_;
    Findings& findings_;
    std::set<std::string_view> names_;
    std::vector<std::string_view> order_;
    bool complete_ = true;
};

} // namespace mcfwd::config
