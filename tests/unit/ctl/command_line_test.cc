// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What people type, and what they are told when it is wrong.
#include <gtest/gtest.h>

#include <controlplane/ctl/command_line.hh>
#include <controlplane/ctl/completion.hh>

using namespace mcfwd;
using namespace mcfwd::ctl;
using nlohmann::json;

namespace {

std::string method(std::string_view line) {
    const auto request = parse(split(line));
    return request ? request->command->method() : request.error().message;
}

json params(std::string_view line) {
    const auto request = parse(split(line));
    return request ? request->params : json(request.error().message);
}

std::vector<std::string> offered(std::string_view before, std::string_view partial) {
    return completions(before, partial, [](const rpc::Parameter& parameter) {
        const bool interface = parameter.kind == rpc::ParameterKind::kInterface ||
                               parameter.kind == rpc::ParameterKind::kInterfaceList;
        return interface ? std::vector<std::string>{"lan1", "lan2", "wan"} : std::vector<std::string>();
    });
}

using Words = std::vector<std::string>;

} // namespace

TEST(CommandLine, FindsCommands) {
    EXPECT_EQ(method("show mfib"), "show.mfib");
    EXPECT_EQ(method("show igmp groups"), "show.igmp.groups");
    EXPECT_EQ(method("shutdown"), "shutdown");
}

TEST(CommandLine, AcceptsUniquePrefixes) {
    EXPECT_EQ(method("sho mfi"), "show.mfib");
    EXPECT_EQ(method("sho ig gr"), "show.igmp.groups");
    EXPECT_EQ(method("lo le warn"), "log.level");
    EXPECT_EQ(method("sh mfib"), "show.mfib") << "not shutdown";
    EXPECT_EQ(method("shu"), "shutdown");
    EXPECT_EQ(params("g j 239.1.1.1 s 10.0.1.2 i lan1"),
              (json{{"group", "239.1.1.1"}, {"source", "10.0.1.2"}, {"interface", "lan1"}}));
}

TEST(CommandLine, TakesFlags) {
    EXPECT_EQ(params("show igmp groups"), json::object());
    EXPECT_EQ(params("show igmp groups --hosts"), (json{{"hosts", true}}));
    EXPECT_EQ(params("show igmp groups lan1 --hosts"), (json{{"interface", "lan1"}, {"hosts", true}}));
    EXPECT_EQ(params("show igmp groups --hosts lan1"), (json{{"interface", "lan1"}, {"hosts", true}}));
    EXPECT_EQ(params("show igmp groups --hosts --hosts"),
              "unexpected \"--hosts\"; usage: show igmp groups [INTERFACE] [--hosts]");
    EXPECT_EQ(offered("show igmp groups ", "--"), Words{"--hosts"});
    EXPECT_EQ(rpc::find_method("show.igmp.groups")->usage(), "show igmp groups [INTERFACE] [--hosts]");
}

TEST(CommandLine, TakesAnyNumberOfTopics) {
    EXPECT_EQ(params("events"), json::object());
    EXPECT_EQ(params("events ownership"), (json{{"topics", {"ownership"}}}));
    EXPECT_EQ(params("events ownership mfe port"), (json{{"topics", {"ownership", "mfe", "port"}}}));
    EXPECT_EQ(params("events weather"),
              "parameter \"topics\": [\"weather\"] is not valid; valid is a list of some of "
              "membership, ownership, mfe, table, port");
    EXPECT_EQ(params("events mfe mfe").is_string(), true) << "each once";
    EXPECT_EQ(params("show events mfe"), (json{{"topic", "mfe"}}));
    EXPECT_EQ(offered("events mfe ", "o"), Words{"ownership"});
    EXPECT_EQ(rpc::find_method("events")->usage(), "events [TOPIC ...]");
}

TEST(CommandLine, TakesAProtocol) {
    const json expected{{"interface", "lan1"}, {"protocol", "static"}};
    EXPECT_EQ(params("ownership take lan1 --protocol static"), expected);
    EXPECT_EQ(params("ownership release lan1 --protocol static"), expected);
    EXPECT_EQ(params("ownership take lan1 --protocol pim"),
              "parameter \"protocol\": \"pim\" is not valid; valid is one of static");
    EXPECT_EQ(offered("ownership take ", "l"), (Words{"lan1", "lan2"}));
    EXPECT_EQ(offered("ownership take lan1 ", ""), Words{"--protocol"});
    EXPECT_EQ(offered("ownership take lan1 --protocol ", ""), Words{"static"});
}

TEST(CommandLine, HasNoCommandsForPrograms) {
    EXPECT_TRUE(method("mgm register").starts_with("unknown command"));
    EXPECT_EQ(help_after(Words{}, "mg"), "nothing begins with \"mg\" here\n");
}

TEST(CommandLine, ExplainsWrongWords) {
    EXPECT_EQ(method("show mf"), "ambiguous command \"show mf\": mfib, mfe");
    EXPECT_EQ(method("show igmp x"),
              "unknown command \"show igmp x\"; valid here: interfaces, groups, proxy");
    EXPECT_EQ(method("show igmp"), "\"show igmp\" is not a whole command; next: interfaces, groups, proxy");
    EXPECT_EQ(
        method("reboot"),
        "unknown command \"reboot\"; valid here: show, explain, events, ownership, mroute, rpf_route, group, "
        "snooping, config, log, clear, shutdown, rpc");
    EXPECT_EQ(method("show ports p0"), "unexpected \"p0\"; usage: show ports");
}

TEST(CommandLine, TakesParametersByPositionAndKeyword) {
    EXPECT_EQ(params("show mfib"), json::object());
    EXPECT_EQ(params("show mfib 239.1.1.1 *"), (json{{"group", "239.1.1.1"}, {"source", "*"}}));
    const json route{
        {"source", "10.0.1.2"}, {"group", "239.9.9.9"}, {"iif", "lan1"}, {"oifs", {"lan2", "lan3"}}};
    EXPECT_EQ(params("mroute add 10.0.1.2 239.9.9.9 iif lan1 oifs lan2,lan3"), route);
    EXPECT_EQ(params("mroute add 10.0.1.2 239.9.9.9 oifs lan2,lan3 iif lan1"), route);
    EXPECT_EQ(params("group leave 239.1.1.1 interface interface"),
              (json{{"group", "239.1.1.1"}, {"interface", "interface"}}))
        << "a value may look like a keyword";
    EXPECT_EQ(params("show versions 5"), (json{{"limit", 5}}));
}

TEST(CommandLine, TakesAPlaceWithItsKeywordOrWithout) {
    const json at_port{{"group", "239.1.1.1"}, {"at", "p3:10"}};
    EXPECT_EQ(params("explain 239.1.1.1 at p3:10"), at_port);
    EXPECT_EQ(params("explain 239.1.1.1 p3:10"), at_port);
    const json of_source{{"group", "239.1.1.1"}, {"source", "10.0.1.2"}, {"at", "lan1"}};
    EXPECT_EQ(params("explain 239.1.1.1 10.0.1.2 lan1"), of_source);
    EXPECT_EQ(params("explain 239.1.1.1 10.0.1.2 at lan1"), of_source);
    EXPECT_EQ(params("explain 239.1.1.1 lan1 10.0.1.2"), of_source);
    EXPECT_EQ(params("explain 239.1.1.1 *"), (json{{"group", "239.1.1.1"}, {"source", "*"}}));
    EXPECT_EQ(params("explain 239.1.1.1 10.0.1.2 lan1 lan2"),
              "unexpected \"lan2\"; usage: explain GROUP [SOURCE] [[at] INTERFACE|PORT]");
    EXPECT_EQ(params("explain 239.1.1.1 at p3:x"),
              "parameter \"at\": \"p3:x\" is not valid; valid is the name of an interface, bridge or port, "
              "e.g. \"lan1\" or \"p3:10\"");
    EXPECT_EQ(params("explain 239.1.1.1 -"),
              "parameter \"source\": \"-\" is not valid; valid is a unicast address, e.g. \"10.0.1.2\", or "
              "\"*\" for any source");
}

TEST(CommandLine, ExplainsWrongParameters) {
    EXPECT_EQ(params("group join 239.1.1.1"), "parameter \"interface\" (interface where the receivers are) "
                                              "is missing; usage: group join GROUP [source "
                                              "SOURCE] interface INTERFACE");
    EXPECT_EQ(params("group join 239.1.1.1 interface"),
              "\"interface\" needs a value; usage: group join GROUP [source SOURCE] interface INTERFACE");
    EXPECT_EQ(params("group join 239.1.1.1 interface lan1 interface lan2"),
              "unexpected \"interface\"; usage: group join GROUP [source SOURCE] interface INTERFACE");
    EXPECT_EQ(params("show mfib 10.0.0.1"),
              "parameter \"group\": \"10.0.0.1\" is not valid; valid is a multicast group from "
              "224.0.1.0 to 239.255.255.255, e.g. \"239.1.1.1\"");
    EXPECT_EQ(params("show versions many"),
              "parameter \"limit\": \"many\" is not valid; valid is a whole number from 1 to 1000");
    EXPECT_EQ(parse(split("show mfib 10.0.0.1")).error().exit, Exit::kUsage);
}

TEST(CommandLine, SplitsWords) {
    EXPECT_EQ(split("  show\t mfib \r"), (Words{"show", "mfib"}));
    EXPECT_EQ(split("config check \"/a b/c.toml\""), (Words{"config", "check", "/a b/c.toml"}));
    EXPECT_EQ(split("a \"\" b"), (Words{"a", "", "b"}));
    EXPECT_EQ(split(""), Words{});
}

TEST(CommandLine, RefusesAnEmptyWord) {
    EXPECT_EQ(method("\"\"").substr(0, 18), "unknown command \"\"");
}

TEST(Help, ListsWhatMayFollow) {
    EXPECT_EQ(help_after(Words{"show", "igmp"}, ""),
              "  interfaces  querier state, timers and counters per interface\n"
              "  groups      groups with members: mode, sources, timers, hosts\n"
              "  proxy       what the proxy asks for upstream, and because of whom\n");
    EXPECT_EQ(help_after(Words{"show", "mfib"}, ""),
              "  GROUP    only this group\n"
              "  <enter>  what the workers forward: iif, oifs, packets, rates\n");
    EXPECT_EQ(help_after(Words{"group", "join", "239.1.1.1"}, ""),
              "  source     only from this sender\n"
              "  interface  interface where the receivers are\n");
    EXPECT_EQ(help_after(Words{"mroute", "add", "*", "239.1.1.1", "iif", "lan1", "oifs"}, ""),
              "  INTERFACE[,INTERFACE...]  interfaces to send copies to\n");
}

TEST(Help, OffersTheValuesThatThereAre) {
    const KnownValues known = [](const rpc::Parameter& parameter) {
        return parameter.kind == rpc::ParameterKind::kInterface ? Words{"lan1", "lan2", "wan"} : Words{};
    };
    EXPECT_EQ(help_after(Words{"log", "level"}, "e"),
              "  LEVEL  new level; left out: tell the present one (error)\n");
    EXPECT_EQ(help_after(Words{"show", "igmp", "groups"}, "", known),
              "  --hosts    with every host and what it wants\n"
              "  INTERFACE  only this interface (lan1, lan2, wan)\n"
              "  <enter>    groups with members: mode, sources, timers, hosts\n");
    EXPECT_EQ(help_after(Words{"show", "igmp", "groups"}, "lan", known),
              "  INTERFACE  only this interface (lan1, lan2)\n");
    EXPECT_EQ(help_after(Words{"ownership", "take", "lan1", "--protocol"}, "", known),
              "  PROTOCOL  built-in protocol that takes or releases it (static)\n");
    EXPECT_EQ(help_after(Words{"show", "mfib"}, "2", known), "  GROUP  only this group\n");
}

TEST(Help, NarrowsByPrefix) {
    EXPECT_EQ(help_after(Words{"show"}, "mfi"),
              "  mfib  what the workers forward: iif, oifs, packets, rates\n");
    EXPECT_EQ(help_after(Words{}, "mr"), "  mroute  add | del\n");
    EXPECT_EQ(help_after(Words{}, "zz"), "nothing begins with \"zz\" here\n");
    EXPECT_EQ(help_after(Words{"zz"}, ""),
              "unknown command \"zz\"; valid here: show, explain, events, ownership, mroute, rpf_route, "
              "group, snooping, config, log, clear, shutdown, rpc\n");
}

TEST(Completion, OffersWordsAndKeywords) {
    EXPECT_EQ(offered("", "s"), (Words{"show", "snooping", "shutdown"}));
    EXPECT_EQ(offered("show ig ", ""), (Words{"interfaces", "groups", "proxy"}));
    EXPECT_EQ(offered("group join 239.1.1.1 ", "in"), Words{"interface"});
    EXPECT_EQ(offered("group join 239.1.1.1 source 10.0.0.1 ", ""), Words{"interface"});
    EXPECT_EQ(offered("nonsense ", ""), Words{});
}

TEST(Completion, OffersValues) {
    EXPECT_EQ(offered("log level ", "e"), Words{"error"});
    EXPECT_EQ(offered("show igmp groups ", "l"), (Words{"lan1", "lan2"}));
    EXPECT_EQ(offered("mroute add * 239.1.1.1 oifs ", ""), (Words{"lan1", "lan2", "wan"}));
    EXPECT_EQ(offered("mroute add * 239.1.1.1 oifs lan1,", "w"), Words{"wan"});
    EXPECT_EQ(offered("show mfib ", ""), Words{}) << "groups are not known";
}

TEST(Completion, KnowsWhereAFileNameGoes) {
    EXPECT_TRUE(wants_path("config check "));
    EXPECT_FALSE(wants_path("config "));
    EXPECT_FALSE(wants_path("show mfib "));
}
