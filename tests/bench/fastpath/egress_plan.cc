// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Egresses take turns on the ports, as VLANs of a real router would.
#include "egress_plan.hh"

#include <algorithm>

namespace mcfwd::bench {
namespace {

constexpr std::size_t kPorts = 16;
constexpr std::uint16_t kFirstVlan = 100;
constexpr std::uint16_t kFirstEgressInterface = 2;

MacAddress router_mac(std::size_t port) {
    return MacAddress{{0x02, 0xaa, 0, 0, 0, static_cast<std::uint8_t>(port)}};
}

} // namespace

std::string_view name(Headers headers) {
    return headers == Headers::kEqual ? "equal" : "different";
}

EgressPlan plan_egresses(std::size_t egresses, Headers headers) {
    EgressPlan plan{.egresses = {},
                    .sinks = headers == Headers::kEqual ? egresses : std::min(egresses, kPorts)};
    for (std::size_t egress = 0; egress < egresses; ++egress) {
        const std::size_t sink = egress % plan.sinks;
        const std::size_t vlan = egresses > plan.sinks ? kFirstVlan + egress / plan.sinks : 0;
        plan.egresses.push_back(
            {.interface = IfIndex(static_cast<std::uint16_t>(kFirstEgressInterface + egress)),
             .port = port_of_sink(sink),
             .vlan = VlanId(static_cast<std::uint16_t>(vlan)),
             .source_mac = router_mac(headers == Headers::kEqual ? 0 : sink)});
    }
    return plan;
}

} // namespace mcfwd::bench
