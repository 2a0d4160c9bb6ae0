// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [[port]] and [[bridge]]: what packets come in by, at layer 1 and layer 2.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "reader.hh"
#include "rules.hh"
#include "sections.hh"

namespace mcfwd::config {

namespace {

/// IFNAMSIZ of Linux without the final NUL.
constexpr std::size_t kLongestInterfaceName = 15;

bool is_kernel_interface(std::string_view name) {
    return !name.empty() && name.size() <= kLongestInterfaceName && name != "." && name != ".." &&
           name.find_first_of("/:, \t") == std::string_view::npos;
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

/// "0000:3b:00.0" or without the domain.
bool is_pci_address(std::string_view text) {
    if (text.size() == 12 && is_hex(text.substr(0, 4)) && text[4] == ':') {
        text.remove_prefix(5);
    }
    return text.size() == 7 && is_hex(text.substr(0, 2)) && text[2] == ':' && is_hex(text.substr(3, 2)) &&
           text[5] == '.' && text[6] >= '0' && text[6] <= '7';
}

/// Driver names of virtual devices start with "net_", older ones with "eth_", and an instance may have a
/// number.
bool is_vdev_name(std::string_view text) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return (text.starts_with("net_") || text.starts_with("eth_")) && text.size() > 4 &&
           std::ranges::all_of(text, allowed);
}

std::optional<Device> parse_device(std::string_view text) {
    constexpr std::string_view kAfXdp = "af_xdp:";
    constexpr std::string_view kAfPacket = "af_packet:";
    if (!parse_printable(text)) {
        return std::nullopt;
    }
    const auto kernel_interface = [&](DeviceKind kind, std::string_view prefix) {
        const std::string_view name = text.substr(prefix.size());
        return is_kernel_interface(name) ? std::optional(Device{kind, std::string(name)}) : std::nullopt;
    };
    if (text.starts_with(kAfXdp)) {
        return kernel_interface(DeviceKind::kAfXdp, kAfXdp);
    }
    if (text.starts_with(kAfPacket)) {
        return kernel_interface(DeviceKind::kAfPacket, kAfPacket);
    }
    const std::string_view first = text.substr(0, text.find(','));
    if (is_pci_address(first)) {
        return Device{DeviceKind::kPci, std::string(text)};
    }
    return is_vdev_name(first) ? std::optional(Device{DeviceKind::kVdev, std::string(text)}) : std::nullopt;
}
constexpr TextRule<Device> kDevice{
    parse_device, "\"0000:3b:00.0\" (PCI), \"af_xdp:IFNAME\", \"af_packet:IFNAME\" or vdev devargs "
                  "such as \"net_memif0,role=client\""};

std::optional<BridgeMember> parse_member(std::string_view text) {
    const std::size_t colon = text.find(':');
    const auto port = parse_name(text.substr(0, colon));
    if (!port || colon == std::string_view::npos) {
        return port ? std::optional(BridgeMember{*port, VlanId(0)}) : std::nullopt;
    }
    const std::string_view digits = text.substr(colon + 1);
    unsigned vlan = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9' || digits.size() > 4) {
            return std::nullopt;
        }
        vlan = vlan * 10 + static_cast<unsigned>(c - '0');
    }
    if (digits.starts_with('0') || vlan < 1 || vlan > 4094) {
        return std::nullopt;
    }
    return BridgeMember{*port, VlanId(static_cast<std::uint16_t>(vlan))};
}
constexpr TextRule<Ipv4Address> kHost{[](std::string_view text) {
                                          const auto address = Ipv4Address::parse(text);
                                          return address && address->is_valid_source() ? address
                                                                                       : std::nullopt;
                                      },
                                      "an address of this router such as \"10.0.1.1\""};
constexpr TextRule<BridgeMember> kMember{parse_member,
                                         "\"PORT\" or \"PORT:VLAN\" with a VLAN from 1 to 4094"};

/// What an element leaves out is as on the bridge.
void read_port_limits(TableReader& reader, Snooping& snooping, Findings& findings) {
    constexpr std::string_view kValid = "an array such as [{ port = \"p2\", max_groups = 100 }]";
    const auto elements = reader.array("port_limits", kValid);
    if (!elements) {
        return;
    }
    for (const Node& element : *elements) {
        if (element.kind != Node::Kind::kTable) {
            findings.error(element, "port_limits is not valid", std::string(kValid));
            continue;
        }
        PortLimits& limits = snooping.port_limits.emplace_back();
        limits.limits = snooping.timing;
        if (element.find("access_list") != nullptr) {
            limits.limits.access_list.clear();
        }
        TableReader keys(element, "port_limits", findings);
        keys.required_text("port", limits.port, kMember);
        read_igmp_limits(keys, limits.limits, findings);
        keys.refuse_unknown();
    }
}

} // namespace

void read_port(const Node& table, Port& port, Findings& findings) {
    TableReader reader(table, "[[port]]", findings);
    reader.required_text("name", port.name, kName);
    reader.required_text("device", port.device, kDevice);
    reader.refuse_unknown();
}

void read_bridge(const Node& table, Bridge& bridge, Findings& findings) {
    TableReader reader(table, "[[bridge]]", findings);
    reader.required_text("name", bridge.name, kName);
    reader.texts("members", bridge.members, kMember);
    if (bridge.members.empty() && findings.sound(table.at({"members"}))) {
        findings.error(table.at({"members"}).position, "bridge has no members", "nothing",
                       std::string(kMember.valid));
    }
    if (const Node* snooping = reader.table("snooping", "[bridge.snooping]")) {
        TableReader keys(*snooping, "[bridge.snooping]", findings);
        keys.boolean("querier", bridge.snooping.querier);
        keys.text("querier_address", bridge.snooping.querier_address, kHost);
        keys.choice("fast_leave", bridge.snooping.fast_leave);
        keys.choice("unregistered", bridge.snooping.unregistered);
        keys.texts("unregistered_ports", bridge.snooping.unregistered_ports, kMember);
        keys.texts("router_ports", bridge.snooping.router_ports, kMember);
        Milliseconds learning{-1};
        keys.seconds("learning_time", learning, {Milliseconds(0), std::chrono::hours(24)});
        if (learning >= Milliseconds(0)) {
            bridge.snooping.learning_time = learning;
        }
        read_igmp_timing(keys, bridge.snooping.timing);
        read_igmp_limits(keys, bridge.snooping.timing, findings);
        read_port_limits(keys, bridge.snooping, findings);
        keys.refuse_unknown();
        check_igmp_timing(*snooping, bridge.snooping.timing, findings);
    }
    reader.refuse_unknown();
}

} // namespace mcfwd::config
