// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One function per kind of event.
#include "event_json.hh"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

using namespace group_manager;

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kMembershipChanges{"added", "deleted", "swept"};
constexpr std::array<std::string_view, 7> kMfeChanges{"created", "updated", "rebuilt", "expired",
                                                      "deleted", "evicted", "refused"};

/// Seconds since 1970 with microseconds. Events carry the monotonic clock.
double unix_time(Instant time) {
    const auto ago = std::chrono::steady_clock::now() - time;
    const auto wall = std::chrono::system_clock::now() - ago;
    return static_cast<double>(
               std::chrono::duration_cast<std::chrono::microseconds>(wall.time_since_epoch()).count()) /
           1e6;
}

class Members {
  public:
    Members(json& event, const EventNames& names) : event_(event), names_(names) {}

    void operator()(const OwnershipChanged& changed) {
        event_["event"] = "ownership";
        interface(changed.interface);
        const std::string alone = changed.igmp ? "igmp" : "none";
        event_["owner"] = changed.owner.name.empty() ? alone : changed.owner.name;
        event_["previous_owner"] = changed.previous.name.empty() ? "none" : changed.previous.name;
        event_["igmp"] = changed.igmp;
        event_["phase"] = phase_name(changed.phase);
        event_["stale"] = changed.stale;
    }
    void operator()(const MembershipChanged& changed) {
        event_["event"] = "membership";
        event_["change"] = kMembershipChanges[static_cast<std::size_t>(changed.what)];
        key(changed.key);
        interface(changed.interface);
        event_["client"] = changed.component.name;
    }
    void operator()(const MfeChanged& changed) {
        event_["event"] = "mfe";
        event_["change"] = kMfeChanges[static_cast<std::size_t>(changed.what)];
        key(changed.flow);
        event_["iif"] = name(changed.iif);
        event_["next_hop"] = next_hop(changed.iif);
        oifs(changed.oifs);
        event_["state"] = state_name(changed.state);
        event_["reason"] =
            changed.reason == NegativeReason::kNone ? json() : json(reason_name(changed.reason));
    }
    void operator()(const CallbackFired& fired) {
        event_["event"] = "callback";
        event_["callback"] = callback_name(fired.kind);
        event_["target"] = fired.target.name;
        event_["protocol_id"] = fired.target.id.protocol;
        event_["component_id"] = fired.target.id.component;
        const bool alert = fired.kind == CallbackKind::kJoinAlert || fired.kind == CallbackKind::kPruneAlert;
        if (fired.kind != CallbackKind::kDisableIgmp && fired.kind != CallbackKind::kEnableIgmp) {
            key(fired.key);
        }
        if (fired.kind != CallbackKind::kJoinAlert) {
            interface(fired.interface);
        }
        if (alert) {
            event_["cause"] = fired.cause == AlertCause::kMembership ? "membership" : "entry";
        }
        if (fired.kind == CallbackKind::kPruneAlert && fired.cause == AlertCause::kEntry) {
            event_["timeout"] = kDefaultMfeTimeout.count();
        }
        if (fired.kind == CallbackKind::kCreationAlert) {
            oifs(fired.oifs);
        }
        if (fired.kind == CallbackKind::kRpf) {
            event_["upstream"] = fired.upstream.is_unspecified() ? json() : rpc::address_json(fired.upstream);
            event_["route"] = {{"kind", route_kind_name(fired.route.kind)},
                               {"prefix", fmt::to_string(fired.route.prefix)}};
        }
    }
    void operator()(const TablePublished& published) {
        event_["event"] = "table";
        event_["version"] = published.version.value();
        event_["cause"] = published.cause;
        event_["commands"] = published.commands;
        event_["entries"] = published.entries;
    }
    void operator()(const LinkChanged& changed) {
        event_["event"] = "port";
        event_["port"] = names_.config.ports.at(changed.port.value()).name;
        event_["link"] = changed.up ? "up" : "down";
    }

  private:
    [[nodiscard]] std::string name(InterfaceKey key) const {
        return names_.interfaces.interface_name(key.interface).value_or("-");
    }
    [[nodiscard]] static json next_hop(InterfaceKey key) {
        return key.next_hop.is_unspecified() ? json() : rpc::address_json(key.next_hop);
    }
    void interface(InterfaceKey key) {
        event_["interface"] = name(key);
        event_["next_hop"] = next_hop(key);
    }
    void oifs(const std::vector<InterfaceKey>& interfaces) {
        json names = json::array();
        for (const InterfaceKey oif : interfaces) {
            names.push_back(name(oif));
        }
        event_["oifs"] = std::move(names);
    }
    void key(SourceGroup key) {
        event_["source"] = rpc::source_json(key.source);
        event_["group"] = rpc::source_json(key.group);
    }

    json& event_;
    const EventNames& names_;
};

} // namespace

json event_json(const LoggedEvent& event, const EventNames& names) {
    json object{{"sequence", event.sequence},
                {"time", unix_time(event.time)},
                {"topic", topic_name(topic_of(event.body))}};
    std::visit(Members(object, names), event.body);
    return object;
}

void append_event_line(std::string& out, const LoggedEvent& event, const EventNames& names) {
    out += R"({"jsonrpc":"2.0","method":"event","params":)";
    out += event_json(event, names).dump(-1, ' ', false, json::error_handler_t::replace);
    out += "}\n";
}

} // namespace mcfwd::daemon
