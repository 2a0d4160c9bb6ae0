// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// show events, events.
#include "commands.hh"

#include <nlohmann/json.hpp>

#include <controlplane/daemon/event_json.hh>
#include <controlplane/daemon/page.hh>
#include <controlplane/rpc/parameters.hh>

namespace mcfwd::daemon {

namespace {

using nlohmann::json;

json recent(Router& router, const json& params) {
    const auto topic = rpc::text_in(params, "topic");
    const Topics wanted = topic ? topic_named(*topic) : Topics::kAll;
    const auto after = params.find("after");
    const std::int64_t behind = after == params.end() ? 0 : rpc::integer_in(*after, "sequence").value_or(0);
    Page page(params);
    json last;
    for (const auto& event : router.events().recent()) {
        if (event->sequence <= static_cast<std::uint64_t>(behind) ||
            !overlap(topics_of(event->body), wanted)) {
            continue;
        }
        if (page.full()) {
            return std::move(page).answer(std::move(last));
        }
        page.add(event_json(*event, router.event_names()));
        last = {{"sequence", event->sequence}};
    }
    return std::move(page).answer(nullptr);
}

json follow(Router& router, const json& params, rpc::Session& session) {
    Topics wanted = Topics::kNone;
    json topics = rpc::list_in(params, "topics");
    for (const std::string& name : rpc::list_in(params, "topics")) {
        wanted = wanted | topic_named(name);
    }
    if (topics.empty()) {
        wanted = Topics::kAll;
        topics = rpc::event_topics();
    }
    router.events().follow(session, wanted);
    return {{"topics", std::move(topics)}, {"sequence", router.events().sequence()}};
}

} // namespace

void add_event_commands(rpc::Registry& registry, CommandContext& context) {
    Router& router = context.router;
    registry.add("show.events",
                 [&router](const json& params) -> Expected<json> { return recent(router, params); });
    registry.add("events", [&router](const json& params, rpc::Session& session) -> Expected<json> {
        return follow(router, params, session);
    });
}

} // namespace mcfwd::daemon
