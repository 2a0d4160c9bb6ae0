// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Plain system calls, on purpose: the server's library must not test itself.
#include "socket_client.hh"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "mcfwd-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        std::abort();
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

SocketClient::SocketClient(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.native().copy(address.sun_path, sizeof(address.sun_path) - 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        error_ = errno;
        close();
    }
}

SocketClient::~SocketClient() {
    close();
}

ssize_t SocketClient::write(std::string_view text) {
    const ssize_t taken = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    return taken < 0 && errno == EAGAIN ? 0 : taken;
}

void SocketClient::take() {
    std::array<char, 65536> piece{};
    for (ssize_t octets = 0; !closed_;) {
        octets = ::recv(socket_, piece.data(), piece.size(), 0);
        if (octets > 0) {
            received_.append(piece.data(), static_cast<std::size_t>(octets));
        } else if (octets == 0 || errno != EAGAIN) {
            closed_ = true;
        } else {
            return;
        }
    }
}

std::optional<std::string> SocketClient::line() {
    take();
    const std::size_t newline = received_.find('\n');
    if (newline == std::string::npos) {
        return std::nullopt;
    }
    std::string text = received_.substr(0, newline);
    received_.erase(0, newline + 1);
    return text;
}

bool SocketClient::at_end() {
    take();
    return closed_ && received_.empty();
}

void SocketClient::end_input() {
    ::shutdown(socket_, SHUT_WR);
}

void SocketClient::close() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
    socket_ = -1;
    closed_ = true;
}
