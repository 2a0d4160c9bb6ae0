// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What several groups of commands have in common.
#include "commands.hh"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/parameters.hh>

namespace mcfwd::daemon {

std::unexpected<Error> unknown_bridge(const Router& router, std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& [domain, bridge] : router.bridges().all()) {
        names.emplace_back(bridge.name);
    }
    return fail(Status::kNotFound,
                fmt::format("no bridge '{}'; there are: {}", name,
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

std::unexpected<Error> unknown_interface(const Router& router, std::string_view name) {
    std::vector<std::string> names;
    for (const auto& [index, interface] : router.interfaces().all()) {
        names.push_back(interface.name);
    }
    return fail(Status::kNotFound,
                fmt::format("no interface '{}'; there are: {}", name, fmt::join(names, ", ")));
}

group_manager::SourceGroup key_in(const nlohmann::json& params) {
    return {rpc::address_in(params, "group").value_or(Ipv4Address{}),
            rpc::address_in(params, "source").value_or(kAnySource)};
}

Expected<nlohmann::json> nothing(const Expected<void>& result) {
    if (!result) {
        return std::unexpected(result.error());
    }
    return nlohmann::json::object();
}

} // namespace mcfwd::daemon
