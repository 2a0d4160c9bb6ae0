// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A hash map without a long step: it grows by a part at a time, and can be taken down by a part at a time.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>

namespace mcfwd::igmp {

/// Elements keep their address while they are in the map.
template <typename Key, typename Value, typename Hash = std::hash<Key>>
class ShardedMap {
  public:
    /// Shards fill evenly, so each has a time of its own to grow.
    ShardedMap() {
        for (std::size_t i = 0; i < kShards; ++i) {
            shards_[i].max_load_factor(0.75F + 0.5F * static_cast<float>(i) / kShards);
        }
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    /// nullptr: it is not there.
    [[nodiscard]] Value* find(const Key& key) {
        auto& shard = shards_[shard_of(key)];
        const auto at = shard.find(key);
        return at == shard.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const Value* find(const Key& key) const {
        const auto& shard = shards_[shard_of(key)];
        const auto at = shard.find(key);
        return at == shard.end() ? nullptr : &at->second;
    }

    /// The element of the key, made of `arguments` if there is none.
    template <typename... Arguments>
    Value& make(const Key& key, Arguments&&... arguments) {
        const auto [at, made] =
            shards_[shard_of(key)].try_emplace(key, std::forward<Arguments>(arguments)...);
        size_ += made ? 1 : 0;
        return at->second;
    }

    void erase(const Key& key) { size_ -= shards_[shard_of(key)].erase(key); }

    /// Erases up to `most` elements, whichever; returns how many.
    std::size_t erase_some(std::size_t most) {
        std::size_t erased = 0;
        for (auto& shard : shards_) {
            for (; erased < most && !shard.empty(); ++erased) {
                shard.erase(shard.begin());
            }
        }
        size_ -= erased;
        return erased;
    }


  private:
    static constexpr unsigned kShardBits = 5;
    static constexpr std::size_t kShards = std::size_t{1} << kShardBits;

    /// Neighbours, as hosts list them, are in different shards, and all bits count, so that no pattern fills one
    /// shard alone.
    [[nodiscard]] static std::size_t shard_of(const Key& key) noexcept {
        std::size_t folded = Hash{}(key);
        for (unsigned bits = 8 * kShardBits; bits >= kShardBits; bits /= 2) {
            folded ^= folded >> bits;
        }
        return folded % kShards;
    }
    /// In a shard neighbours are neighbours again: where hashes are numbers, runs of them never collide.
    struct HashInShard {
        std::size_t operator()(const Key& key) const noexcept { return Hash{}(key) >> kShardBits; }
    };

    std::array<std::unordered_map<Key, Value, HashInShard>, kShards> shards_;
    std::size_t size_ = 0;
};

} // namespace mcfwd::igmp
