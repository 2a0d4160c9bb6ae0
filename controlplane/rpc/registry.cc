// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The handlers by name, and the one method that the registry answers itself.
#include "registry.hh"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/commands.hh>

namespace mcfwd::rpc {

namespace {

using nlohmann::json;

json describe(const Parameter& parameter) {
    json described{{"name", parameter.name},
                   {"kind", kind_name(parameter.kind)},
                   {"required", parameter.required()},
                   {"keyword", parameter.keyword.empty() ? json() : json(parameter.keyword)},
                   {"help", parameter.help}};
    if (parameter.kind == ParameterKind::kLevel) {
        described["values"] = log_levels();
    } else if (parameter.kind == ParameterKind::kCursor) {
        described["members"] = parameter.words;
    } else if (!parameter.words.empty()) {
        described["values"] = parameter.words;
    } else if (parameter.kind == ParameterKind::kInteger) {
        described["minimum"] = parameter.minimum;
        described["maximum"] = parameter.maximum;
    } else if (parameter.kind == ParameterKind::kSeconds) {
        described["maximum"] = parameter.maximum;
    }
    return described;
}

Expected<json> discover(const json& /*params*/) {
    json methods = json::array();
    for (const Command& command : commands()) {
        json parameters = json::array();
        for (const Parameter& parameter : command.parameters) {
            parameters.push_back(describe(parameter));
        }
        const bool typed = command.audience == Audience::kPeople;
        methods.push_back({{"name", command.method()},
                           {"help", command.help},
                           {"usage", typed ? json(command.usage()) : json()},
                           {"result", command.result},
                           {"parameters", std::move(parameters)}});
    }
    return json{{"methods", std::move(methods)}};
}

} // namespace

Registry::Registry() {
    add("rpc.discover", Handler(discover));
}

void Registry::add(std::string_view method, Handler handler) {
    add(method, SessionHandler([handler = std::move(handler)](const json& params, Session& /*session*/) {
            return handler(params);
        }));
}

void Registry::add(std::string_view method, SessionHandler handler) {
    enter(method, {.at_once = std::move(handler), .in_parts = {}});
}

void Registry::add_work(std::string_view method, WorkHandler handler) {
    enter(method, {.at_once = {}, .in_parts = std::move(handler)});
}

void Registry::enter(std::string_view method, Handlers handlers) {
    const bool known = find_method(method) != nullptr;
    if (!known || !handlers_.try_emplace(std::string(method), std::move(handlers)).second) {
        fmt::print(stderr, "handler for \"{}\": {}\n", method,
                   known ? "there is one already" : "no such command");
        std::abort();
    }
}

std::vector<std::string> Registry::missing() const {
    std::vector<std::string> methods;
    for (const Command& command : commands()) {
        if (std::string method = command.method(); find(method) == nullptr) {
            methods.push_back(std::move(method));
        }
    }
    return methods;
}

const Registry::Handlers* Registry::find(std::string_view method) const {
    const auto found = handlers_.find(method);
    return found == handlers_.end() ? nullptr : &found->second;
}

} // namespace mcfwd::rpc
