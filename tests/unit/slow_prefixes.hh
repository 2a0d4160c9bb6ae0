// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Longest prefix match as its definition says, for tests that run without the data plane.
#pragma once

#include <set>

#include <mcfwd/prefixes.hh>

namespace mcfwd::test {

class SlowPrefixes : public PrefixSet {
  public:
    [[nodiscard]] Expected<bool> insert(Ipv4Prefix prefix) override {
        if (prefixes_.size() >= capacity && !prefixes_.contains(plain(prefix))) {
            return fail(Status::kNotEnoughMemory, "no room");
        }
        return prefixes_.insert(plain(prefix)).second;
    }
    void erase(Ipv4Prefix prefix) override { prefixes_.erase(plain(prefix)); }
    [[nodiscard]] std::optional<Ipv4Prefix> longest_match(Ipv4Address address) const override {
        std::optional<Ipv4Prefix> best;
        for (const Ipv4Prefix prefix : prefixes_) {
            if (prefix.contains(address) && (!best || prefix.length > best->length)) {
                best = prefix;
            }
        }
        return best;
    }

    std::size_t capacity = 1000;

  private:
    static Ipv4Prefix plain(Ipv4Prefix prefix) { return {prefix.network(), prefix.length}; }

    std::set<Ipv4Prefix> prefixes_;
};

} // namespace mcfwd::test
