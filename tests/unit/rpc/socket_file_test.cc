// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Files, modes and identities of the control socket.
#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <controlplane/rpc/peer.hh>
#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/server.hh>
#include <controlplane/rpc/socket_file.hh>

#include "socket_client.hh"

using namespace mcfwd;
using namespace mcfwd::rpc;

namespace {

class SocketFileTest : public testing::Test {
  protected:
    SocketFileTest() : path(directory.path() / "a" / "b" / "mcfwd.sock") {}

    [[nodiscard]] Error refused() const {
        auto file = SocketFile::listen(path);
        return file ? Error{Status::kMoreData, "it listens"} : file.error();
    }
    [[nodiscard]] mode_t mode() const {
        struct stat file{};
        EXPECT_EQ(::lstat(path.c_str(), &file), 0);
        return file.st_mode;
    }

    TemporaryDirectory directory;
    std::filesystem::path path;
};

} // namespace

TEST_F(SocketFileTest, CreatesTheDirectoryAndSetsTheMode) {
    const mode_t before = ::umask(0);
    const auto file = SocketFile::listen(path);
    ::umask(before);
    ASSERT_TRUE(file) << file.error().what;
    EXPECT_EQ(mode(), mode_t{S_IFSOCK | 0660});
    EXPECT_EQ(SocketClient(path).error(), 0);
}

TEST_F(SocketFileTest, RemovesTheFileAtTheEnd) {
    {
        ASSERT_TRUE(SocketFile::listen(path));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(SocketFileTest, RefusesTheSocketOfALiveDaemon) {
    const auto live = SocketFile::listen(path);
    ASSERT_TRUE(live);
    EXPECT_EQ(refused().status, Status::kAlreadyExists);
    EXPECT_EQ(refused().what, "control socket " + path.string() +
                                  ": a running daemon listens there; stop it or configure another path");
    EXPECT_EQ(SocketClient(path).error(), 0) << "it is still there";
}

TEST_F(SocketFileTest, ReplacesTheSocketOfADeadDaemon) {
    auto dead = SocketFile::listen(path);
    ASSERT_TRUE(dead);
    ::close(dead->release());
    ASSERT_EQ(SocketClient(path).error(), ECONNREFUSED);
    const auto file = SocketFile::listen(path);
    ASSERT_TRUE(file) << file.error().what;
    EXPECT_EQ(SocketClient(path).error(), 0);
}

TEST_F(SocketFileTest, LeavesASocketThatIsNotItsOwnAnyMore) {
    auto first = SocketFile::listen(path);
    ASSERT_TRUE(first);
    std::filesystem::remove(path);
    const auto second = SocketFile::listen(path);
    ASSERT_TRUE(second) << second.error().what;
    first->remove();
    EXPECT_EQ(SocketClient(path).error(), 0);
}

TEST_F(SocketFileTest, TouchesNoOtherFile) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "precious";
    EXPECT_EQ(refused().status, Status::kInvalidParameter);
    EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(SocketFileTest, RefusesPathsThatCannotBeSockets) {
    path = "relative.sock";
    EXPECT_EQ(refused().status, Status::kInvalidParameter);
    path = directory.path() / std::string(108, 'x');
    EXPECT_EQ(refused().status, Status::kInvalidParameter);
    path = "/proc/mcfwd/mcfwd.sock";
    EXPECT_EQ(refused().status, Status::kCanNotComplete);
}

TEST(Peer, MayUseTheSocketAsRootOwnerOrGroupMember) {
    constexpr uid_t kDaemon = 900;
    constexpr gid_t kGroup = 901;
    EXPECT_TRUE(may_use({.uid = 0, .gid = 5, .groups = {}}, kDaemon, kGroup));
    EXPECT_TRUE(may_use({.uid = kDaemon, .gid = 5, .groups = {}}, kDaemon, kGroup));
    EXPECT_TRUE(may_use({.uid = 1000, .gid = kGroup, .groups = {}}, kDaemon, kGroup));
    EXPECT_TRUE(may_use({.uid = 1000, .gid = 1000, .groups = {4, kGroup}}, kDaemon, kGroup));
    EXPECT_FALSE(may_use({.uid = 1000, .gid = 1000, .groups = {4, kDaemon}}, kDaemon, kGroup));
}

namespace {

/// Connects as somebody else in a child process and returns what came back (or "errno N").
std::string connect_as(uid_t uid, const std::vector<gid_t>& groups, const std::filesystem::path& path,
                       asio::io_context& io) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setgroups(groups.size(), groups.data()) != 0 || ::setgid(uid) != 0 || ::setuid(uid) != 0) {
            ::_exit(1);
        }
        SocketClient client(path);
        client.write("{}\n");
        std::string heard = client.error() == 0 ? "" : "errno " + std::to_string(client.error());
        while (heard.empty() && !client.at_end()) {
            heard = client.line().value_or("");
        }
        ::_exit(::write(pipe[1], heard.data(), heard.size()) < 0 ? 1 : 0);
    }
    ::close(pipe[1]);
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
        io.run_one_for(std::chrono::milliseconds(1));
    }
    std::string heard(1000, '\0');
    heard.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(pipe[0], heard.data(), heard.size()), 0)));
    ::close(pipe[0]);
    return heard;
}

} // namespace

TEST(Peer, IsCheckedEvenWhereTheModeLetsEverybodyIn) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root to become somebody else";
    }
    constexpr uid_t kStranger = 65533;
    constexpr gid_t kOperators = 65532;
    const TemporaryDirectory directory;
    ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
    ASSERT_EQ(::chown(directory.path().c_str(), 0, kOperators), 0);
    ASSERT_EQ(::chmod(directory.path().c_str(), 02755), 0); // files inside belong to the group
    asio::io_context io;
    const Registry registry;
    const auto path = directory.path() / "mcfwd.sock";
    const auto server = Server::listen(io, registry, {.socket = path});
    ASSERT_TRUE(server) << server.error().what;

    EXPECT_EQ(connect_as(kStranger, {}, path, io), "errno 13") << "mode 0660";
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
    EXPECT_NE(connect_as(kStranger, {}, path, io)
                  .find("uid 65533 may not use this socket; valid are root, uid 0 and "
                        "members of group 65532"),
              std::string::npos);
    EXPECT_EQ((*server)->counters().refused_peers, 1U);
    EXPECT_NE(connect_as(kStranger, {kOperators}, path, io).find("-32600"), std::string::npos)
        << "a group member is heard";
}
