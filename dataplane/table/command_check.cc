// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A key must be one that packets can have, an egress one that the workers can send to.
#include "command_check.hh"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "layout.hh"

namespace mcfwd::dataplane {
namespace {

// RFC 791: every host takes datagrams of this size.
constexpr std::uint16_t kSmallestMtu = 68;

std::unexpected<Error> malformed(const MfibKey& key, std::string_view why) {
    return fail(Status::kInvalidParameter, fmt::format("entry ({}, {}): {}", key.source, key.group, why));
}

bool on_bridge(const MfibKey& key) {
    return key.domain != kRoutedDomain;
}

Expected<void> check_key(const MfibKey& key) {
    if (key.domain.value() >= kMostDomains) {
        return malformed(key,
                         fmt::format("domain {} does not exist: at most {}", key.domain, kMostDomains - 1));
    }
    if (on_bridge(key) && (key.group == kUnregisteredGroup || key.group == kFloodGroup)) {
        return key.source == kAnySource ? Expected<void>{} : malformed(key, "holds for any source only");
    }
    if (!key.group.is_routable_group()) {
        return malformed(key, on_bridge(key) ? "not a group that is ever pruned"
                                             : "not a group that can be routed");
    }
    if (key.source != kAnySource && !key.source.is_valid_source()) {
        return malformed(key, "not a source that packets may have");
    }
    return {};
}

Expected<void> check_egresses(const PutEntry& put, std::size_t ports) {
    if (put.forward.size() > std::numeric_limits<std::uint16_t>::max()) {
        return malformed(put.key, "more than 65535 egresses");
    }
    using Place = std::tuple<PortId, VlanId>;
    const auto place_of = [](const Egress& egress) { return Place(egress.port, egress.vlan); };
    for (const Egress& egress : put.forward) {
        if (egress.port.value() >= ports) {
            return malformed(put.key, fmt::format("egress port {} does not exist", egress.port));
        }
        if (egress.vlan.value() > 4094) {
            return malformed(put.key, fmt::format("egress VLAN {} does not exist", egress.vlan));
        }
        if (egress.mtu < kSmallestMtu) {
            return malformed(put.key, fmt::format("egress MTU {} is below {}", egress.mtu, kSmallestMtu));
        }
        if (egress.interface == put.accept && egress.interface != kNoInterface) {
            return malformed(put.key, "the accept interface is also an egress");
        }
        if (on_bridge(put.key) && (egress.interface != kNoInterface || egress.source_mac != MacAddress{})) {
            return malformed(put.key, "an egress of a bridge has no interface and no source MAC");
        }
    }
    if (std::ranges::adjacent_find(put.forward, std::ranges::greater_equal{}, place_of) == put.forward.end()) {
        return {}; // in order, each once
    }
    std::vector<Place> places;
    std::ranges::transform(put.forward, std::back_inserter(places), place_of);
    std::ranges::sort(places);
    if (std::ranges::adjacent_find(places) != places.end()) {
        return malformed(put.key, "the same port and VLAN twice among the egresses");
    }
    return {};
}

Expected<void> check(const PutEntry& put, std::size_t ports) {
    if (auto key = check_key(put.key); !key) {
        return key;
    }
    if (on_bridge(put.key) != (put.accept == kNoInterface)) {
        return malformed(put.key, on_bridge(put.key) ? "a bridge accepts on every port, not on an interface"
                                                     : "no accept interface");
    }
    return check_egresses(put, ports);
}

Expected<void> check(const EraseEntry& erase, std::size_t) {
    return check_key(erase.key);
}

Expected<void> check(const SetMissPolicy& set, std::size_t) {
    if (set.interface == kNoInterface) {
        return fail(Status::kInvalidParameter, "miss policy without an interface");
    }
    return {};
}

} // namespace

Expected<void> check_command(const TableCommand& command, std::size_t ports) {
    return std::visit([ports](const auto& one) { return check(one, ports); }, command);
}

} // namespace mcfwd::dataplane
