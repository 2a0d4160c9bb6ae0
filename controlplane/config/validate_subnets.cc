// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Addresses and subnets: no address twice, no subnet behind two interfaces, or reverse-path checks would be a
// guess.
#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "validate.hh"

namespace mcfwd::config {

namespace {

struct Subnet {
    Ipv4Prefix address;
    const Interface* interface;
    const Node* node;
};

std::vector<Subnet> subnets_of(const Config& config, const Node& file, const Findings& findings) {
    std::vector<Subnet> subnets;
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        for (std::size_t j = 0; j < config.interfaces[i].address.size(); ++j) {
            const Node& node = file.at({"interface", i, "address", j});
            if (findings.sound(node)) {
                subnets.push_back({config.interfaces[i].address[j], &config.interfaces[i], &node});
            }
        }
    }
    return subnets;
}

void check_duplicates(const std::vector<Subnet>& subnets, Findings& findings) {
    std::map<Ipv4Address, const Interface*> owners;
    for (const Subnet& subnet : subnets) {
        const auto [at, inserted] = owners.try_emplace(subnet.address.address, subnet.interface);
        if (!inserted) {
            findings.error(*subnet.node, fmt::format("address belongs to interface {}", at->second->name),
                           "each address once");
        }
    }
}

void report_overlap(const Subnet& one, const Subnet& other, Findings& findings) {
    const bool in_order = one.node->position < other.node->position;
    const Subnet& earlier = in_order ? one : other;
    const Subnet& later = in_order ? other : one;
    if (findings.sound(*later.node)) {
        findings.error(
            *later.node,
            fmt::format("subnet overlaps {} of interface {}", earlier.address, earlier.interface->name),
            "a subnet of one interface only");
    }
}

/// Two subnets nest or are disjoint. In order of network and length whatever contains a subnet comes before
/// it, so the subnets that are still open are all that can overlap it.
void check_overlaps(std::vector<Subnet> subnets, Findings& findings) {
    std::ranges::sort(subnets, {}, [](const Subnet& subnet) {
        return std::tuple(subnet.address.network(), subnet.address.length, subnet.node->position);
    });
    std::vector<const Subnet*> open;
    for (const Subnet& subnet : subnets) {
        while (!open.empty() && !open.back()->address.contains(subnet.address.address)) {
            open.pop_back();
        }
        const auto foreign = [&](const Subnet* outer) { return outer->interface != subnet.interface; };
        if (const auto outer = std::ranges::find_if(open, foreign); outer != open.end()) {
            report_overlap(**outer, subnet, findings);
        } else if (open.empty() || open.back()->address.length != subnet.address.length) {
            open.push_back(&subnet);
        }
    }
}

} // namespace

void validate_subnets(const Config& config, const Node& file, Findings& findings) {
    std::vector<Subnet> subnets = subnets_of(config, file, findings);
    check_duplicates(subnets, findings);
    std::erase_if(subnets, [&](const Subnet& subnet) { return !findings.sound(*subnet.node); });
    check_overlaps(std::move(subnets), findings);
}

} // namespace mcfwd::config
