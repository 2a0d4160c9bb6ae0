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

std::string answer_text(const json& id, Expected<json> result) {
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

} // namespace

class Exchange::Impl {
  public:
    Impl(const Registry& registry, Session& session) : registry_(registry), session_(session) {}

    void take(std::string_view line);
    bool step();
    [[nodiscard]] std::string answer();

  private:
    void take_batch(json batch);
    /// The answer to the next request, made without regard to whether one is due. Nothing: there is more to
    /// do.
    std::optional<std::string> handle(const json& request);
    std::optional<std::string> call(const json& request);
    std::optional<std::string> go_on(const json& request);
    void add(std::string_view answer);

    const Registry& registry_;
    Session& session_;
    json requests_ = json::array();
    std::size_t next_ = 0; ///< request to be done
    Work work_;            ///< what is left of it, once it has begun
    bool batch_ = false;
    std::string answers_;
};

void Exchange::Impl::take(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
        return;
    }
    bool too_deep = false;
    const auto bounded = [&](int depth, json::parse_event_t, const json&) {
        too_deep = too_deep || depth > kDepthLimit;
        return !too_deep;
    };
    try {
        json request = json::parse(line, bounded);
        if (too_deep) {
            answers_ = error_text({}, ErrorCode::kInvalidRequest,
                                  fmt::format("nested deeper than {}; {}", kDepthLimit, kForm));
        } else if (request.is_array()) {
            take_batch(std::move(request));
        } else {
            requests_.push_back(std::move(request));
        }
    } catch (const json::parse_error& error) {
        answers_ = error_text({}, ErrorCode::kParseError,
                              fmt::format("not JSON at octet {}; {}", error.byte, kForm));
    } catch (const json::out_of_range&) { // 1e999 is JSON, but no number here
        answers_ =
            error_text({}, ErrorCode::kParseError, fmt::format("a number that is too large; {}", kForm));
    } catch (const std::bad_alloc&) {
        answers_ = out_of_memory({});
    }
}

void Exchange::Impl::take_batch(json batch) {
    if (batch.empty() || batch.size() > kBatchLimit) {
        answers_ =
            error_text({}, ErrorCode::kInvalidRequest,
                       fmt::format("a batch of {} requests; valid is 1 to {}", batch.size(), kBatchLimit));
        return;
    }
    batch_ = true;
    requests_ = std::move(batch);
}

bool Exchange::Impl::step() {
    if (next_ == requests_.size()) {
        return false;
    }
    const json& request = requests_[next_];
    const std::optional<std::string> done = work_ ? go_on(request) : handle(request);
    if (!done) {
        return true;
    }
    work_ = nullptr;
    const bool notification = !request.contains("id") && !invalid_because(request);
    ++next_;
    try {
        if (!notification) {
            add(*done);
        }
    } catch (const std::bad_alloc&) { // the answers of a batch, all together
        answers_ = {};
        batch_ = false;
        next_ = requests_.size();
        answers_ = out_of_memory({});
    }
    return next_ < requests_.size();
}

std::optional<std::string> Exchange::Impl::handle(const json& request) {
    const json id = id_of(request);
    if (answers_.size() > kBatchOctets) {
        return error_text(
            id, ErrorCode::kInvalidRequest,
            fmt::format("not done: the answers of this batch are over {} octets", kBatchOctets));
    }
    try {
        if (const auto why = invalid_because(request)) {
            return error_text(id, ErrorCode::kInvalidRequest, fmt::format("{}; {}", *why, kForm));
        }
        return call(request);
    } catch (const std::bad_alloc&) {
        return out_of_memory(id);
    } catch (const std::exception& exception) {
        return error_text(id, ErrorCode::kInternalError, fmt::format("internal error: {}", exception.what()));
    }
}

std::optional<std::string> Exchange::Impl::call(const json& request) {
    const json id = id_of(request);
    const auto& method = request.at("method").get_ref<const std::string&>();
    const Command* command = find_method(method);
    const Registry::Handlers* handlers = registry_.find(method);
    if (command == nullptr || handlers == nullptr) {
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
    if (handlers->at_once) {
        return answer_text(id, handlers->at_once(*checked, session_));
    }
    auto work = handlers->in_parts(*checked, session_);
    if (!work) {
        return answer_text(id, std::unexpected(work.error()));
    }
    work_ = std::move(*work);
    return go_on(request);
}

std::optional<std::string> Exchange::Impl::go_on(const json& request) {
    const json id = id_of(request);
    try {
        auto result = work_();
        return result ? std::optional(answer_text(id, std::move(*result))) : std::nullopt;
    } catch (const std::bad_alloc&) {
        return out_of_memory(id);
    } catch (const std::exception& exception) {
        return error_text(id, ErrorCode::kInternalError, fmt::format("internal error: {}", exception.what()));
    }
}

void Exchange::Impl::add(std::string_view answer) {
    if (batch_) {
        answers_ += answers_.empty() ? '[' : ',';
    }
    answers_ += answer;
}

std::string Exchange::Impl::answer() {
    if (!answers_.empty()) {
        answers_ += batch_ ? "]\n" : "\n";
    }
    return std::move(answers_);
}

Exchange::Exchange(const Registry& registry, Session& session, std::string_view line)
    : impl_(std::make_unique<Impl>(registry, session)) {
    impl_->take(line);
}
Exchange::~Exchange() = default;

bool Exchange::step() {
    return impl_->step();
}
std::string Exchange::answer() {
    return impl_->answer();
}

std::string error_line(ErrorCode code, std::string_view message) {
    return error_text({}, code, message) + '\n';
}

} // namespace mcfwd::rpc
