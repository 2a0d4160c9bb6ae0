// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A real server on a real socket, with clients that do everything wrong.
#include <cerrno>
#include <chrono>
#include <deque>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/server.hh>
#include <controlplane/rpc/session.hh>

#include "socket_client.hh"

using namespace mcfwd;
using namespace mcfwd::rpc;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

std::string request(int id, std::string_view method, const json& params = json::object()) {
    return json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump() + '\n';
}

/// Lines "0", "1", ... that are counted when they are made.
class Ticker final : public LineSource {
  public:
    std::size_t take_line(std::string& out) override {
        out += std::to_string(waiting.front()) + '\n';
        waiting.pop_front();
        ++made;
        return 40;
    }
    void drop_line() override { waiting.pop_front(); }
    std::deque<int> waiting;
    int made = 0;
};

class ServerTest : public testing::Test {
  protected:
    ServerTest() {
        options.socket = directory.path() / "run" / "mcfwd.sock";
        registry.add("show.status", [](const json&) -> Expected<json> { return json{{"uptime", 1}}; });
        registry.add("show.mfib",
                     [this](const json&) -> Expected<json> { return json{{"big", std::string(big, 'x')}}; });
        registry.add("clear.counters", [this](const json&, Session& session) -> Expected<json> {
            for (int i = 0; i < pushed; ++i) {
                ticker->waiting.push_back(i);
                session.push(ticker, 40);
            }
            return json{{"pid", session.peer().pid}};
        });
        registry.add("config.show", [this](const json&, Session& session) -> Expected<json> {
            session.on_close([this] {
                ++ends;
                if (ends_without_memory) {
                    throw std::bad_alloc();
                }
            });
            watched = &session;
            return json::object();
        });
        registry.add("log.level", [this](const json&, Session& session) -> Expected<json> {
            session.on_close([this] { ++ends; });
            session.stay_open();
            watched = &session;
            return json::object();
        });
        registry.add("shutdown", [this](const json&) -> Expected<json> {
            asio::post(io, [this] { server->stop(); });
            return json::object();
        });
    }

    void start() { server = Server::listen(io, registry, options).value(); }

    /// Lets the server work until `done`, but not for ever.
    template <typename Condition>
    [[nodiscard]] bool eventually(Condition done) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!done()) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            io.run_one_for(1ms);
            io.poll();
        }
        return true;
    }

    json next(SocketClient& client) {
        std::optional<std::string> line;
        EXPECT_TRUE(eventually([&] { return (line = client.line()).has_value(); }));
        return line ? json::parse(*line) : json();
    }
    /// Writes as far as the server reads; false when it has closed.
    bool write_all(SocketClient& client, std::string_view text) {
        return eventually([&] {
                   const ssize_t taken = client.write(text);
                   text.remove_prefix(taken < 0 ? text.size() : static_cast<std::size_t>(taken));
                   alive = taken >= 0;
                   return text.empty();
               }) &&
               alive;
    }

    TemporaryDirectory directory;
    ServerOptions options;
    Registry registry;
    std::size_t big = 2U << 20U; // ten times what a unix socket holds
    bool alive = true;
    int pushed = 3;
    int ends = 0;
    bool ends_without_memory = false;
    std::shared_ptr<Ticker> ticker = std::make_shared<Ticker>();
    Session* watched = nullptr;
    asio::io_context io;
    std::unique_ptr<Server> server;
};

} // namespace

TEST_F(ServerTest, Answers) {
    start();
    SocketClient client(options.socket);
    ASSERT_EQ(client.error(), 0);
    ASSERT_TRUE(write_all(client, request(1, "show.status")));
    EXPECT_EQ(next(client), (json{{"jsonrpc", "2.0"}, {"id", 1}, {"result", {{"uptime", 1}}}}));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    SocketClient client(options.socket);
    std::string all;
    for (int id = 0; id < 1000; ++id) {
        all += request(id, "show.status");
    }
    ASSERT_TRUE(write_all(client, all));
    for (int id = 0; id < 1000; ++id) {
        ASSERT_EQ(next(client).at("id"), id);
    }
    EXPECT_EQ(server->counters().requests, 1000U);
}

TEST_F(ServerTest, DeliversLargeAnswersToAPatientPipeliner) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(
        write_all(client, request(1, "show.mfib") + request(2, "show.mfib") + request(3, "show.status")));
    EXPECT_EQ(next(client).at("result").at("big").get_ref<const std::string&>().size(), big);
    EXPECT_EQ(next(client).at("id"), 2);
    EXPECT_EQ(next(client).at("id"), 3);
    EXPECT_EQ(server->counters().slow_readers, 0U);
}

TEST_F(ServerTest, LivesOnAfterGarbage) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, "\xff\x01 garbage\n" + request(2, "show.status")));
    EXPECT_EQ(next(client).at("error").at("code"), -32700);
    EXPECT_EQ(next(client).at("id"), 2);
}

TEST_F(ServerTest, TellsTheEndToAllAlsoWhenOneFindsNoMemory) {
    start();
    ends_without_memory = true;
    {
        SocketClient client(options.socket);
        ASSERT_TRUE(write_all(client, request(1, "config.show") + request(2, "config.show")));
        EXPECT_EQ(next(client).at("id"), 1);
        EXPECT_EQ(next(client).at("id"), 2);
    }
    EXPECT_TRUE(eventually([&] { return ends == 2; }));
    EXPECT_EQ(server->counters().connections, 0U);
    EXPECT_EQ(server->counters().out_of_memory, 2U);
}

TEST_F(ServerTest, LivesOnAfterNumbersThatAreNone) {
    start();
    SocketClient client(options.socket);
    for (const std::string_view line : {"{\"id\": 1e999}\n", "[1e999]\n", "-1e999\n", "[[[[1e400]]]]\n"}) {
        ASSERT_TRUE(write_all(client, std::string(line)));
        EXPECT_EQ(next(client).at("error").at("code"), -32700) << line;
    }
    ASSERT_TRUE(write_all(client, request(2, "show.status")));
    EXPECT_EQ(next(client).at("id"), 2);
}

TEST_F(ServerTest, WaitsForTheOtherHalfOfALine) {
    start();
    SocketClient client(options.socket);
    const std::string text = request(1, "show.status");
    ASSERT_TRUE(write_all(client, text.substr(0, 20)));
    SocketClient other(options.socket);
    ASSERT_TRUE(write_all(other, request(5, "show.status")));
    EXPECT_EQ(next(other).at("id"), 5);
    EXPECT_FALSE(client.line());
    ASSERT_TRUE(write_all(client, text.substr(20)));
    EXPECT_EQ(next(client).at("id"), 1);
}

TEST_F(ServerTest, ForgetsHalfALineOfAClientThatLeaves) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, R"({"jsonrpc":"2.0",)"));
    ASSERT_TRUE(eventually([&] { return server->counters().connections == 1; }));
    client.close();
    EXPECT_TRUE(eventually([&] { return server->counters().connections == 0; }));
    EXPECT_EQ(server->counters().requests, 0U);
}

TEST_F(ServerTest, AnswersAClientThatEndsItsInput) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "show.mfib") + request(2, "show.status")));
    client.end_input();
    EXPECT_EQ(next(client).at("id"), 1);
    EXPECT_EQ(next(client).at("id"), 2);
    EXPECT_TRUE(eventually([&] { return client.at_end(); }));
}

TEST_F(ServerTest, ClosesAfterALineOverTheLimit) {
    start();
    SocketClient client(options.socket);
    EXPECT_FALSE(write_all(client, std::string(2U << 20U, 'x')));
    const json error = next(client).at("error");
    EXPECT_EQ(error.at("code"), -32600);
    EXPECT_EQ(error.at("message"), "a line of more than 1048576 octets; the connection is closed");
    EXPECT_TRUE(eventually([&] { return client.at_end(); }));
    EXPECT_EQ(server->counters().oversized_lines, 1U);
    EXPECT_EQ(server->counters().connections, 0U);
}

TEST_F(ServerTest, TakesALineOfTheLimit) {
    start();
    SocketClient client(options.socket);
    std::string line = request(1, "show.status");
    line.insert(line.size() - 1, options.line_limit - line.size() + 1, ' ');
    ASSERT_TRUE(write_all(client, line));
    EXPECT_EQ(next(client).at("id"), 1);
}

TEST_F(ServerTest, SurvivesAClientThatClosesMidAnswer) {
    start();
    auto client = std::make_unique<SocketClient>(options.socket);
    ASSERT_TRUE(write_all(*client, request(1, "show.mfib")));
    ASSERT_TRUE(eventually([&] { return server->counters().requests == 1; }));
    client.reset();
    EXPECT_TRUE(eventually([&] { return server->counters().connections == 0; }));
    SocketClient other(options.socket);
    ASSERT_TRUE(write_all(other, request(2, "show.status")));
    EXPECT_EQ(next(other).at("id"), 2);
}

TEST_F(ServerTest, CutsOffAClientThatDoesNotRead) {
    options.stall_limit = 20ms;
    start();
    SocketClient slow(options.socket);
    ASSERT_TRUE(write_all(slow, request(1, "show.mfib")));
    SocketClient other(options.socket);
    ASSERT_TRUE(write_all(other, request(2, "show.status")));
    EXPECT_EQ(next(other).at("id"), 2) << "nobody waits for the slow one";
    EXPECT_TRUE(eventually([&] { return server->counters().slow_readers == 1; }));
    EXPECT_EQ(server->counters().connections, 1U);
}

TEST_F(ServerTest, AsksAClientThatDoesNotReadForNothingMore) {
    big = 300000;
    options.output_limit = 100000;
    start();
    SocketClient slow(options.socket);
    std::string all;
    for (int id = 0; id < 10; ++id) {
        all += request(id, "show.mfib");
    }
    ASSERT_TRUE(write_all(slow, all));
    SocketClient other(options.socket);
    for (int id = 0; id < 10; ++id) {
        ASSERT_TRUE(write_all(other, request(id, "show.status")));
        ASSERT_EQ(next(other).at("id"), id);
    }
    EXPECT_LE(server->counters().requests, 12U) << "one or two answers are made, not ten";
    for (int id = 0; id < 10; ++id) {
        ASSERT_EQ(next(slow).at("id"), id);
    }
}

TEST_F(ServerTest, RefusesConnectionsOverTheLimit) {
    options.connection_limit = 2;
    start();
    SocketClient one(options.socket);
    auto two = std::make_unique<SocketClient>(options.socket);
    SocketClient three(options.socket);
    EXPECT_EQ(next(three).at("error").at("message"), "2 connections are open, which is the limit");
    EXPECT_TRUE(eventually([&] { return three.at_end(); }));
    two.reset();
    ASSERT_TRUE(eventually([&] { return server->counters().connections == 1; }));
    SocketClient four(options.socket);
    ASSERT_TRUE(write_all(four, request(4, "show.status")));
    EXPECT_EQ(next(four).at("id"), 4);
    EXPECT_EQ(server->counters().refused_connections, 1U);
    EXPECT_EQ(server->counters().accepted, 3U);
}

TEST_F(ServerTest, DeliversTheAnswerToShutdown) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "shutdown")));
    EXPECT_EQ(next(client).at("result"), json::object());
    EXPECT_TRUE(eventually([&] { return client.at_end(); }));
    EXPECT_FALSE(std::filesystem::exists(options.socket));
    io.restart();
    EXPECT_EQ(io.poll(), 0U) << "nothing is left on the loop";
}

TEST_F(ServerTest, StopsInTheMiddleOfAnAnswer) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "show.mfib") + request(2, "show.status")));
    ASSERT_TRUE(eventually([&] { return server->counters().requests >= 1; }));
    server.reset();
    io.restart();
    io.poll();
    EXPECT_TRUE(eventually([&] { return client.line() == std::nullopt && io.stopped(); }));
}

TEST_F(ServerTest, PushesWhatARequestCausedBeforeItsAnswer) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "clear.counters") + request(2, "clear.counters")));
    for (const int id : {1, 2}) {
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(next(client), i);
        }
        EXPECT_EQ(next(client), (json{{"jsonrpc", "2.0"}, {"id", id}, {"result", {{"pid", ::getpid()}}}}));
    }
}

TEST_F(ServerTest, PushesWithoutARequest) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "config.show")));
    EXPECT_EQ(next(client).at("id"), 1);
    asio::post(io, [this] {
        ticker->waiting.push_back(7);
        watched->push(ticker, 40);
    });
    EXPECT_EQ(next(client), 7);
}

TEST_F(ServerTest, MakesLinesWhenTheSocketTakesThem) {
    pushed = 200000;
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "clear.counters")));
    ASSERT_TRUE(eventually([&] { return server->counters().requests == 1 && ticker->made > 0; }));
    SocketClient other(options.socket);
    ASSERT_TRUE(write_all(other, request(5, "show.status")));
    EXPECT_EQ(next(other).at("id"), 5) << "nobody waits for the one with many";
    EXPECT_LT(ticker->made, 100000) << "a socket holds about 200 kB";
    for (int i = 0; i < pushed; ++i) {
        ASSERT_EQ(next(client), i);
    }
    EXPECT_EQ(next(client).at("id"), 1);
    EXPECT_EQ(server->counters().slow_readers, 0U);
}

TEST_F(ServerTest, CutsOffAClientForWhichTooMuchWaits) {
    pushed = 1001;
    options.push_limit = std::size_t{40} * 1000;
    start();
    SocketClient slow(options.socket);
    ASSERT_TRUE(write_all(slow, request(1, "config.show") + request(2, "clear.counters")));
    EXPECT_TRUE(eventually([&] { return server->counters().slow_readers == 1; }));
    EXPECT_EQ(server->counters().connections, 0U);
    EXPECT_EQ(ends, 1) << "who follows it is told";
}

TEST_F(ServerTest, CutsOffWhoHasMostWhenTooMuchWaitsForAllTogether) {
    options.total_push_limit = std::size_t{40} * 3000;
    start();
    SocketClient one(options.socket);
    ASSERT_TRUE(write_all(one, request(1, "config.show")));
    EXPECT_EQ(next(one).at("id"), 1);
    Session* first = watched;
    SocketClient other(options.socket);
    ASSERT_TRUE(write_all(other, request(2, "config.show")));
    EXPECT_EQ(next(other).at("id"), 2);
    asio::post(io, [this, first] {
        for (int i = 0; i < 3001; ++i) {
            ticker->waiting.push_back(i);
            (i < 2000 ? first : watched)->push(ticker, 40);
        }
    });
    EXPECT_TRUE(eventually([&] { return server->counters().slow_readers == 1; }));
    EXPECT_TRUE(next(other).is_number()) << "the other one is still told";
    EXPECT_EQ(ends, 1);
    EXPECT_EQ(server->counters().connections, 1U);
}

TEST_F(ServerTest, GoesOnTellingAClientThatOnlyListens) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "log.level")));
    EXPECT_EQ(next(client).at("id"), 1);
    client.end_input();
    for (int round = 0; round < 3; ++round) {
        asio::post(io, [this] {
            ticker->waiting.push_back(7);
            watched->push(ticker, 40);
        });
        ASSERT_EQ(next(client), 7);
    }
    EXPECT_EQ(server->counters().connections, 1U);
    client.close();
    EXPECT_TRUE(eventually([&] { return server->counters().connections == 0; }));
    EXPECT_EQ(ends, 1);
}

TEST_F(ServerTest, ServesOthersBetweenThePartsOfAWorkAndTheSameClientAfterIt) {
    int drops = 0;
    int drops_at_the_end = 0;
    registry.add("show.drops", [&](const json&) -> Expected<json> { return json{{"number", ++drops}}; });
    registry.add_work("config.check", [&](const json&, Session&) -> Expected<Work> {
        return [&]() -> std::optional<Expected<json>> {
            drops_at_the_end = drops;
            return drops > 0 ? std::optional<Expected<json>>(json::object()) : std::nullopt;
        };
    });
    start();
    SocketClient busy(options.socket);
    SocketClient other(options.socket);
    ASSERT_EQ(other.error(), 0);
    const std::string five = request(5, "show.drops");
    ASSERT_EQ(other.write(five), static_cast<ssize_t>(five.size()));
    ASSERT_TRUE(write_all(busy, request(1, "config.check", {{"path", "/x"}}) + request(2, "show.drops")));
    EXPECT_EQ(next(busy).at("id"), 1);
    EXPECT_EQ(drops_at_the_end, 1) << "the other's request, not the next one of the same client";
    EXPECT_EQ(next(busy).at("result").at("number"), 2);
    EXPECT_EQ(next(other).at("id"), 5);
}

TEST_F(ServerTest, GivesUpWorkWhenTheConnectionEnds) {
    int parts = 0;
    registry.add_work("config.check", [&](const json&, Session&) -> Expected<Work> {
        return [&]() -> std::optional<Expected<json>> {
            if (++parts == 3) {
                asio::post(io, [this] { server->stop(); });
            }
            return std::nullopt;
        };
    });
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "config.check", {{"path", "/x"}})));
    EXPECT_TRUE(eventually([&] { return client.at_end(); }));
    EXPECT_EQ(parts, 3) << "the server stops before the next part";
}

TEST_F(ServerTest, TellsOnceThatAClientHasGone) {
    start();
    auto client = std::make_unique<SocketClient>(options.socket);
    ASSERT_TRUE(write_all(*client, request(1, "config.show")));
    EXPECT_EQ(next(*client).at("id"), 1);
    EXPECT_FALSE(watched->peer_gone());
    client.reset();
    EXPECT_TRUE(watched->peer_gone());
    EXPECT_TRUE(eventually([&] { return ends > 0; }));
    io.run_for(5ms);
    EXPECT_EQ(ends, 1);
}

TEST_F(ServerTest, TellsNobodyWhenItStopsItself) {
    start();
    SocketClient client(options.socket);
    ASSERT_TRUE(write_all(client, request(1, "config.show")));
    EXPECT_EQ(next(client).at("id"), 1);
    server->stop();
    io.restart();
    io.poll();
    EXPECT_EQ(ends, 0);
}
