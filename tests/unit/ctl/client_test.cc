// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The client's end of the socket across a restart of the daemon.
#include <thread>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/ctl/client.hh>
#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/server.hh>

#include "socket_client.hh"

using namespace mcfwd;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A daemon in a thread of its own, for a client that waits for answers.
class Daemon {
  public:
    Daemon(const std::filesystem::path& path, int generation) {
        registry_.add("show.status", [generation](const json&) -> Expected<json> {
            return json{{"generation", generation}};
        });
        server_ = rpc::Server::listen(io_, registry_, {.socket = path}).value();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~Daemon() {
        io_.stop();
        thread_.join();
        server_->stop();
        io_.restart();
        io_.poll();
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

  private:
    asio::io_context io_;
    rpc::Registry registry_;
    std::unique_ptr<rpc::Server> server_;
    std::thread thread_;
};

} // namespace

TEST(Client, ComesBackAfterTheDaemonHasBeenRestarted) {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "mcfwd.sock";
    ctl::Client client(path.string(), 10s);
    {
        const Daemon first(path, 1);
        EXPECT_EQ(client.call("show.status", json::object()).value().at("generation"), 1);
        EXPECT_EQ(client.call("show.status", json::object()).value().at("generation"), 1);
    }
    EXPECT_EQ(client.call("show.status", json::object()).error().exit, ctl::Exit::kNoDaemon);
    const Daemon second(path, 2);
    EXPECT_EQ(client.call("show.status", json::object()).value().at("generation"), 2);
}

TEST(Client, TellsRefusalsApart) {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "mcfwd.sock";
    const Daemon daemon(path, 1);
    ctl::Client client(path.string(), 10s);
    EXPECT_EQ(client.call("no.such", json::object()).error().exit, ctl::Exit::kRefused);
    EXPECT_EQ(client.call("show.status", {{"x", 1}}).error().exit, ctl::Exit::kUsage);
    EXPECT_EQ(client.call("show.status", json::object()).value().at("generation"), 1);
    EXPECT_EQ(ctl::Client(std::string(200, 'x'), 10s).call("show.status", json::object()).error().exit,
              ctl::Exit::kUsage);
}
