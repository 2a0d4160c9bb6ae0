// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [[interface]]: a routed interface, its addresses and how it sends.
#include <cstdint>
#include <optional>
#include <string_view>

#include "reader.hh"
#include "rules.hh"
#include "sections.hh"

namespace mcfwd::config {

namespace {

constexpr std::int64_t kHighestVlan = 4094;

/// An address that a host can have in its subnet; /31 and /32 have no network and broadcast addresses (RFC
/// 3021).
std::optional<Ipv4Prefix> parse_address(std::string_view text) {
    const auto prefix = Ipv4Prefix::parse(text);
    if (!prefix || prefix->length == 0 || !prefix->address.is_valid_source()) {
        return std::nullopt;
    }
    const std::uint32_t host_bits = prefix->address.host() & ~prefix->mask();
    if (prefix->length < 31 && (host_bits == 0 || host_bits == ~prefix->mask())) {
        return std::nullopt;
    }
    return prefix;
}
constexpr TextRule<Ipv4Prefix> kAddress{
    parse_address,
    "a host's address with prefix length such as \"10.0.1.1/24\", not the subnet's first or last one"};

/// A range of groups that routers forward at all.
std::optional<Ipv4Prefix> parse_scope(std::string_view text) {
    const auto prefix = Ipv4Prefix::parse(text);
    if (!prefix || !is_network(*prefix) || prefix->length < 4 || !prefix->address.is_multicast()) {
        return std::nullopt;
    }
    const bool never_routed = prefix->address.is_link_local_multicast() && prefix->length >= 24;
    return never_routed ? std::nullopt : prefix;
}
constexpr TextRule<Ipv4Prefix> kScope{
    parse_scope, "a range of groups without host bits such as \"239.255.0.0/16\", not in 224.0.0.0/24"};

void check_attachment(const Node& table, Findings& findings) {
    const Node* port = table.find("port");
    const Node* bridge = table.find("bridge");
    if (bridge != nullptr && port != nullptr) {
        findings.error(*bridge, "interface has both port and bridge", "one of them");
    }
    if (bridge == nullptr && port == nullptr && table.kind == Node::Kind::kTable) {
        findings.error(table.position, "[[interface]] has no port", "nothing", "the name of a [[port]]");
    }
}

void read_router_discovery(const Node& table, Interface& interface, Findings& findings) {
    TableReader reader(table, "[interface.router_discovery]", findings);
    reader.boolean("enabled", interface.router_discovery.enabled);
    reader.integer("interval", interface.router_discovery.interval, {4, 180});
    reader.refuse_unknown();
}

} // namespace

void read_interface(const Node& table, Interface& interface, Findings& findings) {
    TableReader reader(table, "[[interface]]", findings);
    reader.required_text("name", interface.name, kName);
    reader.text("port", interface.port, kName);
    reader.text("bridge", interface.bridge, kName);
    std::uint16_t vlan = 0;
    reader.integer("vlan", vlan, {0, kHighestVlan});
    interface.vlan = VlanId(vlan);
    reader.texts("address", interface.address, kAddress);
    reader.choice("mac", interface.mac);
    reader.integer("ttl_threshold", interface.ttl_threshold, {1, 255});
    reader.texts("scope_boundary", interface.scope_boundary, kScope);
    if (const Node* igmp = reader.table("igmp", "[interface.igmp]")) {
        read_igmp(*igmp, interface.igmp, findings);
    }
    if (const Node* discovery = reader.table("router_discovery", "[interface.router_discovery]")) {
        read_router_discovery(*discovery, interface, findings);
    }
    reader.refuse_unknown();

    check_attachment(table, findings);
}

} // namespace mcfwd::config
