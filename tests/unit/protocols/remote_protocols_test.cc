// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a routing protocol in another process is told, word by word, and what it may do.
#include "remote_fixture.hh"

namespace mcfwd::protocols {
namespace {

TEST_F(RemoteProtocolsTest, TellsEveryCallbackWithAllItsArguments) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    const std::string handle = std::to_string(pim.handle().value());
    const auto line = [&](const std::string& method, const std::string& rest) {
        return R"({"jsonrpc":"2.0","method":"mgm.)" + method + R"(","params":{"handle":)" + handle + "," +
               rest + "}}";
    };
    ASSERT_TRUE(pim.take(on(kLan1)));
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    EXPECT_EQ(session.lines(), Lines{});

    report(kLan2, igmp::RecordType::kToExclude);
    EXPECT_EQ(
        session.lines(),
        Lines{line("local_join", R"("source":"*","group":"239.1.1.1","interface":"lan2","next_hop":null)")});
    report(kLan3, igmp::RecordType::kToExclude);
    EXPECT_EQ(session.lines(),
              Lines{line("join_alert", R"("source":"*","group":"239.1.1.1","member_update":true)")});

    const std::vector<std::byte> header{std::byte{0x45}, std::byte{0x0a}};
    groups.new_packet(flow, on(kLan1), header);
    EXPECT_EQ(
        session.lines(),
        (Lines{line("rpf", R"("source":"10.0.1.2","group":"239.1.1.1","iif":"lan1","next_hop":null,)"
                           R"("upstream":null,"route":{"kind":"connected","prefix":"10.0.1.0/24"},)"
                           R"("header":"450a")"),
               line("creation_alert",
                    R"("source":"10.0.1.2","group":"239.1.1.1","iif":"lan1","next_hop":null,"oifs":)"
                    R"([{"interface":"lan2","next_hop":null,"igmp":true,"enabled":true}])"),
               line("join_alert", R"("source":"10.0.1.2","group":"239.1.1.1","member_update":false)")}));
    EXPECT_EQ(oifs(kSource), (Oifs{kLan2, kLan3})) << "accepted at once";

    groups.wrong_interface(flow, on(kLan2), header);
    EXPECT_EQ(session.lines(),
              Lines{line("wrong_if", R"("source":"10.0.1.2","group":"239.1.1.1",)"
                                     R"("interface":"lan2","next_hop":null,"header":"450a")")});
    report(kLan3, igmp::RecordType::kToInclude);
    wait(3s);
    EXPECT_EQ(session.lines(),
              (Lines{line("prune_alert", R"("source":"*","group":"239.1.1.1","interface":"lan3",)"
                                         R"("next_hop":null,"member_delete":true,"timeout":null)"),
                     line("prune_alert", R"("source":"10.0.1.2","group":"239.1.1.1","interface":"lan1",)"
                                         R"("next_hop":null,"member_delete":false,"timeout":900)")}));
    report(kLan2, igmp::RecordType::kToInclude);
    wait(3s);
    EXPECT_EQ(
        session.lines(),
        Lines{line("local_leave", R"("source":"*","group":"239.1.1.1","interface":"lan2","next_hop":null)")});
    EXPECT_EQ(session.octets(), 0U);
    EXPECT_EQ(remotes.view(pim.handle())->sent, 9U);
}

TEST_F(RemoteProtocolsTest, ARemoteIgmpHearsOfTheWindow) {
    FakeSession session;
    RemoteClient& other = enter(session, {group_manager::kProtocolIgmp, 7}, "igmp-proxy");
    FakeSession second;
    RemoteClient& pim = enter(second);
    const InterfaceKey link{kLan1, Ipv4Address(10, 0, 1, 77)};
    ASSERT_TRUE(other.take(link));
    ASSERT_TRUE(pim.take(link));
    const std::string handle = std::to_string(other.handle().value());
    const std::string where = R"(,"interface":"lan1","next_hop":"10.0.1.77"}})";
    EXPECT_EQ(session.lines(),
              (Lines{R"({"jsonrpc":"2.0","method":"mgm.disable_igmp","params":{"handle":)" + handle + where,
                     R"({"jsonrpc":"2.0","method":"mgm.enable_igmp","params":{"handle":)" + handle + where}));
    EXPECT_TRUE(other.replay_complete(link));
}

TEST_F(RemoteProtocolsTest, VetoesByDeletingForward) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    report(kLan2, igmp::RecordType::kToExclude);
    packet(kSource, kLan1);
    ASSERT_EQ(oifs(kSource), Oifs{kLan2});
    ASSERT_TRUE(pim.remove(flow, on(kLan2), kForward));
    EXPECT_EQ(oifs(kSource), Oifs{});
    ASSERT_TRUE(pim.add(flow, on(kLan2), kForward));
    EXPECT_EQ(oifs(kSource), Oifs{kLan2});
}

TEST_F(RemoteProtocolsTest, MovesTheIncomingInterfaceInOneVersion) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan1)));
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    report(kLan1, igmp::RecordType::kToExclude);
    report(kLan2, igmp::RecordType::kToExclude);
    report(kLan3, igmp::RecordType::kToExclude);
    packet(kSource, kLan1);
    ASSERT_EQ(oifs(kSource), (Oifs{kLan2, kLan3}));
    const std::size_t versions = table.versions;
    ASSERT_TRUE(pim.change_mfe(flow, {.upstream = {}, .iif = on(kLan2), .timeout = {}}));
    EXPECT_EQ(table.versions, versions + 1);
    EXPECT_EQ(table.entries.at(flow).iif, on(kLan2));
    EXPECT_EQ(oifs(kSource), (Oifs{kLan1, kLan3}));
    EXPECT_EQ(pim.change_mfe(flow, {.upstream = {}, .iif = on(kLan3), .timeout = {}}).error().status,
              Status::kInvalidParameter)
        << "not its own";
}

TEST_F(RemoteProtocolsTest, RefusesWhatTheRouterItselfHas) {
    FakeSession session;
    EXPECT_EQ(refusal(session, {group_manager::kProtocolIgmp, 0}), Status::kAlreadyExists);
    EXPECT_EQ(refusal(session, kPim, "igmp"), Status::kInvalidParameter);
    EXPECT_EQ(refusal(session, kPim, "static"), Status::kInvalidParameter);
    EXPECT_EQ(refusal(session, kPim, "none"), Status::kInvalidParameter);
}

TEST_F(RemoteProtocolsTest, AHandleBelongsToItsConnection) {
    FakeSession session;
    FakeSession other;
    RemoteClient& pim = enter(session);
    EXPECT_EQ(remotes.client(other, pim.handle()).error().status, Status::kInvalidParameter);
    EXPECT_EQ(remotes.client(session, group_manager::ClientHandle(1)).error().status,
              Status::kInvalidParameter)
        << "a protocol of the router";
    const auto enumeration = pim.enumerate(group_manager::EnumerationKind::kAllSources);
    ASSERT_TRUE(enumeration);
    EXPECT_EQ(remotes.client_of(session, *enumeration), &pim);
    EXPECT_EQ(remotes.client_of(other, *enumeration).error().status, Status::kInvalidParameter);
}

TEST_F(RemoteProtocolsTest, OneConnectionMayHaveSeveralComponents) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    RemoteClient& dvmrp = enter(session, kDvmrp, "dvmrp");
    EXPECT_NE(pim.handle(), dvmrp.handle());
    EXPECT_EQ(refusal(session, kPim), Status::kAlreadyExists);
    ASSERT_TRUE(pim.take(on(kLan1)));
    ASSERT_TRUE(dvmrp.take(on(kLan2)));
    session.end();
    tasks.run();
    EXPECT_EQ(owner(kLan1), "igmp");
    EXPECT_EQ(owner(kLan2), "igmp");
    EXPECT_FALSE(registered("pim"));
    EXPECT_FALSE(registered("dvmrp"));
}

TEST_F(RemoteProtocolsTest, AVetoOutlivesTheRebuildOfItsEntry) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    RemoteClient& dvmrp = enter(session, {13, 0}, "dvmrp");
    ASSERT_TRUE(pim.take(on(kLan3)));
    tasks.run();
    report(kLan2, igmp::RecordType::kToExclude);
    report(kLan3, igmp::RecordType::kToExclude);
    packet(kSource, kLan1);
    ASSERT_TRUE(pim.remove({kGroup, kSource}, on(kLan3), group_manager::MembershipFlags::kForward));
    ASSERT_EQ(oifs(kSource), std::vector{kLan2});
    ASSERT_TRUE(dvmrp.take(on(kLan1))); // the iif: its new owner gets a new entry
    tasks.run();
    EXPECT_EQ(groups.mfe({kGroup, kSource})->iif_owner.name, "dvmrp");
    EXPECT_EQ(oifs(kSource), std::vector{kLan2});
    ASSERT_TRUE(pim.add({kGroup, kSource}, on(kLan3), group_manager::MembershipFlags::kForward));
    EXPECT_EQ(oifs(kSource), (std::vector{kLan2, kLan3}));
    ASSERT_TRUE(dvmrp.release(on(kLan1)));
    tasks.run();
    EXPECT_EQ(oifs(kSource), (std::vector{kLan2, kLan3})) << "taken back is taken back";
}

TEST_F(RemoteProtocolsTest, AChosenIifOutlivesTheRebuildOfItsEntry) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    for (const IfIndex index : {kLan1, kLan2}) {
        ASSERT_TRUE(pim.take(on(index)));
    }
    tasks.run();
    report(kLan3, igmp::RecordType::kToExclude);
    packet(kSource, kLan1);
    const Ipv4Address upstream(10, 0, 2, 200);
    ASSERT_TRUE(pim.change_mfe(flow, {.upstream = upstream, .iif = on(kLan2), .timeout = {}}));
    const auto rebuild = [&] { // both ways towards the source are one and the same
        for (const IfIndex way : {kLan2, kLan1}) {
            ASSERT_TRUE(view.add_route({kSource, 32}, on(way)));
            ASSERT_TRUE(groups.route_changed({kSource, 32}));
        }
    };
    rebuild();
    EXPECT_EQ(groups.metrics().mfe_rebuilt, 2U);
    EXPECT_EQ(table.entries.at(flow).iif, on(kLan2));
    EXPECT_EQ(groups.mfe(flow)->upstream, upstream);
    EXPECT_EQ(oifs(kSource), Oifs{kLan3});
    ASSERT_TRUE(pim.release(on(kLan2)));
    tasks.run();
    rebuild();
    EXPECT_EQ(table.entries.at(flow).iif, on(kLan1)) << "what is not its own any more is no choice";
    ASSERT_TRUE(pim.take(on(kLan2)));
    tasks.run();
    rebuild();
    EXPECT_EQ(table.entries.at(flow).iif, on(kLan1)) << "and is forgotten";
}

TEST_F(RemoteProtocolsTest, AChosenIifIsForgottenWithItsEntry) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    for (const IfIndex index : {kLan1, kLan2}) {
        ASSERT_TRUE(pim.take(on(index)));
    }
    tasks.run();
    packet(kSource, kLan1);
    ASSERT_TRUE(pim.change_mfe(flow, {.upstream = {}, .iif = on(kLan2), .timeout = 0s}));
    pass(1s);
    ASSERT_EQ(groups.mfe_count(), 0U);
    packet(kSource, kLan1);
    EXPECT_EQ(table.entries.at(flow).iif, on(kLan1)) << "a new entry: it is asked again";
}

TEST_F(RemoteProtocolsTest, WhatItSaidAboutEntriesThatAreGoneTakesNoMemory) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan1)));
    tasks.run();
    EntryMemory memory(groups);
    for (std::uint32_t n = 0; n < 10'000; ++n) {
        const SourceGroup gone{Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n), kSource};
        groups.new_packet(gone, on(kLan1), {});
        ASSERT_TRUE(pim.change_mfe(gone, {.upstream = {}, .iif = {}, .timeout = 0s}));
        memory.choose(gone, {.upstream = kSource, .iif = {}, .timeout = {}});
        memory.veto(gone, on(kLan1));
        groups.tick();
        ASSERT_LE(memory.size(), 8U);
    }
}

TEST_F(RemoteProtocolsTest, WhatItSaidAboutEntriesThatAreGoneGoesAFewAtATime) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan1)));
    tasks.run();
    EntryMemory memory(groups);
    const auto say = [&](std::uint32_t n) {
        const SourceGroup key{Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n), kSource};
        groups.new_packet(key, on(kLan1), {});
        ASSERT_TRUE(pim.change_mfe(key, {.upstream = {}, .iif = {}, .timeout = 1s}));
        memory.veto(key, on(kLan2));
        memory.veto(key, on(kLan3));
    };
    for (std::uint32_t n = 0; n < 1000; ++n) {
        say(n);
    }
    EXPECT_EQ(memory.size(), 2000U) << "all of them live";
    pass(2s);
    ASSERT_EQ(groups.mfe_count(), 0U);
    std::size_t before = memory.size();
    for (std::uint32_t n = 1000; n < 1500; ++n) {
        say(n);
        ASSERT_GE(memory.size() + 16, before) << "no more than eight flows at once";
        before = memory.size();
    }
    EXPECT_EQ(memory.size(), 1000U);
}

TEST_F(RemoteProtocolsTest, WhatItSaidOfAnInterfaceThatItLeftCountsNoMoreAndGoesAFewAtATime) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    ASSERT_TRUE(pim.take(on(kLan1)));
    tasks.run();
    EntryMemory memory(groups);
    const auto key = [](std::uint32_t n) {
        return SourceGroup{Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n), kSource};
    };
    constexpr std::uint32_t kFlows = 1000;
    for (std::uint32_t n = 0; n < kFlows; ++n) {
        groups.new_packet(key(n), on(kLan1), {});
        memory.veto(key(n), on(kLan2));
        memory.veto(key(n), on(kLan3));
        memory.choose(key(n), {.upstream = {}, .iif = on(kLan2), .timeout = {}});
    }
    memory.forget(on(kLan2));
    EXPECT_EQ(memory.size(), 3 * kFlows) << "no time for that now";
    const auto vetoed = [&](std::uint32_t n) {
        std::vector<group_manager::CandidateOif> oifs{{on(kLan2), true, true}, {on(kLan3), true, true}};
        memory.answer(group_manager::CreationAlert{key(n), on(kLan1), oifs});
        return std::pair(!oifs[0].enabled, !oifs[1].enabled);
    };
    const auto chosen = [&](std::uint32_t n) {
        group_manager::RpfQuery query{key(n), {}, on(kLan1), {}, {}};
        memory.answer(query);
        return query.iif;
    };
    EXPECT_EQ(vetoed(7), std::pair(false, true));
    EXPECT_EQ(chosen(7), on(kLan1));
    memory.veto(key(7), on(kLan2));
    memory.choose(key(7), {.upstream = kSource, .iif = {}, .timeout = {}});
    EXPECT_EQ(vetoed(7), std::pair(true, true)) << "said since";
    EXPECT_EQ(chosen(7), on(kLan1)) << "the iif was said before";
    std::size_t before = memory.size();
    for (std::uint32_t n = 0; n < kFlows; ++n) {
        memory.veto(key(n), on(kLan3));
        ASSERT_GE(memory.size() + 8, before);
        before = memory.size();
    }
    EXPECT_EQ(memory.size(), kFlows + 2U) << "kLan3 of all, and what was said since";
}

TEST_F(RemoteProtocolsTest, NamesAreUnique) {
    FakeSession session;
    enter(session);
    EXPECT_EQ(remotes.enter(session, {{104, 0}, "pim", {}}).error().what,
              "the name pim belongs to protocol 103 component 0; take another one");
}

TEST_F(RemoteProtocolsTest, BoundsClientsAndEnumerations) {
    FakeSession session;
    for (std::uint32_t i = 0; i < RemoteProtocols::kMostClients; ++i) {
        enter(session, {300, i}, fmt::format("many{}", i));
    }
    EXPECT_EQ(refusal(session, {300, 1000}), Status::kNotEnoughMemory);
    RemoteClient& one = *remotes.client(session, groups.clients().back().handle).value();
    for (std::size_t i = 0; i < RemoteClient::kMostEnumerations; ++i) {
        ASSERT_TRUE(one.enumerate(group_manager::EnumerationKind::kAnySource));
    }
    EXPECT_EQ(one.enumerate(group_manager::EnumerationKind::kAnySource).error().status,
              Status::kNotEnoughMemory);
}

TEST_F(RemoteProtocolsTest, LeavesOnlyWithoutInterfaces) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    const auto handle = pim.handle();
    ASSERT_TRUE(pim.take(on(kLan1)));
    EXPECT_EQ(remotes.leave(pim).error().status, Status::kCanNotComplete);
    ASSERT_TRUE(pim.release(on(kLan1)));
    EXPECT_TRUE(remotes.leave(pim));
    EXPECT_EQ(remotes.client(session, handle).error().status, Status::kInvalidParameter);
    session.end();
    tasks.run();
}

TEST_F(RemoteProtocolsTest, WhatWaitsIsDeliveredAfterLeaving) {
    FakeSession session;
    RemoteClient& pim = enter(session);
    report(kLan2, igmp::RecordType::kToExclude);
    ASSERT_EQ(session.waiting(), 1U);
    ASSERT_TRUE(remotes.leave(pim));
    EXPECT_EQ(session.lines().size(), 1U);
}

} // namespace
} // namespace mcfwd::protocols
