// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A client of the control socket dies while very many lines wait for it: no task of the control thread frees
// more than some of them. Counted, not timed.
#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/server.hh>
#include <controlplane/rpc/session.hh>

#include "heap.hh"
#include "socket_client.hh"

namespace mcfwd::rpc {
namespace {

constexpr std::size_t kLine = 100; ///< octets

class Lines final : public LineSource {
  public:
    explicit Lines(std::size_t number) {
        for (std::size_t n = 0; n < number; ++n) {
            lines_.push_back(std::string(kLine - 1, 'x') + '\n');
        }
    }
    std::size_t take_line(std::string& out) override {
        out += lines_.front();
        lines_.pop_front();
        return kLine;
    }
    void drop_line() override { lines_.pop_front(); }
    [[nodiscard]] std::size_t waiting() const { return lines_.size(); }

  private:
    std::deque<std::string> lines_;
};

/// The most that any task frees from the end of a client on for which so many lines wait.
std::size_t most_freed(std::size_t number) {
    const TemporaryDirectory directory;
    asio::io_context io{1};
    Registry registry;
    auto lines = std::make_shared<Lines>(number);
    const std::weak_ptr<Lines> watched = lines;
    registry.add("events", [&](const nlohmann::json&, Session& session) -> Expected<nlohmann::json> {
        for (std::size_t n = 0; n < number; ++n) {
            session.push(lines, kLine);
        }
        lines.reset();
        return nlohmann::json::object();
    });
    const auto server = Server::listen(io, registry, {.socket = directory.path() / "mcfwd.sock"}).value();
    const auto turn = [&] { return io.run_one_for(std::chrono::seconds(10)) == 1; };
    {
        SocketClient client(directory.path() / "mcfwd.sock");
        EXPECT_GT(client.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"events\"}\n"), 0);
        while (lines != nullptr && turn()) {
        }
    }
    EXPECT_GT(watched.lock()->waiting(), number / 2);
    std::size_t most = 0;
    while (!watched.expired()) {
        const std::size_t before = heap::releases();
        if (!turn()) {
            ADD_FAILURE() << "nothing happens any more";
            break;
        }
        most = std::max(most, heap::releases() - before);
    }
    EXPECT_EQ(server->counters().connections, 0U);
    return most;
}

TEST(LargestTask, ForgetsSomeOfWhatWaitsForADeadClient) {
    const std::size_t few = most_freed(5'000);
    EXPECT_GT(few, 500U);
    EXPECT_LE(most_freed(25'000), few + few / 20 + 100);
}

} // namespace
} // namespace mcfwd::rpc
