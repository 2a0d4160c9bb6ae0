// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Random orders are drawn before anything is measured: the source only reads numbers one after the other.
#include "flows.hh"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace mcfwd::bench {
namespace {

constexpr std::size_t kShortest = std::size_t{1} << 18U;
constexpr std::uint64_t kSeed = 20261130;

/// By inversion of the distribution function; ranks are dealt to flows at random, as popularity knows nothing
/// of addresses.
std::vector<std::uint32_t> zipf(std::uint32_t flows, std::size_t length, std::mt19937_64& random) {
    std::vector<double> up_to(flows);
    double sum = 0;
    for (std::uint32_t rank = 0; rank < flows; ++rank) {
        sum += 1.0 / (rank + 1.0);
        up_to[rank] = sum;
    }
    std::vector<std::uint32_t> flow_of_rank(flows);
    std::iota(flow_of_rank.begin(), flow_of_rank.end(), 0U);
    std::ranges::shuffle(flow_of_rank, random);
    std::uniform_real_distribution<double> draw(0, sum);
    std::vector<std::uint32_t> made(length);
    std::ranges::generate(made, [&] {
        const auto rank = std::ranges::lower_bound(up_to, draw(random)) - up_to.begin();
        return flow_of_rank[static_cast<std::size_t>(std::min<std::ptrdiff_t>(rank, flows - 1))];
    });
    return made;
}

} // namespace

std::string_view name(Order order) {
    switch (order) {
    case Order::kInTurn:
        return "in turn";
    case Order::kUniform:
        return "uniform";
    case Order::kZipf:
        return "zipf";
    }
    return "";
}

std::vector<std::uint32_t> arrivals(Order order, std::uint32_t flows) {
    std::mt19937_64 random(kSeed);
    if (order == Order::kInTurn) {
        std::vector<std::uint32_t> made((kShortest + flows - 1) / flows * flows);
        std::uint32_t next = 0;
        std::ranges::generate(made, [&] { return next++ % flows; });
        return made;
    }
    const std::size_t length = std::max<std::size_t>(kShortest, std::size_t{4} * flows);
    if (order == Order::kZipf) {
        return zipf(flows, length, random);
    }
    std::uniform_int_distribution<std::uint32_t> draw(0, flows - 1);
    std::vector<std::uint32_t> made(length);
    std::ranges::generate(made, [&] { return draw(random); });
    return made;
}

} // namespace mcfwd::bench
