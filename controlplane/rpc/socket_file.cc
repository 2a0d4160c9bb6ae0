// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A socket file outlives a killed daemon, so its existence says nothing: connecting to it does.
#include "socket_file.hh"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

namespace mcfwd::rpc {

namespace {

std::unexpected<Error> system_failure(const std::filesystem::path& path, std::string_view action, int error) {
    return fail(Status::kCanNotComplete,
                fmt::format("control socket {}: {}: {}", path.string(), action, std::strerror(error)));
}

Expected<sockaddr_un> address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& name = path.native();
    if (!path.is_absolute() || !path.has_filename() || name.size() >= sizeof(address.sun_path)) {
        return fail(Status::kInvalidParameter,
                    fmt::format("control socket \"{}\": valid is an absolute path of at most {} octets", name,
                                sizeof(address.sun_path) - 1));
    }
    name.copy(address.sun_path, name.size());
    return address;
}

/// bind and connect want the general type.
const sockaddr* as_sockaddr(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

/// 0 when somebody accepts connections at the address, else the error of connect.
int try_connect(const sockaddr_un& address) {
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) {
        return errno;
    }
    const int error = ::connect(probe, as_sockaddr(address), sizeof(address)) == 0 ? 0 : errno;
    ::close(probe);
    return error == EAGAIN ? 0 : error; // EAGAIN: alive, its backlog is full
}

/// Removes what a dead daemon left at the path; refuses everything else that is there.
Expected<void> clear_the_way(const std::filesystem::path& path, const sockaddr_un& address) {
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0) {
        return errno == ENOENT ? Expected<void>() : system_failure(path, "stat", errno);
    }
    if (!S_ISSOCK(file.st_mode)) {
        return fail(Status::kInvalidParameter, fmt::format("control socket {}: a file that is not a socket "
                                                           "is there; remove it or configure another path",
                                                           path.string()));
    }
    const int error = try_connect(address);
    if (error == 0) {
        return fail(
            Status::kAlreadyExists,
            fmt::format(
                "control socket {}: a running daemon listens there; stop it or configure another path",
                path.string()));
    }
    if (error != ECONNREFUSED) {
        return system_failure(path, "connect to find out whether a daemon is alive", error);
    }
    return ::unlink(path.c_str()) == 0 || errno == ENOENT
               ? Expected<void>()
               : system_failure(path, "remove the socket of a dead daemon", errno);
}

} // namespace

Expected<SocketFile> SocketFile::listen(const std::filesystem::path& path) {
    const auto address = address_of(path);
    if (!address) {
        return std::unexpected(address.error());
    }
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) {
        return system_failure(path, "create its directory", error.value());
    }
    if (auto clear = clear_the_way(path, *address); !clear) {
        return std::unexpected(clear.error());
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return system_failure(path, "socket", errno);
    }
    SocketFile file({}, descriptor);
    if (::bind(descriptor, as_sockaddr(*address), sizeof(*address)) != 0) {
        return system_failure(path, "bind", errno);
    }
    file.path_ = path;
    if (auto listening = file.open_to_clients(); !listening) {
        return std::unexpected(listening.error());
    }
    return file;
}

Expected<void> SocketFile::open_to_clients() {
    struct stat file{};
    if (::lstat(path_.c_str(), &file) != 0) {
        return system_failure(path_, "stat", errno);
    }
    device_ = file.st_dev;
    inode_ = file.st_ino;
    group_ = file.st_gid;
    // Nobody can connect before listen(), so the mode of the umask was never usable.
    if (::chmod(path_.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0) {
        return system_failure(path_, "chmod 0660", errno);
    }
    if (::listen(descriptor_, SOMAXCONN) != 0) {
        return system_failure(path_, "listen", errno);
    }
    return {};
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      device_(other.device_),
      inode_(other.inode_),
      group_(other.group_) {}

SocketFile::~SocketFile() {
    remove();
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

int SocketFile::release() {
    return std::exchange(descriptor_, -1);
}

void SocketFile::remove() {
    const std::filesystem::path path = std::exchange(path_, {});
    struct stat file{};
    if (!path.empty() && ::lstat(path.c_str(), &file) == 0 && file.st_dev == device_ &&
        file.st_ino == inode_) {
        ::unlink(path.c_str());
    }
}

} // namespace mcfwd::rpc
