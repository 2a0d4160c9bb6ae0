// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A hash map without a long step: it grows by a part at a time, and can be taken down by a part at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>

namespace mcfwd::igmp {

/// Elements keep their address while they are in the map.
template <typename Key, typename Value, typename Hash = std::hash<Key>>
class ShardedMap {
  public:
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

    /// By the upper bits of a multiplicative hash (64-bit golden ratio): a shard looks at the lower ones.
    [[nodiscard]] static std::size_t shard_of(const Key& key) {
        const std::uint64_t mixed = std::uint64_t{Hash{}(key)} * 0x9E3779B97F4A7C15ULL;
        return static_cast<std::size_t>(mixed >> (64U - kShardBits));
    }

    std::array<std::unordered_map<Key, Value, Hash>, std::size_t{1} << kShardBits> shards_;
    std::size_t size_ = 0;
};

} // namespace mcfwd::igmp
