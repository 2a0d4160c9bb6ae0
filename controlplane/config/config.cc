// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Names of choices and lookups by name; everything else about the configuration is plain data.
#include "config.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "words.hh"

namespace mcfwd::config {

namespace {

template <typename Enum>
std::string_view word(Enum value) {
    return kWords<Enum>.at(static_cast<std::size_t>(std::to_underlying(value)));
}

} // namespace

std::string_view name(LogLevel value) {
    return word(value);
}
std::string_view name(Poll value) {
    return word(value);
}
std::string_view name(Memory value) {
    return word(value);
}
std::string_view name(MacMode value) {
    return word(value);
}
std::string_view name(FastLeave value) {
    return word(value);
}
std::string_view name(OlderVersions value) {
    return word(value);
}
std::string_view name(AccessAction value) {
    return word(value);
}
std::string_view name(Unregistered value) {
    return word(value);
}

std::string_view name(HandoffMemberships value) {
    return word(value);
}
std::string_view name(HandoffMfe value) {
    return word(value);
}
std::string_view name(MfeExpiry value) {
    return word(value);
}
std::string_view name(OnOwned value) {
    return word(value);
}

std::string Device::text() const {
    switch (kind) {
    case DeviceKind::kAfXdp:
        return "af_xdp:" + argument;
    case DeviceKind::kAfPacket:
        return "af_packet:" + argument;
    case DeviceKind::kPci:
    case DeviceKind::kVdev:
        break;
    }
    return argument;
}

std::optional<PortId> port_id(const Config& config, std::string_view name) {
    const auto found = std::ranges::find(config.ports, name, &Port::name);
    if (found == config.ports.end()) {
        return std::nullopt;
    }
    return PortId(static_cast<std::uint16_t>(found - config.ports.begin()));
}

std::string member_text(const BridgeMember& member) {
    return member.vlan == VlanId(0) ? member.port : fmt::format("{}:{}", member.port, member.vlan.value());
}

std::optional<DomainId> bridge_domain(const Config& config, std::string_view name) {
    const auto found = std::ranges::find(config.bridges, name, &Bridge::name);
    if (found == config.bridges.end()) {
        return std::nullopt;
    }
    return DomainId(static_cast<std::uint16_t>(found - config.bridges.begin() + 1));
}

IfIndex interface_index(const Config& config, std::string_view name) {
    const auto found = std::ranges::find(config.interfaces, name, &Interface::name);
    if (found == config.interfaces.end()) {
        return kNoInterface;
    }
    return IfIndex(static_cast<std::uint16_t>(found - config.interfaces.begin() + 1));
}

std::optional<Ipv4Prefix> boundary_for(const Interface& interface, Ipv4Address group) {
    const auto found = std::ranges::find_if(
        interface.scope_boundary, [group](const Ipv4Prefix& scope) { return scope.contains(group); });
    return found == interface.scope_boundary.end() ? std::nullopt : std::optional(*found);
}

bool may_be_neighbour(const std::vector<Ipv4Prefix>& addresses, Ipv4Address neighbour) {
    const bool own = std::ranges::count(addresses, neighbour, &Ipv4Prefix::address) > 0;
    return addresses.empty() || (!own && std::ranges::any_of(addresses, [&](const Ipv4Prefix& subnet) {
               return subnet.contains(neighbour);
           }));
}

} // namespace mcfwd::config
