// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Parse, look up, check, call, wrap. Nothing a client sends may throw out of here or use the stack by its
// depth: nlohmann/json parses and frees iteratively but copies and prints recursively, hence the depth limit.
#include "request.hh"

#include <exception>
#include <new>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/commands.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/registry.hh>

namespace mcfwd::rpc {

namespace {

using nlohmann::json;

constexpr std::string_view kForm =
    R"(valid is {"jsonrpc": "2.0", "id": 1, "method": "show.status"} on one line)";

std::string text_of(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string error_text(const json& id, ErrorCode code, std::string_view message, const json& data = {}) {
    json error{{"code", static_cast<int>(code)}, {"message", message}};
    if (!data.is_null()) {
        error["data"] = data;
    }
    return text_of({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}});
}

/// Why this is not a request, or nothing.
std::optional<std::string> invalid_because(const json& request) {
    if (!request.is_object()) {
        return "a request is an object";
    }
    if (request.value("jsonrpc", json()) != "2.0") {
        return R"("jsonrpc" must be "2.0")";
    }
    if (const auto id = request.find("id"); id != request.end() && id->is_structured()) {
        return R"("id" must be a string, a number or null)";
    }
    if (const auto method = request.find("method"); method == request.end() || !method->is_string()) {
        return R"("method" must be a string)";
    }
    if (const auto params = request.find("params"); params != request.end() && !params->is_structured()) {
        return R"("params" must be an object or an array)";
    }
    return std::nullopt;
}

/// The id to answer an invalid request with: its own if it has a usable one.
json id_of(const json& request) {
    if (!request.is_object()) {
        return {};
    }
    const auto id = request.find("id");
    return id == request.end() || id->is_structured() ? json() : *id;
}

/// Who answers, and whom.
struct Context {
    const Registry& registry;
    Session& session;
};

std::string call(const Context& context, const json& request, const json& id) {
    const auto& method = request.at("method").get_ref<const std::string&>();
    const Command* command = find_method(method);
    const SessionHandler* handler = context.registry.find(method);
    if (command == nullptr || handler == nullptr) {
        return error_text(
            id, ErrorCode::kMethodNotFound,
            fmt::format("no method \"{}\"; rpc.discover lists all of them", method.substr(0, 60)));
    }
    const auto params = request.find("params");
    const auto checked = check_parameters(*command, params == request.end() ? json() : *params);
    if (!checked) {
        return error_text(id, ErrorCode::kInvalidParams, checked.error().what,
                          {{"status", status_name(checked.error().status)}});
    }
    Expected<json> result = (*handler)(*checked, context.session);
    if (!result) {
        return error_text(id, ErrorCode::kRefused, result.error().what,
                          {{"status", status_name(result.error().status)}});
    }
    return text_of({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(*result)}});
}

/// By now what the request had allocated is free again.
std::string out_of_memory(const json& id) {
    return error_text(
        id, ErrorCode::kRefused,
        "no memory for this request and its answer; ask for less, delete memberships, or raise the "
        "memory limit of the daemon",
        {{"status", status_name(Status::kNotEnoughMemory)}});
}

/// Empty for a notification.
std::string answer_request(const Context& context, const json& request) {
    const json id = id_of(request);
    try {
        if (const auto why = invalid_because(request)) {
            return error_text(id, ErrorCode::kInvalidRequest, fmt::format("{}; {}", *why, kForm));
        }
        std::string answer = call(context, request, id);
        return request.contains("id") ? answer : std::string();
    } catch (const std::bad_alloc&) {
        return out_of_memory(id);
    } catch (const std::exception& exception) {
        return error_text(id, ErrorCode::kInternalError, fmt::format("internal error: {}", exception.what()));
    }
}

std::string answer_batch(const Context& context, const json& batch) {
    if (batch.empty() || batch.size() > kBatchLimit) {
        return error_text({}, ErrorCode::kInvalidRequest,
                          fmt::format("a batch of {} requests; valid is 1 to {}", batch.size(), kBatchLimit));
    }
    std::string answers;
    for (const json& request : batch) {
        const std::string answer =
            answers.size() <= kBatchOctets
                ? answer_request(context, request)
                : error_text(
                      id_of(request), ErrorCode::kInvalidRequest,
                      fmt::format("not done: the answers of this batch are over {} octets", kBatchOctets));
        if (!answer.empty()) {
            answers += answers.empty() ? '[' : ',';
            answers += answer;
        }
    }
    return answers.empty() ? answers : answers + ']';
}

std::string answer_text(const Context& context, std::string_view line) {
    bool too_deep = false;
    const auto bounded = [&](int depth, json::parse_event_t, const json&) {
        too_deep = too_deep || depth > kDepthLimit;
        return !too_deep;
    };
    try {
        const json request = json::parse(line, bounded);
        if (too_deep) {
            return error_text({}, ErrorCode::kInvalidRequest,
                              fmt::format("nested deeper than {}; {}", kDepthLimit, kForm));
        }
        return request.is_array() ? answer_batch(context, request) : answer_request(context, request);
    } catch (const json::parse_error& error) {
        return error_text({}, ErrorCode::kParseError,
                          fmt::format("not JSON at octet {}; {}", error.byte, kForm));
    } catch (const json::out_of_range&) { // 1e999 is JSON, but no number here
        return error_text({}, ErrorCode::kParseError, fmt::format("a number that is too large; {}", kForm));
    } catch (const std::bad_alloc&) {
        return out_of_memory({});
    }
}

} // namespace

std::string answer_line(const Registry& registry, std::string_view line, Session& session) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
        return {};
    }
    std::string answer = answer_text({registry, session}, line);
    if (!answer.empty()) {
        answer += '\n';
    }
    return answer;
}

std::string error_line(ErrorCode code, std::string_view message) {
    return error_text({}, code, message) + '\n';
}

} // namespace mcfwd::rpc
