// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Costs of a version: the change once, a copy of the buckets that it wrote, one store, and a check of the
// workers' counters per `end_grace`. 100,000 changes write nearly all of the 4 MiB of their index: a copy of
// 2 ms.
#include "left_right.hh"

#include <algorithm>
#include <cassert>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <rte_rcu_qsbr.h>

namespace mcfwd::dataplane {
namespace {

// Of one call of `prepare`: a megabyte, and what a thousandth of a second is enough for.
constexpr std::size_t kBucketsAtOnce = 16'384;
constexpr std::size_t kChangesAtOnce = 4096;

std::span<Bucket> as_buckets(const MemoryBlock& memory, std::size_t count) {
    return {reinterpret_cast<Bucket*>(memory.get()), count};
}

} // namespace

LeftRight::LeftRight(MemoryBlock left, MemoryBlock right, MemoryBlock readers) noexcept
    : left_memory_(std::move(left)),
      right_memory_(std::move(right)),
      readers_memory_(std::move(readers)) {}

Expected<std::unique_ptr<LeftRight>> LeftRight::create(std::size_t entries, std::size_t workers,
                                                       const std::byte* lists,
                                                       const AllocateMemory& allocate) {
    const std::size_t buckets = Index::buckets_for(entries);
    const auto max_workers = static_cast<std::uint32_t>(std::max<std::size_t>(1, workers));
    const std::size_t readers_bytes = rte_rcu_qsbr_get_memsize(max_workers);
    std::unique_ptr<LeftRight> made(new LeftRight(
        allocate(buckets * sizeof(Bucket)), allocate(buckets * sizeof(Bucket)), allocate(readers_bytes)));
    made->bytes_ = 2 * buckets * sizeof(Bucket) + readers_bytes;
    if (!made->left_memory_ || !made->right_memory_ || !made->readers_memory_) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("a table of {} entries needs {} MiB", entries, made->bytes_ >> 20U));
    }
    made->publication_.readers = reinterpret_cast<rte_rcu_qsbr*>(made->readers_memory_.get());
    rte_rcu_qsbr_init(made->publication_.readers, max_workers);
    const KeyHash hash = KeyHash::random();
    made->published_ =
        std::make_unique<Instance>(Index(as_buckets(made->left_memory_, buckets), hash), lists);
    made->idle_ = std::make_unique<Instance>(Index(as_buckets(made->right_memory_, buckets), hash), lists);
    // Release: a worker that sees the instance sees what is in it.
    made->publication_.current.store(made->published_.get(), std::memory_order_release);
    return made;
}

void LeftRight::put(const Slot& slot) {
    if (prepared()) {
        idle_->index.put(slot);
        return;
    }
    waiting_.erase.erase(slot.key());
    waiting_.put.insert_or_assign(slot.key(), slot);
}

// Keys that neither instance has are not kept, so that what waits for a worker that hangs stays bounded.
void LeftRight::erase(const FlowKey& key) {
    if (prepared()) {
        idle_->index.erase(key);
        return;
    }
    waiting_.put.erase(key);
    const bool present =
        published_->index.find(key) != nullptr || (caught_up() && idle_->index.find(key) != nullptr);
    if (present) {
        waiting_.erase.insert(key);
    }
}

void LeftRight::set_miss_policy(IfIndex interface, MissPolicy policy) {
    if (prepared()) {
        idle_->set_miss_policy(interface.value(), policy);
        return;
    }
    waiting_.policies.insert_or_assign(interface, policy);
}

bool LeftRight::end_grace() {
    if (!in_flight_ || rte_rcu_qsbr_check(publication_.readers, token_, false) == 0) {
        return false;
    }
    in_flight_ = false;
    idle_->signalling = published_->signalling;
    return true;
}

// Removals before entries, so that the index never holds more than it was made for.
bool LeftRight::prepare() {
    if (in_flight_ || !idle_->index.catch_up(published_->index, kBucketsAtOnce)) {
        return false;
    }
    std::size_t left = kChangesAtOnce;
    for (; left > 0 && !waiting_.erase.empty(); --left) {
        idle_->index.erase(waiting_.erase.extract(waiting_.erase.begin()).value());
    }
    for (; left > 0 && !waiting_.put.empty(); --left) {
        idle_->index.put(waiting_.put.extract(waiting_.put.begin()).mapped());
    }
    for (const auto& [interface, policy] : waiting_.policies) {
        idle_->set_miss_policy(interface.value(), policy);
    }
    waiting_.policies.clear();
    return waiting_.empty();
}

void LeftRight::publish(TableVersion version) {
    assert(prepared());
    idle_->version = version;
    std::swap(idle_, published_);
    // Release: everything written to the instance and to the lists comes before the pointer.
    publication_.current.store(published_.get(), std::memory_order_release);
    token_ = rte_rcu_qsbr_start(publication_.readers);
    in_flight_ = true;
}

} // namespace mcfwd::dataplane
