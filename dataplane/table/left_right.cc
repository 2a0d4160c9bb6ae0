// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Costs per publication: the change twice, one store, and a check of the workers' counters per `end_grace`.
#include "left_right.hh"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <rte_rcu_qsbr.h>

namespace mcfwd::dataplane {
namespace {

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

// Removals come first, so that the index never holds more entries than it was made for.
void LeftRight::apply(Instance& instance, TableVersion version) const {
    for (const auto& [key, slot] : changes_.entries) {
        if (!slot) {
            instance.index.erase(flow_key(key));
        }
    }
    for (const auto& [key, slot] : changes_.entries) {
        if (slot) {
            instance.index.put(*slot);
        }
    }
    for (const auto& [interface, policy] : changes_.policies) {
        instance.set_miss_policy(interface.value(), policy);
    }
    instance.version = version;
}

void LeftRight::publish(Changes changes, TableVersion version) {
    changes_ = std::move(changes);
    apply(*idle_, version);
    std::swap(idle_, published_);
    // Release: everything written to the instance and to the lists comes before the pointer.
    publication_.current.store(published_.get(), std::memory_order_release);
    token_ = rte_rcu_qsbr_start(publication_.readers);
    in_flight_ = true;
}

bool LeftRight::end_grace() {
    if (!in_flight_ || rte_rcu_qsbr_check(publication_.readers, token_, false) == 0) {
        return false;
    }
    apply(*idle_, published_->version);
    changes_ = {};
    in_flight_ = false;
    return true;
}

} // namespace mcfwd::dataplane
