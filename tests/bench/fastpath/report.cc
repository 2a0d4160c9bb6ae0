// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A share is taken within a round, and its median over the rounds.
#include "report.hh"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mcfwd::bench {
namespace {

nlohmann::json to_json(const Spread& spread) {
    return {{"median", spread.median}, {"min", spread.least}, {"max", spread.most}};
}

} // namespace

std::string heading() {
    return fmt::format(
        "{:>8} {:>5} {:>8} {:>8} {:>9} {:>5} | {:>7} {:>7} {:>8} {:>7} | {:>7} {:>20} | {:>8} {:>18}\n",
        "egresses", "frame", "entries", "order", "headers", "held", "Mpps in", "Mcopies", "ns/input",
        "ns/copy", "ceiling", "share (min..max)", "textbook", "times (min..max)");
}

std::string line(const Result& result) {
    const Row& row = result.row;
    const double ns = spread(result.of(Who::kProduct)).median;
    const double ceiling = spread(result.of(Who::kCeiling)).median;
    const double textbook = spread(result.of(Who::kTextbook)).median;
    const Spread share = ratio(result.of(Who::kCeiling), result.of(Who::kProduct));
    const Spread times = ratio(result.of(Who::kTextbook), result.of(Who::kProduct));
    const auto copies = static_cast<double>(row.egresses);
    return fmt::format("{:>8} {:>5} {:>8} {:>8} {:>9} {:>5} | {:>7.2f} {:>7.1f} {:>8.1f} {:>7.2f} | {:>7.1f} "
                       "{:>6.3f} ({:.3f}..{:.3f}) | {:>8.1f} {:>5.2f} ({:.2f}..{:.2f})\n",
                       row.egresses, row.frame_octets, row.entries, name(row.order), name(row.headers),
                       row.held, 1e3 / ns, 1e3 / ns * copies, ns, ns / copies, ceiling, share.median,
                       share.least, share.most, textbook, times.median, times.least, times.most);
}

nlohmann::json to_json(const Result& result) {
    const Row& row = result.row;
    nlohmann::json json{
        {"egresses", row.egresses},
        {"frame_octets", row.frame_octets},
        {"entries", row.entries},
        {"order", name(row.order)},
        {"headers", name(row.headers)},
        {"held", row.held},
        {"rounds", result.of(Who::kProduct).size()},
        {"share_of_ceiling", to_json(ratio(result.of(Who::kCeiling), result.of(Who::kProduct)))},
        {"times_textbook", to_json(ratio(result.of(Who::kTextbook), result.of(Who::kProduct)))}};
    for (const Who who : kAll) {
        const Spread ns = spread(result.of(who));
        const auto copies = static_cast<double>(row.egresses);
        json[std::string(name(who))] = {{"ns_per_input", to_json(ns)},
                                        {"ns_per_copy", ns.median / copies},
                                        {"input_mpps", 1e3 / ns.median},
                                        {"copies_per_second", 1e9 / ns.median * copies}};
    }
    return json;
}

} // namespace mcfwd::bench
