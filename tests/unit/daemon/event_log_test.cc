// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The event stream without a daemon: numbers, topics, followers, and every shape.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/daemon/event_json.hh>
#include <controlplane/daemon/event_log.hh>

#include "fake_session.hh"

namespace mcfwd::daemon {
namespace {

using namespace group_manager;
using nlohmann::json;
using Lines = std::vector<std::string>;

const InterfaceKey kLan1{IfIndex(1), {}};
const InterfaceKey kLink{IfIndex(2), Ipv4Address(10, 0, 2, 9)};
const SourceGroup kAny{Ipv4Address(239, 1, 1, 1), {}};
const SourceGroup kFlow{Ipv4Address(239, 1, 1, 1), Ipv4Address(10, 0, 1, 2)};
const ClientName kPim{{103, 1}, "pim"};

CallbackFired fired(CallbackKind kind, AlertCause cause = AlertCause::kMembership) {
    return {.kind = kind, .target = kPim, .key = kFlow, .interface = kLan1, .cause = cause};
}

class EventLogTest : public testing::Test {
  protected:
    EventLogTest() {
        config.ports.resize(1);
        config.ports[0].name = "p0";
        for (const std::uint16_t i : {std::uint16_t{1}, std::uint16_t{2}}) {
            interfaces.put({.name = "lan" + std::to_string(i),
                            .index = IfIndex(i),
                            .port = {},
                            .vlan = {},
                            .mac = {},
                            .addresses = {}});
        }
    }
    /// The event as people get it, without number and time.
    json shown(LoggedEvent::Body body) {
        json object = event_json({.sequence = 5, .time = {}, .body = std::move(body)}, {config, interfaces});
        EXPECT_EQ(object.at("sequence"), 5);
        EXPECT_TRUE(object.at("time").is_number());
        object.erase("sequence");
        object.erase("time");
        return object;
    }
    void add(LoggedEvent::Body body) { log.add({}, std::move(body)); }

    config::Config config;
    forwarding::InterfaceTable interfaces;
    EventLog log{
        [](const LoggedEvent& event, std::string& out) { out += std::to_string(event.sequence) + '\n'; }};
};

TEST_F(EventLogTest, NumbersEventsAndKeepsTheLastThousand) {
    for (std::size_t i = 0; i < EventLog::kKept + 5; ++i) {
        add(LinkChanged{});
    }
    EXPECT_EQ(log.sequence(), EventLog::kKept + 5);
    EXPECT_EQ(log.recent().size(), EventLog::kKept);
    EXPECT_EQ(log.recent().front()->sequence, 6U);
    EXPECT_EQ(log.recent().back()->sequence, EventLog::kKept + 5);
}

TEST_F(EventLogTest, TellsFollowersWhatTheyAskedFor) {
    FakeSession everything;
    FakeSession ports;
    log.follow(everything, Topics::kAll);
    log.follow(ports, Topics::kPort);
    add(LinkChanged{});
    add(TablePublished{});
    add(LinkChanged{});
    EXPECT_EQ(everything.lines(), (Lines{"1", "2", "3"}));
    EXPECT_EQ(ports.lines(), (Lines{"1", "3"}));
    EXPECT_EQ(ports.octets(), 0U);
    EXPECT_TRUE(ports.stays_open) << "it may listen without a word";
    add(TablePublished{.cause = std::string(10000, 'x')});
    EXPECT_GT(everything.octets(), 10000U) << "what an event holds counts";
    EXPECT_EQ(everything.lines(), Lines{"4"});
    EXPECT_EQ(everything.octets(), 0U);
    log.follow(ports, Topics::kTable);
    EXPECT_EQ(log.followers(), 2U);
    add(TablePublished{});
    EXPECT_EQ(ports.lines(), Lines{"5"});
    everything.end();
    EXPECT_EQ(log.followers(), 1U);
    add(LinkChanged{});
    EXPECT_EQ(everything.waiting(), 0U);
    EXPECT_EQ(ports.lines(), Lines{"6"});
}

TEST_F(EventLogTest, HasEveryCallbackUnderOwnership) {
    for (const auto& [event, own] : {std::pair(fired(CallbackKind::kRpf), Topics::kMfe),
                                     {fired(CallbackKind::kCreationAlert), Topics::kMfe},
                                     {fired(CallbackKind::kWrongIf), Topics::kMfe},
                                     {fired(CallbackKind::kLocalJoin), Topics::kMembership},
                                     {fired(CallbackKind::kLocalLeave), Topics::kMembership},
                                     {fired(CallbackKind::kJoinAlert), Topics::kMembership},
                                     {fired(CallbackKind::kPruneAlert, AlertCause::kEntry), Topics::kMfe},
                                     {fired(CallbackKind::kDisableIgmp), Topics::kOwnership},
                                     {fired(CallbackKind::kEnableIgmp), Topics::kOwnership}}) {
        EXPECT_EQ(topic_of(event), own) << callback_name(event.kind);
        EXPECT_EQ(topics_of(event), own | Topics::kOwnership) << callback_name(event.kind);
    }
    EXPECT_EQ(topics_of(MembershipChanged{}), Topics::kMembership);
    EXPECT_EQ(topic_named("mfe"), Topics::kMfe);
    EXPECT_EQ(topic_named("weather"), Topics::kNone);
}

TEST_F(EventLogTest, SpellsEveryEvent) {
    EXPECT_EQ(
        shown(OwnershipChanged{.interface = kLan1,
                               .owner = kPim,
                               .previous = {{}, "igmp"},
                               .igmp = true,
                               .phase = Phase::kHandoff,
                               .stale = 3}),
        json::parse(R"({"topic": "ownership", "event": "ownership", "interface": "lan1", "next_hop": null,
                              "owner": "pim", "previous_owner": "igmp", "igmp": true, "phase": "handoff", "stale": 3})"));
    EXPECT_EQ(
        shown(OwnershipChanged{.interface = kLan1, .owner = {}, .previous = {}, .igmp = true}).at("owner"),
        "igmp");
    EXPECT_EQ(shown(OwnershipChanged{.interface = kLan1}).at("owner"), "none");
    EXPECT_EQ(shown(MembershipChanged{MembershipChanged::What::kSwept, kAny, kLink, kPim}),
              json::parse(R"({"topic": "membership", "event": "membership", "change": "swept", "source": "*",
                              "group": "239.1.1.1", "interface": "lan2", "next_hop": "10.0.2.9", "client": "pim"})"));
    EXPECT_EQ(shown(MfeChanged{.what = MfeChanged::What::kRebuilt,
                               .flow = kFlow,
                               .iif = kLan1,
                               .oifs = {kLink},
                               .state = MfeState::kActive}),
              json::parse(R"({"topic": "mfe", "event": "mfe", "change": "rebuilt", "source": "10.0.1.2",
                              "group": "239.1.1.1", "iif": "lan1", "next_hop": null, "oifs": ["lan2"], "state": "active",
                              "reason": null})"));
    EXPECT_EQ(shown(MfeChanged{.reason = NegativeReason::kNoRoute}).at("reason"), "no_route");
    EXPECT_EQ(shown(fired(CallbackKind::kPruneAlert, AlertCause::kEntry)),
              json::parse(R"({"topic": "mfe", "event": "callback", "callback": "prune_alert", "target": "pim",
                              "protocol_id": 103, "component_id": 1, "source": "10.0.1.2", "group": "239.1.1.1",
                              "interface": "lan1", "next_hop": null, "cause": "entry", "timeout": 900})"));
    EXPECT_EQ(
        shown(fired(CallbackKind::kEnableIgmp)),
        json::parse(R"({"topic": "ownership", "event": "callback", "callback": "enable_igmp", "target": "pim",
                              "protocol_id": 103, "component_id": 1, "interface": "lan1", "next_hop": null})"));
    EXPECT_FALSE(shown(fired(CallbackKind::kJoinAlert)).contains("interface"));
    EXPECT_EQ(
        shown(TablePublished{TableVersion(7), "handoff lan1 igmp->pim", 2, 12}),
        json::parse(R"({"topic": "table", "event": "table", "version": 7, "cause": "handoff lan1 igmp->pim",
                              "commands": 2, "entries": 12})"));
    EXPECT_EQ(shown(LinkChanged{PortId(0), true}),
              json::parse(R"({"topic": "port", "event": "port", "port": "p0", "link": "up"})"));
}

TEST_F(EventLogTest, IsANotificationOnTheSocket) {
    std::string line;
    append_event_line(line, {.sequence = 9, .time = {}, .body = LinkChanged{PortId(0), false}},
                      {config, interfaces});
    ASSERT_TRUE(line.ends_with('\n'));
    const json notification = json::parse(line);
    EXPECT_EQ(notification.at("jsonrpc"), "2.0");
    EXPECT_EQ(notification.at("method"), "event");
    EXPECT_FALSE(notification.contains("id"));
    EXPECT_EQ(notification.at("params").at("link"), "down");
}

} // namespace
} // namespace mcfwd::daemon
