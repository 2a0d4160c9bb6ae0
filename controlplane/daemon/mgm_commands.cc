// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// mgm.*: the operations of the group manager for routing protocols in other processes. Every method reads its
// parameters, finds the caller, makes one call and spells the result.
#include "commands.hh"

#include <algorithm>

#include <nlohmann/json.hpp>

#include <controlplane/daemon/mfe_json.hh>
#include <controlplane/daemon/page.hh>
#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

namespace {

using group_manager::InterfaceKey;
using group_manager::SourceGroup;
using nlohmann::json;
using protocols::RemoteClient;
using rpc::Session;

/// Groups that one task can spell.
constexpr std::size_t kGroupsAtOnce = 1000;

std::size_t max_in(const json& params) {
    return static_cast<std::size_t>(rpc::integer_in(params, "max").value_or(0));
}

std::uint32_t id_in(const json& params, std::string_view name) {
    return static_cast<std::uint32_t>(rpc::integer_in(params, name).value_or(0));
}

/// `unknown` is what the specification has for an interface that is not there.
Expected<InterfaceKey> interface_in(const Router& router, const json& params, Status unknown,
                                    std::string_view name = "interface") {
    const std::string interface = rpc::text_in(params, name).value_or("");
    const forwarding::Interface* found = router.interfaces().find(interface);
    if (found == nullptr) {
        return fail(unknown, unknown_interface(router, interface).error().what);
    }
    return InterfaceKey{found->index, rpc::address_in(params, "next_hop").value_or(Ipv4Address{})};
}

Expected<RemoteClient*> client_in(Router& router, const json& params, const Session& session) {
    const auto handle = static_cast<std::uint64_t>(rpc::integer_in(params, "handle").value_or(0));
    return router.remotes().client(session, group_manager::ClientHandle(handle));
}

Expected<json> enter(Router& router, const json& params, Session& session) {
    const auto entered = router.remotes().enter(
        session, {.id = {id_in(params, "protocol_id"), id_in(params, "component_id")},
                  .name = rpc::text_in(params, "name").value_or(""),
                  .restart_time = rpc::seconds_in(params, "restart_time").value_or(Duration::zero())});
    if (!entered) {
        return std::unexpected(entered.error());
    }
    return json{{"handle", entered->handle.value()}, {"restarted", entered->restarted}};
}

/// What is left of a client of the same name of before may be much.
rpc::Work entering(Router& router, const json& params, Session& session) {
    return [&router, params, &session]() -> std::optional<Expected<json>> {
        if (router.remotes().make_way({id_in(params, "protocol_id"), id_in(params, "component_id")})) {
            return std::nullopt;
        }
        return enter(router, params, session);
    };
}

/// A method with a handle: `call` gets the client.
template <typename Call>
rpc::SessionHandler with_client(Router& router, Call call) {
    return [&router, call](const json& params, Session& session) -> Expected<json> {
        const auto client = client_in(router, params, session);
        if (!client) {
            return std::unexpected(client.error());
        }
        return nothing(call(**client));
    };
}

/// A method with a handle and an interface: `call` gets the client and the key.
template <typename Call>
rpc::SessionHandler with_interface(Router& router, Status unknown, Call call) {
    return [&router, unknown, call](const json& params, Session& session) -> Expected<json> {
        const auto client = client_in(router, params, session);
        if (!client) {
            return std::unexpected(client.error());
        }
        const auto interface = interface_in(router, params, unknown);
        if (interface) {
            return nothing(call(**client, *interface, params));
        }
        // Nobody is on no interface: malformed arguments come before that in the order of checks.
        const auto result = call(**client, InterfaceKey{}, params);
        return std::unexpected(!result && result.error().status != unknown ? result.error()
                                                                           : interface.error());
    };
}

group_manager::MembershipFlags flags_in(const json& params) {
    auto bits = group_manager::MembershipFlags{};
    for (const std::string& word : rpc::list_in(params, "flags")) {
        bits = bits | (word == "join" ? group_manager::MembershipFlags::kJoin
                                      : group_manager::MembershipFlags::kForward);
    }
    return bits;
}

Expected<json> protocol_on_interface(Router& router, const json& params) {
    const auto interface = interface_in(router, params, Status::kNotFound);
    if (!interface) {
        return std::unexpected(interface.error());
    }
    const auto id = router.groups().protocol_on_interface(*interface);
    if (!id) {
        return std::unexpected(id.error());
    }
    std::string name;
    for (const group_manager::ClientView& client : router.groups().clients()) {
        if (client.name.id == *id) {
            name = client.name.name;
        }
    }
    return json{{"protocol_id", id->protocol}, {"component_id", id->component}, {"name", std::move(name)}};
}

Expected<json> set_mfe(Router& router, const json& params, const Session& session) {
    const auto client = client_in(router, params, session);
    if (!client) {
        return std::unexpected(client.error());
    }
    group_manager::MfeEdit edit{.upstream = rpc::address_in(params, "upstream"), .iif = {}, .timeout = {}};
    if (params.contains("iif")) {
        const auto iif = interface_in(router, params, Status::kInvalidParameter, "iif");
        if (!iif) {
            return std::unexpected(iif.error());
        }
        edit.iif = *iif;
    }
    if (const auto timeout = rpc::seconds_in(params, "timeout")) {
        edit.timeout = std::chrono::ceil<std::chrono::seconds>(*timeout);
    }
    return nothing((*client)->change_mfe(key_in(params), edit));
}

group_manager::StatsLevel level_in(const json& params) {
    return rpc::text_in(params, "stats") == "extended" ? group_manager::StatsLevel::kExtended
                                                       : group_manager::StatsLevel::kBasic;
}

template <typename Items, typename Spell>
Expected<json> page_json(const Expected<group_manager::Page<Items>>& page, Spell spell) {
    if (!page) {
        return std::unexpected(page.error());
    }
    json entries = json::array();
    for (const Items& item : page->items) {
        entries.push_back(spell(item));
    }
    return json{{"entries", std::move(entries)}, {"status", status_name(page->end)}};
}

/// As many entries as asked for, or as one task can spell; `read(after, limit)` gets them.
template <typename Read, typename Spell>
Expected<json> mfes_json(const json& params, SourceGroup after, Read read, Spell spell) {
    constexpr std::size_t kChunk = 32;
    Page page(params);
    while (true) {
        const auto chunk = read(after, std::min(page.room(), kChunk));
        if (!chunk) {
            return std::unexpected(chunk.error());
        }
        auto item = chunk->items.begin();
        for (; item != chunk->items.end() && !page.full(); ++item) {
            page.add(spell(*item));
            after = flow_of(*item);
        }
        const Status end = item == chunk->items.end() ? chunk->end : Status::kMoreData;
        if (end == Status::kNoMoreItems || page.full()) {
            return json{{"entries", std::move(page).entries()}, {"status", status_name(end)}};
        }
    }
}

/// Strictly behind `after`.
Expected<json> mfe_page(const Router& router, const json& params, SourceGroup after) {
    const group_manager::GroupManager& groups = router.groups();
    if (!params.contains("stats")) {
        return mfes_json(
            params, after,
            [&](SourceGroup behind, std::size_t limit) { return groups.next_mfe(behind, limit); },
            [&](const group_manager::MfeView& mfe) { return mfe_json(router, mfe); });
    }
    const auto level = level_in(params);
    return mfes_json(
        params, after,
        [&](SourceGroup behind, std::size_t limit) { return groups.next_mfe_stats(behind, limit, level); },
        [&](const group_manager::MfeStatsView& stats) { return mfe_stats_json(router, stats, level); });
}

void add_registration(rpc::Registry& registry, Router& router) {
    registry.add_work("mgm.register", [&router](const json& params, Session& session) -> Expected<rpc::Work> {
        return entering(router, params, session);
    });
    registry.add("mgm.deregister", with_client(router, [&router](RemoteClient& client) {
                     return router.remotes().leave(client);
                 }));
    registry.add("mgm.restart_complete", with_client(router, [&router](RemoteClient& client) {
                     router.remotes().restart_complete(client);
                     return Expected<void>();
                 }));
}

void add_interfaces(rpc::Registry& registry, Router& router) {
    registry.add("mgm.take_interface_ownership",
                 with_interface(router, Status::kInvalidParameter,
                                [](RemoteClient& client, InterfaceKey interface, const json&) {
                                    return client.take(interface);
                                }));
    registry.add("mgm.release_interface_ownership",
                 with_interface(router, Status::kInvalidParameter,
                                [](RemoteClient& client, InterfaceKey interface, const json&) {
                                    return client.release(interface);
                                }));
    registry.add("mgm.get_protocol_on_interface",
                 [&router](const json& params) { return protocol_on_interface(router, params); });
    registry.add("mgm.igmp_replay_complete",
                 with_interface(router, Status::kNotFound,
                                [](RemoteClient& client, InterfaceKey interface, const json&) {
                                    return client.replay_complete(interface);
                                }));
}

void add_memberships(rpc::Registry& registry, Router& router) {
    registry.add("mgm.add_group_membership",
                 with_interface(router, Status::kNotFound,
                                [](RemoteClient& client, InterfaceKey interface, const json& params) {
                                    return client.add(key_in(params), interface, flags_in(params));
                                }));
    registry.add("mgm.delete_group_membership",
                 with_interface(router, Status::kNotFound,
                                [](RemoteClient& client, InterfaceKey interface, const json& params) {
                                    return client.remove(key_in(params), interface, flags_in(params));
                                }));
}

void add_entries(rpc::Registry& registry, Router& router) {
    registry.add("mgm.get_mfe", [&router](const json& params) -> Expected<json> {
        const auto mfe = router.groups().mfe(key_in(params));
        return mfe ? Expected<json>(mfe_json(router, *mfe)) : std::unexpected(mfe.error());
    });
    registry.add("mgm.get_mfe_stats", [&router](const json& params) -> Expected<json> {
        const auto level = level_in(params);
        const auto stats = router.groups().mfe_stats(key_in(params), level);
        return stats ? Expected<json>(mfe_stats_json(router, *stats, level)) : std::unexpected(stats.error());
    });
    registry.add("mgm.get_first_mfe",
                 [&router](const json& params) { return mfe_page(router, params, SourceGroup{}); });
    registry.add("mgm.get_next_mfe",
                 [&router](const json& params) { return mfe_page(router, params, key_in(params)); });
    registry.add("mgm.set_mfe", [&router](const json& params, Session& session) {
        return set_mfe(router, params, session);
    });
}

/// Finds the client that runs the enumeration, and calls with both.
template <typename Call>
rpc::SessionHandler with_enumeration(Router& router, Call call) {
    return [&router, call](const json& params, Session& session) -> Expected<json> {
        const group_manager::EnumerationHandle enumeration(
            static_cast<std::uint64_t>(rpc::integer_in(params, "enumeration").value_or(0)));
        const auto client = router.remotes().client_of(session, enumeration);
        if (!client) {
            return std::unexpected(client.error());
        }
        return call(**client, enumeration, params);
    };
}

void add_enumeration(rpc::Registry& registry, Router& router) {
    using group_manager::EnumerationHandle;
    registry.add(
        "mgm.group_enumeration_start", [&router](const json& params, Session& session) -> Expected<json> {
            const auto client = client_in(router, params, session);
            if (!client) {
                return std::unexpected(client.error());
            }
            const bool all = rpc::text_in(params, "type") == "all_sources";
            const auto started = (*client)->enumerate(all ? group_manager::EnumerationKind::kAllSources
                                                          : group_manager::EnumerationKind::kAnySource);
            return started ? Expected<json>(json{{"enumeration", started->value()}})
                           : std::unexpected(started.error());
        });
    registry.add(
        "mgm.group_enumeration_get_next",
        with_enumeration(
            router,
            [](RemoteClient& client, EnumerationHandle enumeration, const json& params) -> Expected<json> {
                const std::size_t max = std::min(max_in(params), kGroupsAtOnce);
                return page_json(client.next_groups(enumeration, max), [](SourceGroup key) -> json {
                    return {{"source", rpc::source_json(key.source)}, {"group", rpc::source_json(key.group)}};
                });
            }));
    registry.add(
        "mgm.group_enumeration_end",
        with_enumeration(router, [](RemoteClient& client, EnumerationHandle enumeration, const json&) {
            return nothing(client.end_enumeration(enumeration));
        }));
}

} // namespace

void add_mgm_commands(rpc::Registry& registry, CommandContext& context) {
    Router& router = context.router;
    add_registration(registry, router);
    add_interfaces(registry, router);
    add_memberships(registry, router);
    add_entries(registry, router);
    add_enumeration(registry, router);
}

} // namespace mcfwd::daemon
