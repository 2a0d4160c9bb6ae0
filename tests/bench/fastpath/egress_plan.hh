// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Where the copies of a packet leave. All forwarders of the comparison send by the same plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/table.hh>

namespace mcfwd::bench {

/// Whether copies differ on the wire.
enum class Headers : std::uint8_t {
    kEqual,     ///< one router MAC, no tags: a port of its own for each egress
    kDifferent, ///< a MAC per port; from the 17th egress on VLANs of 16 ports
};
[[nodiscard]] std::string_view name(Headers headers);

/// The port where all packets arrive; sink n is port n + 1.
inline constexpr PortId kSourcePort{0};
inline constexpr IfIndex kSourceInterface{1};
[[nodiscard]] constexpr PortId port_of_sink(std::size_t sink) {
    return PortId(static_cast<std::uint16_t>(sink + 1));
}
[[nodiscard]] constexpr std::size_t sink_of(PortId port) {
    return port.value() - 1U;
}

struct EgressPlan {
    std::vector<Egress> egresses;
    std::size_t sinks = 0; ///< used are sinks 0 to sinks - 1
};
[[nodiscard]] EgressPlan plan_egresses(std::size_t egresses, Headers headers);

} // namespace mcfwd::bench
