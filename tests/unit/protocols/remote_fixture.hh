// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Routing protocols in other processes, without sockets.
#pragma once

#include <algorithm>

#include <nlohmann/json.hpp>

#include <controlplane/protocols/remote_protocols.hh>

#include "fake_session.hh"
#include "router_fixture.hh"

namespace mcfwd::protocols {

using namespace std::chrono_literals;
using group_manager::ComponentId;
using group_manager::InterfaceKey;
using group_manager::SourceGroup;
using enum group_manager::MembershipFlags;
using Oifs = std::vector<IfIndex>;
using Lines = std::vector<std::string>;

class RemoteProtocolsTest : public RouterFixture {
  protected:
    static constexpr ComponentId kPim{103, 0};
    static constexpr ComponentId kDvmrp{200, 0};

    void SetUp() override {
        serve(kLan1);
        serve(kLan2);
        serve(kLan3);
    }

    RemoteClient& enter(FakeSession& session, ComponentId id = kPim, const std::string& name = "pim",
                        Duration restart_time = {}) {
        const auto entered = remotes.enter(session, {id, name, restart_time});
        EXPECT_TRUE(entered) << entered.error().what;
        return *remotes.client(session, entered->handle).value();
    }
    Status refusal(FakeSession& session, ComponentId id, const std::string& name = "pim") {
        return remotes.enter(session, {id, name, {}}).error().status;
    }
    static InterfaceKey on(IfIndex index) { return {index, {}}; }
    void pass(Duration time) {
        clock.move(time);
        remotes.advance();
        groups.tick();
        tasks.run();
    }
    [[nodiscard]] std::size_t stale() const {
        std::size_t count = 0;
        for (const auto& record : groups.ownership()) {
            count += record.stale;
        }
        return count;
    }
    [[nodiscard]] bool registered(const std::string& name) const {
        return std::ranges::count(groups.clients(), name, [](const auto& c) { return c.name.name; }) == 1;
    }

    const SourceGroup any{kGroup, kAnySource};
    const SourceGroup flow{kGroup, kSource};
    RemoteProtocols remotes{
        {.clock = clock, .tasks = tasks, .groups = groups, .interfaces = interfaces, .statics = statics}};
};

} // namespace mcfwd::protocols
