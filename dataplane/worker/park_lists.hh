// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The memory of the parking stage: two pools of fixed size whose members are linked by index.
#pragma once

#include <cstdint>
#include <vector>

#include <dataplane/table/layout.hh>

#include "packet.hh"

namespace mcfwd::dataplane {

inline constexpr std::uint32_t kNobody = ~std::uint32_t{0};

class FlowList;

/// A flow with at least one parked packet; packets first to last in order of arrival.
struct ParkedFlow {
    FlowKey key;
    std::uint32_t packets = 0;
    std::uint32_t first = kNobody;
    std::uint32_t last = kNobody;
    std::uint64_t since = 0;       ///< when it was parked or its signal was sent, in cycles
    std::uint32_t chain = kNobody; ///< next flow in the same hash bucket, or next free one
    std::uint32_t before = kNobody;
    std::uint32_t after = kNobody;
    FlowList* list = nullptr;
    std::uint32_t uninitialized = 0; ///< packets since it has been here without an entry
    std::uint32_t overflow = 0;      ///< those without room, not told the entry yet
};

struct ParkedPacket {
    Packet packet;
    std::uint32_t next = kNobody;
};

/// Members with a free list through `Link`.
template <typename Member, std::uint32_t Member::* Link>
class Pool {
  public:
    explicit Pool(std::uint32_t size) : members_(size) {
        for (std::uint32_t number = size; number > 0; --number) {
            members_[number - 1].*Link = free_;
            free_ = number - 1;
        }
    }
    /// kNobody when all are used.
    [[nodiscard]] std::uint32_t take() noexcept {
        const std::uint32_t number = free_;
        if (number != kNobody) {
            free_ = members_[number].*Link;
            ++used_;
        }
        return number;
    }
    void give_back(std::uint32_t number) noexcept {
        members_[number].*Link = free_;
        free_ = number;
        --used_;
    }
    [[nodiscard]] Member& operator[](std::uint32_t number) { return members_[number]; }
    [[nodiscard]] const Member& operator[](std::uint32_t number) const { return members_[number]; }
    [[nodiscard]] std::uint32_t used() const { return used_; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(members_.size()); }

  private:
    std::vector<Member> members_;
    std::uint32_t free_ = kNobody;
    std::uint32_t used_ = 0;
};

using FlowPool = Pool<ParkedFlow, &ParkedFlow::chain>;
using PacketPool = Pool<ParkedPacket, &ParkedPacket::next>;

/// Flows in the order in which they were appended. A flow is in one list at a time.
class FlowList {
  public:
    [[nodiscard]] bool empty() const { return first_ == kNobody; }
    [[nodiscard]] std::uint32_t first() const { return first_; }

    void append(FlowPool& flows, std::uint32_t number) noexcept {
        ParkedFlow& flow = flows[number];
        flow.list = this;
        flow.before = last_;
        flow.after = kNobody;
        (last_ == kNobody ? first_ : flows[last_].after) = number;
        last_ = number;
    }
    void remove(FlowPool& flows, std::uint32_t number) noexcept {
        ParkedFlow& flow = flows[number];
        (flow.before == kNobody ? first_ : flows[flow.before].after) = flow.after;
        (flow.after == kNobody ? last_ : flows[flow.after].before) = flow.before;
        flow.list = nullptr;
    }

  private:
    std::uint32_t first_ = kNobody;
    std::uint32_t last_ = kNobody;
};

} // namespace mcfwd::dataplane
