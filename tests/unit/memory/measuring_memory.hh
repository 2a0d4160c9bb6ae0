// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What calls asked for, against what they had allocated at a time.
#pragma once

#include <algorithm>
#include <vector>

#include <controlplane/group_manager/seams.hh>

#include "heap.hh"

namespace mcfwd::group_manager::test {

/// Grants everything and compares.
class MeasuringMemory : public Memory {
  public:
    [[nodiscard]] bool begin(std::size_t octets, Use /*use*/) override {
        note();
        begun_.reserve(64);
        begun_.push_back({heap::live(), octets, 0});
        heap::restart_peak();
        return true;
    }
    void end() override {
        note();
        const Begun last = begun_.back();
        begun_.pop_back();
        if (last.grown > last.allowed + later_) {
            ++exceeded;
        }
        // An outer one contains what the inner one was granted for itself.
        later_ = begun_.empty() ? 0 : later_ + last.allowed;
        largest_share = std::max(largest_share, double(last.grown) / double(last.allowed + 1));
    }

    unsigned exceeded = 0;
    double largest_share = 0;

  private:
    struct Begun {
        std::size_t from, allowed, grown;
    };
    void note() {
        for (Begun& one : begun_) {
            one.grown = std::max(one.grown, heap::peak() - std::min(heap::peak(), one.from));
        }
        heap::restart_peak();
    }
    std::vector<Begun> begun_;
    std::size_t later_ = 0;
};

} // namespace mcfwd::group_manager::test
