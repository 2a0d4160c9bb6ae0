// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See scenarios.hh.
#include "scenarios.hh"

#include <string>
#include <tuple>
#include <utility>

#include <controlplane/protocols/remote_protocols.hh>

namespace mcfwd::scale {

namespace {

using group_manager::MembershipFlags;

/// A client that reads whatever it is told at once.
class QuickReader final : public rpc::Session {
  public:
    [[nodiscard]] const rpc::Peer& peer() const override { return peer_; }
    [[nodiscard]] bool peer_gone() const override { return false; }
    void push(const std::shared_ptr<rpc::LineSource>& source, std::size_t /*octets*/) override {
        line_.clear();
        source->take_line(line_);
    }
    CloseHook on_close(std::function<void()> hook) override {
        hook_ = std::move(hook);
        return 1;
    }
    void forget(CloseHook /*hook*/) override { hook_ = nullptr; }
    void stay_open() override {}

    /// The connection ends.
    void end() { std::exchange(hook_, nullptr)(); }

  private:
    rpc::Peer peer_;
    std::string line_;
    std::function<void()> hook_;
};

void take_three(Scene& scene) {
    for (const InterfaceKey x : {kLan1, kLan2, kLan3}) {
        scene.take(x)();
    }
}

} // namespace

void handoffs(Meter& meter, std::uint32_t groups, const Terms& terms) {
    Scene scene(terms.clock, meter, groups, terms.settings);
    scene.serve(1);
    scene.serve(2);
    meter.left(0, "");
    scene.step("a host on lan1 joins all groups", scene.report(1, igmp::RecordType::kToExclude, groups));
    meter.left(groups, "IGMP and group manager");
    scene.step("handoff of lan1, igmp to dvmrp, no traffic", scene.take(kLan1));
    scene.step("handoff of lan1, dvmrp to igmp, no traffic", scene.release(kLan1));
    meter.left(0, "");
    scene.step("a flow of each from lan2 begins", [&] { scene.flows(groups); });
    meter.left(groups, "group manager and publisher");
    scene.step("handoff of lan1 (oif of all), igmp to dvmrp", scene.take(kLan1));
    scene.step("handoff of lan1 (oif of all), dvmrp to igmp", scene.release(kLan1));
    scene.step("handoff of lan2 (iif of all), igmp to dvmrp", scene.take(kLan2));
    scene.step("handoff of lan2 (iif of all), dvmrp to igmp", scene.release(kLan2));
    scene.step("the host leaves them all", scene.report(1, igmp::RecordType::kToInclude, groups));
    scene.pass(std::chrono::seconds(3));
    scene.step("nobody answered, and all of them end", [&] { scene.advance_igmp(); });
}

void harsh_handoffs(Meter& meter, std::uint32_t groups, const Terms& terms) {
    group_manager::Settings settings = terms.settings;
    settings.handoff_memberships = group_manager::HandoffMemberships::kStrict;
    settings.handoff_mfe = group_manager::HandoffMfe::kFlush;
    Scene scene(terms.clock, meter, groups, settings);
    scene.serve(1);
    scene.serve(2);
    scene.step("a host joins all groups; strict, flush from now on",
               scene.report(1, igmp::RecordType::kToExclude, groups));
    scene.step("a flow of each", [&] { scene.flows(groups); });
    scene.step("strict handoff of lan1 (oif of all), igmp to dvmrp", scene.take(kLan1));
    scene.step("strict handoff of lan1 (oif of all), dvmrp to igmp", scene.release(kLan1));
    scene.step("flush handoff of lan2 (iif of all), igmp to dvmrp", scene.take(kLan2));
    scene.step("the flows come again", [&] { scene.flows(groups); });
    scene.step("flush handoff of lan2 (iif of all), dvmrp to igmp", scene.release(kLan2));
}

void departures(Meter& meter, std::uint32_t groups, const Terms& terms) {
    Scene scene(terms.clock, meter, groups, terms.settings);
    scene.serve(1);
    scene.step("a protocol takes lan1 to lan3", [&] { take_three(scene); });
    scene.step("a host on lan1 joins all groups", scene.report(1, igmp::RecordType::kToExclude, groups));
    scene.step("the protocol joins all groups on lan3", [&] { scene.join_all(groups, kLan3); });
    scene.step("a flow of each from lan2", [&] { scene.flows(groups); });
    scene.step("it releases lan3 (joined, oif of all)", scene.release(kLan3));
    scene.step("it releases lan2 (iif of all)", scene.release(kLan2));
    scene.step("it takes lan2", scene.take(kLan2));
    scene.step("a flow of each from lan2 again", [&] { scene.flows(groups); });
    scene.step("lan1 goes down, which igmp shares (joined, oif of all)", scene.down(kLan1));
}

void wide_changes(Meter& meter, std::uint32_t groups, const Terms& terms) {
    Scene scene(terms.clock, meter, groups, terms.settings);
    const Ipv4Prefix sources{Ipv4Address(10, 2, 0, 0), 16};
    take_three(scene);
    scene.step("(S,G) of all groups joined on lan1", [&] { scene.join_all(groups, kLan1, Scene::kSource); });
    scene.step("a flow of each from lan2", [&] { scene.flows(groups); });
    scene.step("their counters are cleared", [&] { scene.clear_counters(); });
    scene.step("(*,*) joined on lan3", scene.add({}, kLan3));
    scene.step("a boundary for all groups on lan3", [&] {
        scene.boundaries.set(kLan3.interface, {{Ipv4Address(239, 0, 0, 0), 8}});
        Scene::check(scene.groups.boundary_changed(kLan3));
    });
    scene.step("it goes again", [&] {
        scene.boundaries.set(kLan3.interface, {});
        Scene::check(scene.groups.boundary_changed(kLan3));
    });
    scene.step("(*,*) left", scene.remove({}, kLan3));
    scene.step("the route to all sources moves to lan3", [&] {
        Scene::check(scene.view.add_route(sources, kLan3));
        Scene::check(scene.groups.route_changed(sources));
    });
    scene.step("it moves to lan4, where nobody is", [&] {
        Scene::check(scene.view.add_route(sources, {IfIndex(4), {}}));
        Scene::check(scene.groups.route_changed(sources));
    });
}

void endings(Meter& meter, std::uint32_t groups, const Terms& terms) {
    Scene scene(terms.clock, meter, 3 * groups, terms.settings);
    take_three(scene);
    scene.step("all groups joined on lan1", [&] { scene.join_all(groups, kLan1); });
    scene.step("three flows of each, in no order of theirs", [&] {
        scene.one_by_one(groups, [&](std::uint32_t n) {
            for (const Ipv4Address source :
                 {Scene::kSource, Ipv4Address(10, 2, 0, 8), Ipv4Address(10, 2, 0, 7)}) {
                scene.groups.new_packet({Scene::group_of(groups - 1 - n), source}, kLan2, {});
            }
        });
    });
    scene.step("a packet of each group comes in on lan3", [&] {
        scene.one_by_one(groups, [&](std::uint32_t group) {
            scene.groups.wrong_interface(Scene::flow_of(group), kLan3, {});
        });
    });
    scene.pass(std::chrono::seconds(10));
    scene.step("and one more, much later",
               [&] { scene.groups.wrong_interface(Scene::flow_of(0), kLan3, {}); });
    // What follows for entries gets behind, and then there are none.
    scene.release(kLan1)();
    for (std::size_t slices = 2 * groups / terms.settings.slice; slices > 0; --slices) {
        scene.tasks.run_one();
    }
    scene.pass(std::chrono::hours(1));
    scene.tick_while_due();
    scene.step("the end of a release of lan1 while all entries expired", [] {});
    scene.step("a flow of each that nobody wants", [&] { scene.flows(groups); });
    scene.pass(std::chrono::hours(1));
    scene.step("all of them expire", [] {});
}

void client_departure(Meter& meter, std::uint32_t groups, const Terms& terms) {
    Scene scene(terms.clock, meter, groups, terms.settings);
    protocols::StaticInterfaces statics(scene.groups, nullptr);
    Scene::check(statics.start());
    protocols::RemoteProtocols remotes({.clock = scene.clock,
                                        .tasks = scene.tasks,
                                        .groups = scene.groups,
                                        .interfaces = scene.interfaces,
                                        .statics = statics});
    QuickReader session;
    constexpr group_manager::ComponentId kPim{103, 0};
    const auto enter = [&](Duration restart_time) -> protocols::RemoteClient& {
        const auto entered =
            remotes.enter(session, {.id = kPim, .name = "pim", .restart_time = restart_time});
        return *remotes.client(session, entered.value().handle).value();
    };
    const auto populate = [&](protocols::RemoteClient& client) {
        for (const InterfaceKey x : {kLan1, kLan2, kLan3}) {
            Scene::check(client.take(x));
        }
        scene.step("another process joins all groups on lan1 and lan3", [&] {
            scene.one_by_one(groups, [&](std::uint32_t group) {
                for (const InterfaceKey x : {kLan1, kLan3}) {
                    Scene::check(client.add({Scene::group_of(group), {}}, x, MembershipFlags::kJoin));
                }
            });
        });
        scene.step("a flow of each from lan2", [&] { scene.flows(groups); });
        scene.step("it vetoes lan3, and chooses a neighbour for each", [&] {
            scene.one_by_one(groups, [&](std::uint32_t group) {
                const SourceGroup flow = Scene::flow_of(group);
                Scene::check(client.remove(flow, kLan3, MembershipFlags::kForward));
                Scene::check(client.change_mfe(
                    flow, {.upstream = Ipv4Address(10, 2, 0, 7), .iif = {}, .timeout = {}}));
            });
        });
        for (std::size_t n = 0; n < protocols::RemoteClient::kMostEnumerations; ++n) {
            std::ignore = client.enumerate(group_manager::EnumerationKind::kAllSources).value();
        }
    };
    populate(enter({}));
    scene.step("it dies", [&] { session.end(); });
    populate(enter(std::chrono::seconds(10)));
    scene.step("it dies again, to be restarted", [&] { session.end(); });
    protocols::RemoteClient* client = nullptr;
    const std::function<void()> come_back = [&] {
        if (remotes.make_way(kPim)) {
            scene.tasks.post([&] { come_back(); });
            return;
        }
        client = &enter(std::chrono::seconds(10));
        remotes.restart_complete(*client);
    };
    scene.step("it is back, and claims nothing", come_back);
    scene.step("it releases all interfaces", [&] {
        for (const InterfaceKey x : {kLan1, kLan2, kLan3}) {
            Scene::check(client->release(x));
        }
    });
    scene.step("it deregisters", [&] { Scene::check(remotes.leave(*client)); });
}

void keys(Meter& meter, std::uint32_t keys, const Terms& terms) {
    using group_manager::EnumerationHandle;
    Scene scene(terms.clock, meter, 1000, terms.settings);
    scene.take(kLan1)();
    scene.step("as many groups joined on lan1 as there are keys", [&] {
        scene.in_batches(keys,
                         [&](std::uint32_t group) { scene.add({Scene::group_of(group), {}}, kLan1)(); });
    });
    const auto begin = [&] {
        return scene.groups
            .group_enumeration_start(scene.protocol, group_manager::EnumerationKind::kAllSources)
            .value();
    };
    EnumerationHandle walk;
    scene.step("an enumeration of them begins", [&] { walk = begin(); });
    const std::function<void()> go_on = [&] {
        if (scene.groups.group_enumeration_next(walk, 1000)->end == Status::kMoreData) {
            scene.tasks.post([&] { go_on(); });
        }
    };
    scene.step("it lists them, 1,000 at a time", go_on);
    Scene::check(scene.groups.group_enumeration_end(walk));
    walk = begin();
    scene.step("lan1 is released, which another one does not see", scene.release(kLan1));
    scene.step("that lists them", go_on);
    scene.step("it ends", [&] { Scene::check(scene.groups.group_enumeration_end(walk)); });
}

void memberships(Meter& meter, std::uint32_t memberships, const Terms& terms) {
    Scene scene(terms.clock, meter, 1000, terms.settings);
    const auto place = [](std::uint32_t number) {
        return InterfaceKey{IfIndex(static_cast<std::uint16_t>(number % Scene::kInterfaces + 1)), {}};
    };
    const auto key = [](std::uint32_t number) {
        return SourceGroup{Scene::group_of(number / Scene::kInterfaces), {}};
    };
    for (std::uint32_t n = 0; n < Scene::kInterfaces; ++n) {
        scene.take(place(n))();
    }
    meter.left(0, "");
    scene.step("memberships on 64 interfaces come", [&] {
        scene.in_batches(memberships, [&](std::uint32_t n) { scene.add(key(n), place(n))(); });
    });
    meter.left(memberships, "");
    scene.step("they go", [&] {
        scene.in_batches(memberships, [&](std::uint32_t n) { scene.remove(key(n), place(n))(); });
    });
    meter.left(memberships, "after they went");
}

} // namespace mcfwd::scale
