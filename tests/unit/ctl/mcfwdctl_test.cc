// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The real mcfwdctl as a process, against a real server with made-up handlers, and against daemons that are
// not.
#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <csignal>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/rpc/commands.hh>
#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/server.hh>
#include <controlplane/rpc/session.hh>
#include <controlplane/rpc/socket_file.hh>

#include "socket_client.hh"

using namespace mcfwd;
using namespace mcfwd::rpc;
using nlohmann::json;

namespace {

struct Ended {
    int code = -1;
    std::string out;
    std::string err;
};

/// A file without a name, for the output of a child.
int scratch_file() {
    return ::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

off_t octets_in(int file) {
    return ::lseek(file, 0, SEEK_END);
}

std::string contents(int file) {
    std::string text(1U << 20U, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(::pread(file, text.data(), text.size(), 0), 0)));
    ::close(file);
    return text;
}

/// "p0 link up" for ever.
class PortEvents final : public LineSource {
  public:
    std::size_t take_line(std::string& out) override {
        out += R"({"jsonrpc":"2.0","method":"event","params":{"sequence":)" + std::to_string(++sequence) +
               R"(,"time":null,"topic":"port","event":"port","port":"p0","link":"up"}})"
               "\n";
        return 1;
    }
    void drop_line() override {}
    int sequence = 0;
};

class Mcfwdctl : public testing::Test {
  protected:
    Mcfwdctl() : path(directory.path() / "mcfwd.sock") {
        results["show.ownership"] = json::parse(
            R"({"entries": [{"interface": "lan1", "owner": "igmp", "igmp": true, "phase": "stable"}]})");
        results["show.mroutes"] = json::parse(
            R"({"entries": [{"source": "10.0.1.2", "group": "239.9.9.9", "iif": "lan1", "oifs": ["lan2"]}]})");
        results["config.check"] = json::parse(
            R"({"path": "/x.toml", "valid": false, "errors": ["/x.toml:3:9: no"], "warnings": []})");
        for (const Command& command : commands()) {
            if (command.words == "events") {
                registry.add("events", [this](const json& params, Session& session) -> Expected<json> {
                    calls.push_back("events " + params.dump());
                    asio::post(io, [this, &session] {
                        for (int i = 1; i <= 3; ++i) {
                            session.push(ports, 1);
                        }
                    });
                    followed = true;
                    session.on_close([this] { followed = false; });
                    return json{{"topics", {"port"}}, {"sequence", 0}};
                });
            } else if (command.words != "rpc discover") {
                registry.add(command.method(), [this, method = command.method()](const json& params) {
                    return handle(method, params);
                });
            }
        }
    }

    Expected<json> handle(const std::string& method, const json& params) {
        calls.push_back(method + ' ' + params.dump());
        if (method == "mroute.del") {
            return fail(Status::kNotFound, "no route (10.0.1.2, 239.9.9.9)");
        }
        if (const auto paged = pages.find(method); paged != pages.end()) {
            const auto behind = std::ranges::find_if(paged->second, [&](const json& page) {
                return params.contains("after") && page.at("next") == params.at("after");
            });
            return behind == paged->second.end() ? paged->second.front() : *std::next(behind);
        }
        return results.contains(method) ? results.at(method) : json::object();
    }

    void start() { server = Server::listen(io, registry, {.socket = path}).value(); }

    /// Runs mcfwdctl to its end while the server works.
    Ended run(std::vector<std::string> arguments, const std::string& input = "", int interrupt = 0) {
        arguments.insert(arguments.begin(), {MCFWDCTL_PATH, "-s", path.string()});
        std::vector<char*> argv;
        for (std::string& argument : arguments) {
            argv.push_back(argument.data());
        }
        argv.push_back(nullptr);
        const int in = scratch_file();
        const int out = scratch_file();
        const int err = scratch_file();
        EXPECT_EQ(::pwrite(in, input.data(), input.size(), 0), static_cast<ssize_t>(input.size()));
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
        pid_t child = 0;
        EXPECT_EQ(::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ), 0);
        ::posix_spawn_file_actions_destroy(&actions);
        int status = 0;
        while (::waitpid(child, &status, WNOHANG) == 0) {
            io.restart();
            io.run_one_for(std::chrono::milliseconds(1));
            if (interrupt != 0 && followed && octets_in(out) >= interrupt) {
                ::kill(child, SIGINT);
                interrupt = 0;
            }
        }
        ::close(in);
        Ended ended{WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(out), contents(err)};
        return ended;
    }

    TemporaryDirectory directory;
    std::filesystem::path path;
    std::map<std::string, json> results;
    std::map<std::string, std::vector<json>> pages;
    std::vector<std::string> calls;
    std::shared_ptr<PortEvents> ports = std::make_shared<PortEvents>();
    bool followed = false;
    Registry registry;
    asio::io_context io;
    std::unique_ptr<Server> server;
};

} // namespace

TEST_F(Mcfwdctl, PrintsATable) {
    start();
    const Ended ended = run({"sho", "mr"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.out, "SOURCE    GROUP      IIF   OIFS\n10.0.1.2  239.9.9.9  lan1  lan2\n");
    EXPECT_EQ(ended.err, "");
}

TEST_F(Mcfwdctl, PrintsOneJsonDocument) {
    start();
    const Ended ended = run({"show", "ownership", "--json"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(json::parse(ended.out), results.at("show.ownership"));
}

TEST_F(Mcfwdctl, PrintsAllPagesAsOne) {
    const auto route = [](int n) {
        return json{
            {"source", "*"}, {"group", "239.9.9." + std::to_string(n)}, {"iif", "lan1"}, {"oifs", {"lan2"}}};
    };
    pages["show.mroutes"] = {
        {{"entries", {route(1), route(2)}}, {"next", {{"group", "239.9.9.2"}, {"source", "*"}}}},
        {{"entries", json::array()}, {"next", {{"group", "239.9.9.3"}, {"source", "*"}}}},
        {{"entries", {route(4)}}, {"next", nullptr}}};
    start();
    const Ended table = run({"show", "mroutes"});
    EXPECT_EQ(table.code, 0);
    EXPECT_EQ(table.out, "SOURCE  GROUP      IIF   OIFS\n*       239.9.9.1  lan1  lan2\n"
                         "*       239.9.9.2  lan1  lan2\n*       239.9.9.4  lan1  lan2\n");
    const Ended document = run({"--json", "show", "mroutes"});
    EXPECT_EQ(json::parse(document.out), (json{{"entries", {route(1), route(2), route(4)}}}));
}

TEST_F(Mcfwdctl, GivesUpOnAListThatDoesNotGoOn) {
    const json next{{"group", "239.9.9.2"}, {"source", "*"}};
    pages["show.mroutes"] = {{{"entries", json::array()}, {"next", next}},
                             {{"entries", json::array()}, {"next", next}}};
    start();
    EXPECT_EQ(run({"show", "mroutes"}).code, 3);
}

TEST_F(Mcfwdctl, PassesParameters) {
    start();
    EXPECT_EQ(run({"group", "join", "239.1.1.1", "interface", "lan1"}).code, 0);
    EXPECT_EQ(run({"mroute", "add", "*", "239.9.9.9", "iif", "lan1", "oifs", "lan2,lan3"}).code, 0);
    EXPECT_EQ(calls,
              (std::vector<std::string>{
                  R"(group.join {"group":"239.1.1.1","interface":"lan1"})",
                  R"(mroute.add {"group":"239.9.9.9","iif":"lan1","oifs":["lan2","lan3"],"source":"*"})"}));
}

TEST_F(Mcfwdctl, FollowsEventsUntilItIsInterrupted) {
    start();
    const std::string line = "-  port        p0 link up\n";
    const Ended lines = run({"events", "port"}, "", static_cast<int>(3 * line.size()));
    EXPECT_EQ(lines.code, 0);
    EXPECT_EQ(lines.out, line + line + line);
    EXPECT_EQ(calls.back(), R"(events {"topics":["port"]})");
    const Ended as_json = run({"--json", "events"}, "", 1);
    EXPECT_EQ(as_json.code, 0);
    EXPECT_EQ(json::parse(as_json.out.substr(0, as_json.out.find('\n'))).at("sequence"), 4);
}

TEST_F(Mcfwdctl, PassesTheProtocolOfOwnership) {
    start();
    EXPECT_EQ(run({"ownership", "take", "lan1", "--protocol", "static"}).code, 0);
    EXPECT_EQ(run({"ownership", "release", "lan1", "--protocol=static"}).code, 0);
    EXPECT_EQ(calls,
              (std::vector<std::string>{R"(ownership.take {"interface":"lan1","protocol":"static"})",
                                        R"(ownership.release {"interface":"lan1","protocol":"static"})"}));
    EXPECT_EQ(run({"ownership", "take", "lan1", "--protocol", "pim"}).code, 2);
    EXPECT_EQ(run({"ownership", "take", "lan1"}).code, 2);
}

TEST_F(Mcfwdctl, PassesTheFlagOfHosts) {
    start();
    EXPECT_EQ(run({"show", "igmp", "groups", "--hosts", "lan1"}).code, 0);
    EXPECT_EQ(calls, (std::vector<std::string>{R"(show.igmp.groups {"hosts":true,"interface":"lan1"})"}));
    EXPECT_EQ(run({"show", "igmp", "interfaces", "--hosts"}).code, 2);
}

TEST_F(Mcfwdctl, ReportsARefusal) {
    start();
    const Ended ended = run({"mroute", "del", "10.0.1.2", "239.9.9.9"});
    EXPECT_EQ(ended.code, 1);
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(ended.err, "mcfwdctl: no route (10.0.1.2, 239.9.9.9)\n");
}

TEST_F(Mcfwdctl, ReportsWrongUsageWithoutADaemon) {
    EXPECT_EQ(run({"show", "nothing"}).code, 2);
    EXPECT_EQ(run({"show", "mfib", "1.2.3.4"}).code, 2);
    EXPECT_EQ(run({"--no-such-option"}).code, 2);
    EXPECT_EQ(run({"--timeout", "0", "show", "mfib"}).code, 2);
}

TEST_F(Mcfwdctl, ReportsThatThereIsNoDaemon) {
    const Ended nothing = run({"show", "mfib"});
    EXPECT_EQ(nothing.code, 3);
    EXPECT_EQ(
        nothing.err,
        "mcfwdctl: no daemon at " + path.string() +
            ": is mcfwd running? Start it with mcfwd -c FILE; another socket: -s PATH or MCFWD_SOCKET\n");
    {
        auto dead = SocketFile::listen(path);
        ::close(dead->release());
        EXPECT_EQ(run({"show", "mfib"}).code, 3);
    }
}

TEST_F(Mcfwdctl, GivesUpOnADaemonThatHangs) {
    const auto hung = SocketFile::listen(path); // connects, but nobody ever accepts
    const Ended ended = run({"--timeout", "0.05", "show", "mfib"});
    EXPECT_EQ(ended.code, 3);
    EXPECT_EQ(ended.err, "mcfwdctl: the daemon at " + path.string() + " did not answer within 0.05 s\n");
}

TEST_F(Mcfwdctl, ExitsWithTwoForAConfigurationThatIsNotValid) {
    start();
    const Ended ended = run({"config", "check", "/x.toml"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.err, "/x.toml: not valid\n/x.toml:3:9: no\n");
    const Ended as_json = run({"--json", "config", "check", "/x.toml"});
    EXPECT_EQ(as_json.code, 2);
    EXPECT_EQ(json::parse(as_json.out), results.at("config.check"));
}

TEST_F(Mcfwdctl, TakesLargeAnswers) {
    results["show.mfib"] = json{{"entries", json::array({{{"source", std::string(500000, 'x')}}})}};
    start();
    EXPECT_EQ(json::parse(run({"--json", "show", "mfib"}).out), results.at("show.mfib"));
}

TEST_F(Mcfwdctl, ReadsCommandsFromAPipe) {
    start();
    const Ended ended =
        run({}, "# a comment\n\nshow mroutes\nmroute del 10.0.1.2 239.9.9.9\nlog level\nquit\nshutdown\n");
    EXPECT_EQ(ended.code, 1) << "of the last command that failed";
    EXPECT_EQ(ended.out, "SOURCE    GROUP      IIF   OIFS\n10.0.1.2  239.9.9.9  lan1  lan2\n-\n");
    EXPECT_EQ(ended.err, "mcfwdctl: no route (10.0.1.2, 239.9.9.9)\n");
    EXPECT_EQ(calls.size(), 3U) << "nothing after quit";
    EXPECT_EQ(server->counters().accepted, 1U) << "one connection for all";
}

TEST_F(Mcfwdctl, ExplainsItself) {
    const Ended help = run({"help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("  show mfib [GROUP [SOURCE]]"), std::string::npos);
    EXPECT_EQ(run({"show", "igmp", "?"}).out, run({"help", "show", "igmp"}).out);
    EXPECT_EQ(run({"help", "nothing"}).code, 2);
    EXPECT_EQ(run({"--help"}).code, 0);
    EXPECT_EQ(run({"--version"}).out, "mcfwdctl " MCFWD_VERSION "\n");
}
