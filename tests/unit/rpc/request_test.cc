// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lines and requests without a socket.
#include <new>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/commands.hh>
#include <controlplane/rpc/framing.hh>
#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/request.hh>

#include "answer_line.hh"
#include "fake_session.hh"

using namespace mcfwd;
using namespace mcfwd::rpc;
using nlohmann::json;

namespace {

class Requests : public testing::Test {
  protected:
    Requests() {
        registry.add("show.mfib", [this](const json& params) -> Expected<json> {
            ++calls;
            return json{{"params", params}};
        });
        registry.add("mroute.del", [](const json&) -> Expected<json> {
            return fail(Status::kNotFound, "no route (10.0.1.2, 239.1.1.1)");
        });
        registry.add("shutdown", [](const json&) -> Expected<json> { throw std::runtime_error("boom"); });
        registry.add("config.show", [](const json&) -> Expected<json> { return json{{"toml", "\xff"}}; });
        registry.add("config.check", [](const json&) -> Expected<json> {
            return json{{"big", std::string(5U << 20U, 'x')}};
        });
    }

    json ask(const std::string& line) {
        const std::string answer = answer_line(registry, line, session);
        EXPECT_TRUE(answer.ends_with('\n'));
        EXPECT_EQ(answer.find('\n'), answer.size() - 1);
        return json::parse(answer);
    }
    int code(const std::string& line) { return ask(line).at("error").at("code"); }

    FakeSession session;
    Registry registry;
    int calls = 0;
};

} // namespace

TEST(LineFramer, CutsLinesHoweverTheyArrive) {
    LineFramer framer(10);
    std::string line;
    for (const char c : std::string("ab\n\ncd")) {
        framer.append(std::string_view(&c, 1));
    }
    ASSERT_EQ(framer.next(line), Framing::kLine);
    EXPECT_EQ(line, "ab");
    ASSERT_EQ(framer.next(line), Framing::kLine);
    EXPECT_EQ(line, "");
    EXPECT_EQ(framer.next(line), Framing::kNeedMore);
    framer.append("ef\nx");
    ASSERT_EQ(framer.next(line), Framing::kLine);
    EXPECT_EQ(line, "cdef");
    EXPECT_EQ(framer.next(line), Framing::kNeedMore);
}

TEST(LineFramer, TakesALineOfExactlyTheLimit) {
    LineFramer framer(4);
    std::string line;
    framer.append("abcd\n");
    ASSERT_EQ(framer.next(line), Framing::kLine);
    EXPECT_EQ(line, "abcd");
    framer.append("abcd");
    EXPECT_EQ(framer.next(line), Framing::kNeedMore);
    framer.append("e");
    EXPECT_EQ(framer.next(line), Framing::kTooLong);
    framer.append("\nok\n");
    EXPECT_EQ(framer.next(line), Framing::kTooLong);
}

TEST(LineFramer, RefusesALongLineThatCameComplete) {
    LineFramer framer(4);
    std::string line;
    framer.append("ok\nabcde\nno\n");
    EXPECT_EQ(framer.next(line), Framing::kLine);
    EXPECT_EQ(framer.next(line), Framing::kTooLong);
}

TEST_F(Requests, AnswersWithTheCheckedParameters) {
    EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":7,"method":"show.mfib","params":["239.1.1.1"]})"),
              (json{{"jsonrpc", "2.0"}, {"id", 7}, {"result", {{"params", {{"group", "239.1.1.1"}}}}}}));
    EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":"a","method":"show.mfib"})").at("id"), "a");
    EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":null,"method":"show.mfib"})").at("id"), nullptr);
}

TEST_F(Requests, UsesTheStandardCodes) {
    EXPECT_EQ(code("garbage"), -32700);
    EXPECT_EQ(code("{\"jsonrpc\":\"2.0\""), -32700);
    EXPECT_EQ(code("\xff\xfe\x01"), -32700);
    EXPECT_EQ(code("1"), -32600);
    EXPECT_EQ(code("[]"), -32600);
    EXPECT_EQ(code(R"({"id":1,"method":"show.mfib"})"), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"1.0","id":1,"method":"show.mfib"})"), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":{},"method":"show.mfib"})"), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":5})"), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"show.mfib","params":"x"})"), -32600);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"show.nothing"})"), -32601);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"show.ports"})"), -32601)
        << "in the table, but nobody answers";
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"show.mfib","params":{"group":"x"}})"), -32602);
    EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"show.mfib","params":{"group":"x"}})")
                  .at("error")
                  .at("data")
                  .at("status"),
              "INVALID_PARAMETER");
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"shutdown"})"), -32603);
    EXPECT_EQ(calls, 0);
}

TEST_F(Requests, SaysWhereJsonBreaks) {
    EXPECT_EQ(
        ask(R"({"id": x})").at("error").at("message"),
        R"(not JSON at octet 8; valid is {"jsonrpc": "2.0", "id": 1, "method": "show.status"} on one line)");
}

TEST_F(Requests, KeepsTheIdOfAnInvalidRequest) {
    EXPECT_EQ(ask(R"({"id":9,"method":"show.mfib"})").at("id"), 9);
    EXPECT_EQ(ask(R"({"id":[9],"method":"show.mfib"})").at("id"), nullptr);
}

TEST_F(Requests, PassesAHandlersRefusalOn) {
    EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"mroute.del","params":["10.0.1.2","239.1.1.1"]})")
                  .at("error"),
              (json{{"code", -32000},
                    {"message", "no route (10.0.1.2, 239.1.1.1)"},
                    {"data", {{"status", "NOT_FOUND"}}}}));
}

TEST_F(Requests, RepairsTextThatIsNotUtf8) {
    EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"config.show"})").at("result").at("toml"),
              "\xef\xbf\xbd");
}

TEST_F(Requests, GivesNoAnswerToNotificationsAndBlankLines) {
    EXPECT_EQ(answer_line(registry, R"({"jsonrpc":"2.0","method":"show.mfib"})", session), "");
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(answer_line(registry, R"({"jsonrpc":"2.0","method":"show.nothing"})", session), "");
    EXPECT_EQ(answer_line(registry, "", session), "");
    EXPECT_EQ(answer_line(registry, " \t\r", session), "");
}

TEST_F(Requests, AnswersBatchesInOrderWithoutTheNotifications) {
    const json answers =
        ask(R"([{"jsonrpc":"2.0","id":1,"method":"show.mfib"},{"jsonrpc":"2.0","method":"show.mfib"},)"
            R"(5,{"jsonrpc":"2.0","id":2,"method":"no"}])");
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].at("id"), 1);
    EXPECT_EQ(answers[1].at("error").at("code"), -32600);
    EXPECT_EQ(answers[2].at("error").at("code"), -32601);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(answer_line(registry, R"([{"jsonrpc":"2.0","method":"show.mfib"}])", session), "");
}

TEST_F(Requests, BoundsBatches) {
    json batch = json::array();
    for (std::size_t i = 0; i < kBatchLimit; ++i) {
        batch.push_back({{"jsonrpc", "2.0"}, {"id", i}, {"method", "show.mfib"}});
    }
    EXPECT_EQ(ask(batch.dump()).size(), kBatchLimit);
    batch.push_back(batch[0]);
    EXPECT_EQ(code(batch.dump()), -32600);

    const json big{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "config.check"}, {"params", {"/x"}}};
    const json answers = ask(json::array({big, big, big}).dump());
    EXPECT_TRUE(answers[1].contains("result"));
    EXPECT_EQ(answers[2].at("error").at("code"), -32600)
        << "two answers of 5 MiB are over the limit of 8 MiB";
}

TEST_F(Requests, LeavesNotificationsBehindTheLimitUnansweredToo) {
    const json big{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "config.check"}, {"params", {"/x"}}};
    const json note{{"jsonrpc", "2.0"}, {"method", "show.mfib"}};
    const json answers = ask(json::array({big, big, note, 5}).dump());
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[2].at("error").at("code"), -32600);
    EXPECT_EQ(calls, 0) << "what is behind the limit is not done";
}

TEST_F(Requests, DoesOneRequestOfABatchAStep) {
    const json one{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "show.mfib"}};
    const std::string line = json::array({one, one, one}).dump();
    Exchange exchange(registry, session, line);
    EXPECT_TRUE(exchange.step());
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(exchange.step());
    EXPECT_FALSE(exchange.step());
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(json::parse(exchange.answer()).size(), 3U);
}

TEST_F(Requests, DoesWorkInParts) {
    int parts = 0;
    registry.add_work("log.level", [&](const json& params, Session&) -> Expected<Work> {
        if (params.empty()) {
            return fail(Status::kCanNotComplete, "not now");
        }
        return [&]() -> std::optional<Expected<json>> {
            if (++parts == 4) {
                throw std::runtime_error("boom");
            }
            return parts < 3 ? std::nullopt : std::optional<Expected<json>>(json{{"parts", parts}});
        };
    });
    const std::string line = R"({"jsonrpc":"2.0","id":7,"method":"log.level","params":["info"]})";
    Exchange exchange(registry, session, line);
    EXPECT_TRUE(exchange.step());
    EXPECT_TRUE(exchange.step());
    EXPECT_EQ(parts, 2);
    EXPECT_FALSE(exchange.step());
    EXPECT_EQ(json::parse(exchange.answer()),
              (json{{"jsonrpc", "2.0"}, {"id", 7}, {"result", {{"parts", 3}}}}));
    EXPECT_EQ(code(line), -32603);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":7,"method":"log.level"})"), -32000);
    parts = 0;
    const json batch = ask('[' + line + ',' + line + ']');
    EXPECT_EQ(batch.at(0).at("result").at("parts"), 3);
    EXPECT_EQ(batch.at(1).at("error").at("code"), -32603) << "the second one begins with part 4";
}

TEST_F(Requests, SaysWhenThereIsNoMemory) {
    registry.add("clear.counters", [](const json&) -> Expected<json> { throw std::bad_alloc(); });
    registry.add_work("show.drops", [](const json&, Session&) -> Expected<Work> {
        return []() -> std::optional<Expected<json>> { throw std::bad_alloc(); };
    });
    for (const std::string method : {"clear.counters", "show.drops"}) {
        const json error = ask(R"({"jsonrpc":"2.0","id":1,"method":")" + method + "\"}").at("error");
        EXPECT_EQ(error.at("code"), -32000) << method;
        EXPECT_EQ(error.at("data").at("status"), "NOT_ENOUGH_MEMORY") << method;
    }
}

TEST_F(Requests, SurvivesDeepNesting) {
    const std::size_t deep = 500000;
    EXPECT_EQ(code(std::string(deep, '[') + std::string(deep, ']')), -32600);
    EXPECT_EQ(code(std::string(deep, '[')), -32600 - 100);
    EXPECT_EQ(code(R"({"jsonrpc":"2.0","id":1,"method":"show.mfib","params":{"group":)" +
                   std::string(deep, '[') + std::string(deep, ']') + "}}"),
              -32600);
}

TEST(RegistryTest, KnowsWhatIsMissing) {
    Registry registry;
    EXPECT_NE(registry.find("rpc.discover"), nullptr);
    auto missing = registry.missing();
    EXPECT_EQ(missing.size(), commands().size() - 1);
    for (const auto& method : missing) {
        registry.add(method, [](const json&) -> Expected<json> { return json::object(); });
    }
    EXPECT_TRUE(registry.missing().empty());
}

TEST(RegistryDeathTest, RefusesUnknownAndDoubleHandlers) {
    Registry registry;
    const auto nothing = [](const json&) -> Expected<json> { return json::object(); };
    EXPECT_DEATH(registry.add("show.nothing", nothing), "handler for \"show.nothing\": no such command");
    EXPECT_DEATH(registry.add("rpc.discover", nothing), "handler for \"rpc.discover\": there is one already");
}

TEST(RegistryTest, DescribesEveryMethod) {
    const Registry registry;
    FakeSession session;
    const json methods =
        registry.find("rpc.discover")->at_once(json::object(), session).value().at("methods");
    EXPECT_EQ(methods.size(), commands().size());
    for (const json& method : methods) {
        if (method.at("name") == "mgm.register") {
            EXPECT_EQ(method.at("usage"), nullptr) << "nobody types it";
            EXPECT_EQ(method.at("parameters").at(0), (json{{"name", "protocol_id"},
                                                           {"kind", "integer"},
                                                           {"required", true},
                                                           {"keyword", nullptr},
                                                           {"minimum", 0},
                                                           {"maximum", 4294967295},
                                                           {"help", "number of the protocol; 10 is IGMP"}}));
        }
        if (method.at("name") == "group.join") {
            EXPECT_EQ(method.at("parameters").at(1), (json{{"name", "source"},
                                                           {"kind", "source"},
                                                           {"required", false},
                                                           {"keyword", "source"},
                                                           {"help", "only from this sender"}}));
        }
    }
}
