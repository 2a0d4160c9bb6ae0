// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Everything that is the same for every packet of an entry, but for its group, is done here, once: headers,
// tags, grouping.
#include "egress_list.hh"

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

namespace mcfwd::dataplane {
namespace {

// The bytes on the wire depend on nothing else but the group, which is the same for all copies of a packet.
auto wire_key(const Egress& egress) {
    return std::tie(egress.vlan, egress.source_mac);
}

std::size_t count_rewrites(std::span<const Egress> sorted) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        count += i == 0 || wire_key(sorted[i - 1]) != wire_key(sorted[i]) ? 1U : 0U;
    }
    return count;
}

std::size_t octets_for(std::size_t rewrites, std::size_t egresses) {
    const std::size_t octets = sizeof(ListHeader) + rewrites * sizeof(Rewrite) + egresses * sizeof(Replica);
    return (octets + kListUnit - 1) / kListUnit * kListUnit;
}

Rewrite rewrite_for(const Egress& egress, bool routed) {
    Rewrite rewrite;
    auto out = rewrite.header.begin();
    const auto put16 = [&out](unsigned value) {
        *out++ = static_cast<std::uint8_t>(value >> 8U);
        *out++ = static_cast<std::uint8_t>(value);
    };
    if (routed) {
        out = std::ranges::copy(egress.source_mac.bytes, out).out;
    }
    if (egress.vlan.value() != 0) {
        put16(0x8100);
        put16(egress.vlan.value());
    }
    if (routed) {
        put16(0x0800);
    }
    rewrite.length = static_cast<std::uint8_t>(out - rewrite.header.begin());
    return rewrite;
}

} // namespace

std::size_t most_list_units(std::size_t lists, std::size_t egresses) {
    const std::size_t bytes =
        lists * (sizeof(ListHeader) + kListUnit - 1) + egresses * (sizeof(Rewrite) + sizeof(Replica));
    return bytes / kListUnit + 1;
}

std::vector<std::byte> encode_list(const PutEntry& put) {
    std::vector<Egress> copy; // most are in order
    std::span<const Egress> sorted = put.forward;
    if (!std::ranges::is_sorted(sorted, {}, wire_key)) {
        copy = put.forward;
        std::ranges::stable_sort(copy, {}, wire_key);
        sorted = copy;
    }
    const std::size_t rewrites = count_rewrites(sorted);
    std::vector<std::byte> octets(octets_for(rewrites, sorted.size()));
    auto* next_rewrite = reinterpret_cast<Rewrite*>(octets.data() + sizeof(ListHeader));
    Rewrite* rewrite = nullptr;
    auto* replica =
        reinterpret_cast<Replica*>(octets.data() + sizeof(ListHeader) + rewrites * sizeof(Rewrite));
    ListHeader header{.accept = put.accept.value(),
                      .egresses = static_cast<std::uint16_t>(sorted.size()),
                      .rewrites = static_cast<std::uint16_t>(rewrites),
                      .smallest_mtu = std::numeric_limits<std::uint16_t>::max(),
                      .largest_ttl_threshold = 1};
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const Egress& egress = sorted[i];
        if (i == 0 || wire_key(sorted[i - 1]) != wire_key(egress)) {
            rewrite = next_rewrite++;
            *rewrite = rewrite_for(egress, put.key.domain == kRoutedDomain);
        }
        ++rewrite->egresses;
        // A threshold of 0 would let packets out that have used up their TTL.
        const std::uint8_t threshold = std::max<std::uint8_t>(1, egress.ttl_threshold);
        *replica++ = {.port = egress.port.value(), .mtu = egress.mtu, .ttl_threshold = threshold};
        header.smallest_mtu = std::min(header.smallest_mtu, egress.mtu);
        header.largest_ttl_threshold = std::max(header.largest_ttl_threshold, threshold);
    }
    *reinterpret_cast<ListHeader*>(octets.data()) = header;
    return octets;
}

} // namespace mcfwd::dataplane
