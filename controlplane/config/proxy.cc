// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [proxy]: its keys, and what it needs of the interfaces and routes.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "reader.hh"
#include "rules.hh"
#include "sections.hh"
#include "validate.hh"

namespace mcfwd::config {

namespace {

constexpr Milliseconds kShortestReportInterval{10};
constexpr Milliseconds kLongestReportInterval{60'000};

void check_igmp_off(const Interface& upstream, const Node& table, Findings& findings) {
    const Node* igmp = table.find("igmp");
    if (upstream.igmp.enabled && igmp != nullptr) {
        findings.error(
            table.at({"igmp", "enabled"}),
            fmt::format("{} is the upstream of the proxy, a host and no router there", upstream.name),
            "enabled = false, or no [interface.igmp]");
    }
}

void check_proxy_mroutes(const Config& config, const Node& file, Findings& findings) {
    const auto check = [&](const std::string& name, const Node& node) {
        if (name == config.proxy->upstream && findings.sound(node)) {
            findings.error(node, "interface is the upstream of the proxy, which owns it",
                           "other interfaces; sources there are found without a route");
        }
    };
    for (std::size_t i = 0; i < config.mroutes.size(); ++i) {
        check(config.mroutes[i].iif, file.at({"mroute", i, "iif"}));
        for (std::size_t j = 0; j < config.mroutes[i].oifs.size(); ++j) {
            check(config.mroutes[i].oifs[j], file.at({"mroute", i, "oifs", j}));
        }
    }
}

} // namespace

void read_proxy(const Node& table, std::optional<Proxy>& proxy, Findings& findings) {
    proxy.emplace();
    TableReader reader(table, "[proxy]", findings);
    reader.required_text("upstream", proxy->upstream, kName);
    reader.integer("version", proxy->version, {1, 3});
    if (table.find("robustness") != nullptr) {
        reader.integer("robustness", proxy->robustness.emplace(), {1, 7});
    }
    if (table.find("unsolicited_report_interval") != nullptr) {
        reader.seconds("unsolicited_report_interval", proxy->unsolicited_report_interval.emplace(),
                       {kShortestReportInterval, kLongestReportInterval});
    }
    reader.boolean("require_router_alert", proxy->require_router_alert);
    reader.boolean("querier_only", proxy->querier_only);
    reader.refuse_unknown();
}

void switch_igmp_off_upstream(Config& config, const Node& file) {
    for (std::size_t i = 0; config.proxy && i < config.interfaces.size(); ++i) {
        const Node& table = file.at({"interface", i});
        if (config.interfaces[i].name == config.proxy->upstream && table.find("igmp") == nullptr) {
            config.interfaces[i].igmp.enabled = false;
        }
    }
}

void validate_proxy(const Config& config, const Node& file, const Names& interfaces, Findings& findings) {
    if (!config.proxy) {
        return;
    }
    const Node& upstream = file.at({"proxy", "upstream"});
    interfaces.refer(config.proxy->upstream, upstream);
    const auto at = std::ranges::find(config.interfaces, config.proxy->upstream, &Interface::name);
    if (at == config.interfaces.end() || !findings.sound(upstream)) {
        return;
    }
    if (!at->bridge.empty()) {
        findings.error(upstream, fmt::format("upstream is the routed interface of bridge {}", at->bridge),
                       "an interface with a port");
    }
    check_igmp_off(*at, file.at({"interface", static_cast<std::size_t>(at - config.interfaces.begin())}),
                   findings);
    check_proxy_mroutes(config, file, findings);
    if (at->address.empty()) {
        findings.warning(upstream, "upstream has no address, so its reports come from 0.0.0.0",
                         "an interface with an address");
    }
    if (std::ranges::none_of(config.interfaces, [](const Interface& one) { return one.igmp.enabled; })) {
        findings.warning(upstream, "no interface has hosts whose groups the proxy could join",
                         "IGMP on another interface");
    }
}

} // namespace mcfwd::config
