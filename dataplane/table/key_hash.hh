// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The hash of the table. Whoever sends packets chooses the keys, so it is keyed by a secret of this process:
// nobody outside can aim at one bucket.
#pragma once

#include <cstdint>
#include <random>

#include "layout.hh"

namespace mcfwd::dataplane {

class KeyHash {
  public:
    /// Draws the secret from the system's random source.
    [[nodiscard]] static KeyHash random() {
        std::random_device device;
        const auto word = [&device] { return (std::uint64_t{device()} << 32U) | device(); };
        return KeyHash(word(), word());
    }
    constexpr KeyHash(std::uint64_t first, std::uint64_t second) : first_(first), second_(second | 1U) {}

    /// Two multiply-and-fold rounds: the first mixes the flow with the secret, the second makes the low bits,
    /// which choose the bucket, depend on every bit.
    [[nodiscard]] std::uint32_t operator()(const FlowKey& key) const {
        const std::uint64_t flow = (std::uint64_t{key.group} << 32U) | key.source;
        const std::uint64_t mixed = fold(flow ^ first_, second_ + (std::uint64_t{key.domain} << 1U));
        return static_cast<std::uint32_t>(fold(mixed ^ second_, 0x9e3779b97f4a7c15ULL ^ first_));
    }

  private:
    [[nodiscard]] static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
    }

    std::uint64_t first_;
    std::uint64_t second_;
};

} // namespace mcfwd::dataplane
