// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The command table is a contract: names that users type and programs call.
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/commands.hh>
#include <controlplane/rpc/parameters.hh>

using namespace mcfwd;
using namespace mcfwd::rpc;
using nlohmann::json;

namespace {

const Command& command(std::string_view method) {
    const Command* found = find_method(method);
    EXPECT_NE(found, nullptr) << method;
    return *found;
}

std::string refusal(std::string_view method, const json& params) {
    const auto checked = check_parameters(command(method), params);
    return checked ? "accepted" : checked.error().what;
}

} // namespace

TEST(Commands, HasEveryCommandOfTheContract) {
    std::set<std::string> methods;
    for (const Command& c : commands()) {
        if (c.audience == Audience::kPeople) {
            methods.insert(c.method());
        }
    }
    EXPECT_EQ(methods, (std::set<std::string>{"show.status",
                                              "show.ports",
                                              "show.workers",
                                              "show.interfaces",
                                              "show.mfib",
                                              "show.mfe",
                                              "show.statistics",
                                              "show.ownership",
                                              "show.memberships",
                                              "show.clients",
                                              "show.mroutes",
                                              "show.igmp.interfaces",
                                              "show.igmp.groups",
                                              "show.igmp.proxy",
                                              "show.snooping",
                                              "explain",
                                              "show.drops",
                                              "show.versions",
                                              "show.events",
                                              "show.rpf",
                                              "rpf_route.add",
                                              "rpf_route.del",
                                              "events",
                                              "ownership.take",
                                              "ownership.release",
                                              "mroute.add",
                                              "mroute.del",
                                              "group.join",
                                              "group.leave",
                                              "snooping.topology_change",
                                              "config.check",
                                              "config.show",
                                              "log.level",
                                              "clear.counters",
                                              "shutdown",
                                              "rpc.discover"}));
}

TEST(Commands, HasEveryMethodOfRemoteProtocols) {
    std::set<std::string> methods;
    for (const Command& c : commands()) {
        if (c.audience == Audience::kPrograms) {
            EXPECT_TRUE(methods.insert(c.method()).second) << c.words;
        }
    }
    EXPECT_EQ(methods,
              (std::set<std::string>{"mgm.register", "mgm.deregister", "mgm.restart_complete",
                                     "mgm.take_interface_ownership", "mgm.release_interface_ownership",
                                     "mgm.get_protocol_on_interface", "mgm.add_group_membership",
                                     "mgm.delete_group_membership", "mgm.igmp_replay_complete", "mgm.get_mfe",
                                     "mgm.get_first_mfe", "mgm.get_next_mfe", "mgm.get_mfe_stats",
                                     "mgm.set_mfe", "mgm.group_enumeration_start",
                                     "mgm.group_enumeration_get_next", "mgm.group_enumeration_end"}));
}

TEST(Commands, FindsMethodsByDotsOnly) {
    EXPECT_NE(find_method("show.igmp.groups"), nullptr);
    EXPECT_EQ(find_method("show igmp groups"), nullptr);
    EXPECT_EQ(find_method("show.igmp"), nullptr);
    EXPECT_EQ(find_method("show.igmp.groups.x"), nullptr);
    EXPECT_EQ(find_method(""), nullptr);
}

TEST(Commands, PrintsUsage) {
    EXPECT_EQ(command("show.mfib").usage(), "show mfib [GROUP [SOURCE]]");
    EXPECT_EQ(command("group.join").usage(), "group join GROUP [source SOURCE] interface INTERFACE");
    EXPECT_EQ(command("mroute.add").usage(),
              "mroute add SOURCE GROUP iif INTERFACE oifs INTERFACE[,INTERFACE...]");
    EXPECT_EQ(command("log.level").usage(), "log level [LEVEL]");
    EXPECT_EQ(command("shutdown").usage(), "shutdown");
}

TEST(Commands, RequiredPositionsComeBeforeOptionalOnes) {
    for (const Command& c : commands()) {
        bool optional_seen = false;
        for (const Parameter& parameter : c.parameters) {
            if (parameter.keyword.empty()) {
                EXPECT_FALSE(optional_seen && parameter.required()) << c.words;
                optional_seen = optional_seen || !parameter.required();
            }
        }
    }
}

TEST(Parameters, TakesNamesPositionsOrNothing) {
    const json expected{{"group", "239.1.1.1"}, {"source", "*"}};
    EXPECT_EQ(check_parameters(command("show.mfib"), expected).value(), expected);
    EXPECT_EQ(check_parameters(command("show.mfib"), json::array({"239.1.1.1", "*"})).value(), expected);
    EXPECT_EQ(check_parameters(command("show.mfib"), json()).value(), json::object());
    EXPECT_EQ(check_parameters(command("show.mfib"), json::array()).value(), json::object());
}

TEST(Parameters, TakesOnlyCursorsThatAnAnswerCouldHaveGiven) {
    const auto valid = [](std::string_view method, const json& after) {
        return check_parameters(command(method), {{"after", after}}).has_value();
    };
    EXPECT_TRUE(valid("show.mfe", {{"group", "239.1.1.1"}, {"source", "10.0.1.2"}}));
    EXPECT_TRUE(valid("show.mfe", {{"group", "239.1.1.1"}, {"source", "*"}}));
    const json place{
        {"interface", "lan1"}, {"next_hop", nullptr}, {"group", "*"}, {"source", "*"}, {"handle", 3}};
    EXPECT_TRUE(valid("show.memberships", place));
    const json wrongs{
        {"interface", 1}, {"next_hop", "10"}, {"group", "10.0.0.1"}, {"source", nullptr}, {"handle", -1}};
    for (const auto& [member, wrong] : wrongs.items()) {
        json bad = place;
        bad[member] = wrong;
        EXPECT_FALSE(valid("show.memberships", bad)) << member;
        bad.erase(member);
        EXPECT_FALSE(valid("show.memberships", bad)) << member;
    }
    EXPECT_FALSE(valid("show.mfe", place)) << "of another list";
    EXPECT_FALSE(valid("show.mfe", nullptr));
    EXPECT_EQ(refusal("show.events", {{"after", 5}}),
              "parameter \"after\": 5 is not valid; valid is \"next\" of an answer, an object with sequence");
    EXPECT_EQ(refusal("show.mfe", {{"max", 0}}),
              "parameter \"max\": 0 is not valid; valid is a whole number from 1 to 1000");
}

TEST(Parameters, NamesWhatIsMissing) {
    EXPECT_EQ(
        refusal("mroute.add", {{"source", "10.0.1.2"}, {"group", "239.1.1.1"}, {"iif", "lan1"}}),
        "parameter \"oifs\" (interfaces to send copies to) is missing; usage: mroute add SOURCE GROUP iif "
        "INTERFACE oifs INTERFACE[,INTERFACE...]");
}

TEST(Parameters, NamesWhatIsUnknown) {
    EXPECT_EQ(refusal("show.mfib", {{"grup", "239.1.1.1"}}),
              "unknown parameter \"grup\"; valid are group, source, max, after");
    EXPECT_EQ(refusal("show.ports", {{"port", "p0"}}),
              "unknown parameter \"port\"; \"show ports\" takes none");
    EXPECT_EQ(refusal("mroute.del", json::array({"*", "239.1.1.1", "x"})),
              "params: 3 values for 2 parameters; valid is: mroute del SOURCE GROUP");
}

TEST(Parameters, ChecksGroups) {
    const Parameter& group = *command("show.mfib").parameter("group");
    for (const auto* good : {"224.0.1.0", "239.255.255.255", "232.1.1.1"}) {
        EXPECT_TRUE(check_value(group, good)) << good;
    }
    for (const json& bad :
         {json("224.0.0.255"), json("240.0.0.0"), json("10.0.0.1"), json("239.1.1"), json("239.1.1.01"),
          json("*"), json(""), json(239), json(nullptr), json::array({"239.1.1.1"})}) {
        EXPECT_FALSE(check_value(group, bad)) << bad;
    }
    EXPECT_EQ(check_value(group, "10.1.1.1").error().what,
              "parameter \"group\": \"10.1.1.1\" is not valid; valid is a "
              "multicast group from 224.0.1.0 to 239.255.255.255, e.g. "
              "\"239.1.1.1\"");
}

/// What no router forwards can still be explained.
TEST(Parameters, ChecksMulticastAddresses) {
    const Parameter& group = *command("explain").parameter("group");
    for (const auto* good : {"224.0.0.0", "224.0.0.22", "224.0.1.0", "239.255.255.255"}) {
        EXPECT_TRUE(check_value(group, good)) << good;
    }
    for (const json& bad :
         {json("223.255.255.255"), json("240.0.0.0"), json("*"), json("224.0.0"), json(224)}) {
        EXPECT_FALSE(check_value(group, bad)) << bad;
    }
    EXPECT_EQ(
        check_value(group, "10.1.1.1").error().what,
        "parameter \"group\": \"10.1.1.1\" is not valid; valid is a multicast address from 224.0.0.0 to "
        "239.255.255.255, e.g. \"239.1.1.1\"");
    EXPECT_EQ(kind_name(group.kind), "multicast");
}

TEST(Parameters, ChecksSources) {
    const Parameter& source = *command("show.mfib").parameter("source");
    EXPECT_TRUE(check_value(source, "*"));
    EXPECT_TRUE(check_value(source, "10.0.1.2"));
    EXPECT_FALSE(check_value(source, "0.0.0.0"));
    EXPECT_FALSE(check_value(source, "127.0.0.1"));
    EXPECT_FALSE(check_value(source, "239.1.1.1"));
    EXPECT_FALSE(check_value(source, "any"));
}

TEST(Parameters, ChecksInterfaceLists) {
    const Parameter& oifs = *command("mroute.add").parameter("oifs");
    EXPECT_TRUE(check_value(oifs, json::array({"lan2"})));
    EXPECT_TRUE(check_value(oifs, json::array({"lan2", "lan3"})));
    EXPECT_FALSE(check_value(oifs, json::array()));
    EXPECT_FALSE(check_value(oifs, json::array({"lan2", "lan2"})));
    EXPECT_FALSE(check_value(oifs, json::array({"lan2", ""})));
    EXPECT_FALSE(check_value(oifs, json::array({"lan2", 3})));
    EXPECT_FALSE(check_value(oifs, json::array({"lan 2"})));
    EXPECT_FALSE(check_value(oifs, "lan2"));
}

TEST(Parameters, ChecksIntegers) {
    const Parameter& limit = *command("show.versions").parameter("limit");
    EXPECT_TRUE(check_value(limit, 1));
    EXPECT_TRUE(check_value(limit, 1000));
    for (const json& bad :
         {json(0), json(1001), json(-1), json(1.5), json("20"), json(18446744073709551615ULL)}) {
        EXPECT_FALSE(check_value(limit, bad)) << bad;
    }
}

TEST(Parameters, ChecksIntegersFromZero) {
    const Parameter& max = *command("mgm.get_first_mfe").parameter("max");
    EXPECT_TRUE(check_value(max, 0));
    EXPECT_TRUE(check_value(max, 1000));
    EXPECT_FALSE(check_value(max, 1001));
    EXPECT_EQ(check_value(max, -1).error().what,
              "parameter \"max\": -1 is not valid; valid is a whole number from 0 to 1000");
}

TEST(Parameters, ChecksSeconds) {
    const Parameter& time = *command("mgm.register").parameter("restart_time");
    for (const json& good : {json(0), json(0.5), json(3600)}) {
        EXPECT_TRUE(check_value(time, good)) << good;
    }
    for (const json& bad : {json(-0.1), json(3600.5), json(1e300), json("1"), json(nullptr), json(true)}) {
        EXPECT_FALSE(check_value(time, bad)) << bad;
    }
    EXPECT_EQ(seconds_in({{"t", 1.5}}, "t"), std::chrono::milliseconds(1500));
    EXPECT_FALSE(seconds_in({{"t", 1.5}}, "u"));
}

TEST(Parameters, ChecksWordsAndNames) {
    const Parameter& flags = *command("mgm.add_group_membership").parameter("flags");
    EXPECT_TRUE(check_value(flags, json::array({"join"})));
    EXPECT_TRUE(check_value(flags, json::array({"forward", "join"})));
    for (const json& bad : {json::array(), json::array({"join", "join"}), json::array({"prune"}),
                            json::array({1}), json("join"), json(3)}) {
        EXPECT_FALSE(check_value(flags, bad)) << bad;
    }
    EXPECT_EQ(check_value(flags, json::array({"prune"})).error().what,
              "parameter \"flags\": [\"prune\"] is not valid; valid is a list of some of join, forward");
    EXPECT_EQ(refusal("ownership.take", {{"interface", "lan1"}, {"protocol", "pim"}}),
              "parameter \"protocol\": \"pim\" is not valid; valid is one of static");
    const Parameter& name = *command("mgm.register").parameter("name");
    EXPECT_TRUE(check_value(name, "pim-1"));
    EXPECT_TRUE(check_value(name, std::string(31, 'x')));
    for (const json& bad :
         {json(""), json(std::string(32, 'x')), json("-x"), json("a b"), json("a\"b"), json(1)}) {
        EXPECT_FALSE(check_value(name, bad)) << bad;
    }
}

TEST(Parameters, ChecksWildcardsAndAddresses) {
    const Command& add = command("mgm.add_group_membership");
    EXPECT_TRUE(check_value(*add.parameter("group"), "*"));
    EXPECT_TRUE(check_value(*add.parameter("group"), "239.1.1.1"));
    EXPECT_FALSE(check_value(*add.parameter("group"), "224.0.0.5"));
    EXPECT_TRUE(check_value(*add.parameter("next_hop"), "0.0.0.0"));
    EXPECT_TRUE(check_value(*add.parameter("next_hop"), "10.0.0.1"));
    EXPECT_FALSE(check_value(*add.parameter("next_hop"), "239.1.1.1"));
    EXPECT_FALSE(check_value(*add.parameter("next_hop"), "*"));
}

TEST(Parameters, ChecksLevelsAndPaths) {
    const Parameter& level = *command("log.level").parameter("level");
    EXPECT_TRUE(check_value(level, "warn"));
    EXPECT_EQ(check_value(level, "loud").error().what,
              "parameter \"level\": \"loud\" is not valid; valid is one of trace, "
              "debug, info, warn, error, critical, off");
    const Parameter& path = *command("config.check").parameter("path");
    EXPECT_TRUE(check_value(path, "/etc/mcfwd/mcfwd.toml"));
    EXPECT_FALSE(check_value(path, "mcfwd.toml"));
    EXPECT_FALSE(check_value(path, std::string("/etc/\0x", 7)));
}

TEST(Parameters, ShowsLongAndNestedValuesShort) {
    const Parameter& group = *command("show.mfib").parameter("group");
    const auto long_text = check_value(group, std::string(100000, 'x')).error().what;
    EXPECT_LT(long_text.size(), 250U);
    EXPECT_TRUE(
        check_value(group, json::object()).error().what.starts_with("parameter \"group\": an object is not"));
}

TEST(Parameters, TurnsWordsIntoJson) {
    EXPECT_EQ(value_from_word(*command("mroute.add").parameter("oifs"), "lan2,lan3"),
              json::array({"lan2", "lan3"}));
    EXPECT_EQ(value_from_word(*command("mroute.add").parameter("oifs"), "lan2,"), json::array({"lan2", ""}));
    EXPECT_EQ(value_from_word(*command("show.versions").parameter("limit"), "20"), json(20));
    EXPECT_EQ(value_from_word(*command("show.versions").parameter("limit"), "20x"), json("20x"));
    EXPECT_EQ(value_from_word(*command("config.check").parameter("path"), "/a/b.toml"), json("/a/b.toml"));
    const std::string relative = value_from_word(*command("config.check").parameter("path"), "b.toml");
    EXPECT_TRUE(relative.starts_with('/') && relative.ends_with("/b.toml")) << relative;
}

TEST(Parameters, AreReadByHandlers) {
    const json params{{"source", "*"}, {"group", "239.1.1.1"}, {"limit", 7}, {"oifs", {"lan2", "lan3"}}};
    EXPECT_EQ(address_in(params, "source"), kAnySource);
    EXPECT_EQ(address_in(params, "group"), Ipv4Address(239, 1, 1, 1));
    EXPECT_EQ(address_in(params, "iif"), std::nullopt);
    EXPECT_EQ(text_in(params, "group"), "239.1.1.1");
    EXPECT_EQ(integer_in(params, "limit"), 7);
    EXPECT_EQ(list_in(params, "oifs"), (std::vector<std::string>{"lan2", "lan3"}));
    EXPECT_TRUE(list_in(params, "nothing").empty());
}
