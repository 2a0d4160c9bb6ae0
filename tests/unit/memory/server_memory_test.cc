// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Whichever allocation fails while a client comes in: the next one is served.
#include <chrono>
#include <new>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/server.hh>

#include "heap.hh"
#include "socket_client.hh"

namespace mcfwd::rpc {
namespace {

using namespace std::chrono_literals;

/// As the event loop does.
void run(asio::io_context& io, std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
        try {
            io.restart();
            io.run_until(end);
            return;
        } catch (const std::bad_alloc&) {
        }
    }
}

class ServerMemory : public testing::TestWithParam<std::size_t> {};

TEST_P(ServerMemory, TheNextClientIsServed) {
    const TemporaryDirectory directory;
    asio::io_context io{1};
    Registry registry;
    registry.add("show.status", [](const nlohmann::json&) -> Expected<nlohmann::json> { return 1; });
    const std::filesystem::path socket = directory.path() / "mcfwd.sock";
    const auto server = Server::listen(io, registry, {.socket = socket}).value();
    SocketClient unlucky(socket);
    ASSERT_EQ(unlucky.error(), 0);
    heap::fail_from(GetParam());
    run(io, 1ms);
    heap::never_fail();

    server->keep_accepting();
    SocketClient next(socket);
    ASSERT_GT(next.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"show.status\"}\n"), 0);
    std::optional<std::string> line;
    for (int turn = 0; turn < 1000 && !line; ++turn) {
        run(io, 10ms);
        line = next.line();
    }
    EXPECT_EQ(line, "{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":1}");
}

INSTANTIATE_TEST_SUITE_P(Allocations, ServerMemory, testing::Range<std::size_t>(1, 30));

} // namespace
} // namespace mcfwd::rpc
