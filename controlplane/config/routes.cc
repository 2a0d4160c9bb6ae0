// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [[mroute]] and [[rpf_route]]: what is routed without anybody asking, and where sources are.
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "reader.hh"
#include "rules.hh"
#include "sections.hh"

namespace mcfwd::config {

namespace {

/// A subnet or aggregate that sources can be in, up to the default route.
std::optional<Ipv4Prefix> parse_network(std::string_view text) {
    const auto prefix = Ipv4Prefix::parse(text);
    if (!prefix || !is_network(*prefix)) {
        return std::nullopt;
    }
    const bool default_route = prefix->length == 0;
    const bool unicast = prefix->length > 0 && prefix->address.is_valid_source();
    return default_route || unicast ? prefix : std::nullopt;
}
constexpr TextRule<Ipv4Prefix> kNetwork{
    parse_network, "a unicast prefix without host bits such as \"10.9.0.0/16\", or \"0.0.0.0/0\""};

std::optional<Ipv4Address> parse_neighbour(std::string_view text) {
    const auto address = Ipv4Address::parse(text);
    return address && address->is_valid_source() ? address : std::nullopt;
}
constexpr TextRule<Ipv4Address> kNeighbour{parse_neighbour, "a unicast address such as \"10.0.1.254\""};

void check_oifs(const Node& table, const Mroute& mroute, Findings& findings) {
    const Node* oifs = table.find("oifs");
    if (oifs == nullptr || oifs->kind != Node::Kind::kArray) {
        if (oifs == nullptr && table.kind == Node::Kind::kTable) {
            findings.error(table.position, "[[mroute]] has no oifs", "nothing",
                           "an array of interface names");
        }
        return;
    }
    if (mroute.oifs.empty()) {
        findings.error(*oifs, "oifs is empty", "at least one interface");
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < mroute.oifs.size(); ++i) {
        const Node& node = table.at({"oifs", i});
        if (!findings.sound(node)) {
            continue;
        }
        if (mroute.oifs[i] == mroute.iif) {
            findings.error(node, "oif is the iif too", "interfaces other than the iif");
        } else if (!seen.insert(mroute.oifs[i]).second) {
            findings.error(node, "oif is there already", "each interface once");
        }
    }
}

} // namespace

void read_mroute(const Node& table, Mroute& mroute, Findings& findings) {
    TableReader reader(table, "[[mroute]]", findings);
    reader.required_text("source", mroute.source, kSource);
    reader.required_text("group", mroute.group, kGroup);
    reader.required_text("iif", mroute.iif, kName);
    reader.texts("oifs", mroute.oifs, kName);
    reader.refuse_unknown();
    check_oifs(table, mroute, findings);
}

void read_rpf_route(const Node& table, RpfRoute& route, Findings& findings) {
    TableReader reader(table, "[[rpf_route]]", findings);
    reader.required_text("prefix", route.prefix, kNetwork);
    reader.required_text("interface", route.interface, kName);
    reader.text("upstream", route.upstream, kNeighbour);
    reader.refuse_unknown();
}

} // namespace mcfwd::config
