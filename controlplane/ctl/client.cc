// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Blocking in look, non-blocking underneath, so that a daemon that hangs cannot hang the client.
#include "client.hh"

#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mcfwd::ctl {

namespace {

using nlohmann::json;

/// Milliseconds after which a follower asks whether to go on: a signal may come just before it waits.
constexpr int kInterruptible = 500;

std::string reason(const std::string& socket, int error) {
    switch (error) {
    case ENOENT:
    case ECONNREFUSED:
        return fmt::format(
            "no daemon at {}: is mcfwd running? Start it with mcfwd -c FILE; another socket: -s PATH or "
            "MCFWD_SOCKET",
            socket);
    case EACCES:
        return fmt::format("no access to {}: run as root or as a member of the socket's group", socket);
    case EAGAIN:
        return fmt::format("the daemon at {} does not accept connections", socket);
    default:
        return fmt::format("no daemon at {}: {}", socket, std::strerror(error));
    }
}

Outcome<json> result_of(const json& answer) {
    const auto error = answer.find("error");
    if (error == answer.end()) {
        return answer.at("result");
    }
    constexpr int kInvalidParams = -32602;
    return std::unexpected(Failure{error->at("code") == kInvalidParams ? Exit::kUsage : Exit::kRefused,
                                   error->at("message").get<std::string>()});
}

} // namespace

Client::~Client() {
    disconnect();
}

Outcome<json> Client::call(const std::string& method, const json& params) {
    if (auto connected = connect(); !connected) {
        return std::unexpected(connected.error());
    }
    const int id = ++last_id_;
    const json request{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
    const auto sent = send(request.dump(-1, ' ', false, json::error_handler_t::replace) + '\n');
    const auto line = receive_line(); // also after a failed send: a refused client is told why
    if (!line) {
        disconnect(); // a late answer must not be taken for the next one's
        return std::unexpected(sent ? line.error() : sent.error());
    }
    try {
        const json answer = json::parse(*line);
        if (answer.at("id") == id || (answer.at("id").is_null() && answer.contains("error"))) {
            return result_of(answer);
        }
    } catch (const json::exception&) {
        // falls through to the same message
    }
    disconnect();
    return gone("answered something that is not JSON-RPC");
}

Outcome<json> Client::call_for_all(const std::string& method, json params) {
    auto result = call(method, params);
    if (!result || !result->is_object()) {
        return result;
    }
    while (result->contains("next") && result->at("next").is_object()) {
        params["after"] = result->at("next");
        auto page = call(method, params);
        if (!page) {
            return page;
        }
        const json entries = page->value("entries", json::array());
        json next = page->value("next", json());
        if (next == params["after"] || !entries.is_array()) {
            return gone("answered with a list that does not go on");
        }
        json& all = (*result)["entries"];
        all.insert(all.end(), entries.begin(), entries.end());
        (*result)["next"] = std::move(next);
    }
    result->erase("next");
    return result;
}

Outcome<void> Client::follow(const std::string& method, const json& params,
                             const std::function<void(const json&)>& notified,
                             const std::function<bool()>& go_on) {
    if (auto begun = call(method, params); !begun) {
        return std::unexpected(begun.error());
    }
    Outcome<void> outcome;
    std::string line;
    while (outcome && go_on()) {
        while (take_line(line)) {
            const json notification = json::parse(line, nullptr, false);
            if (notification.is_object() && notification.contains("params")) {
                notified(notification.at("params"));
            }
        }
        pollfd poll{descriptor_, POLLIN, 0};
        if (::poll(&poll, 1, kInterruptible) > 0) {
            if (const auto octets = receive(); !octets) {
                outcome = std::unexpected(octets.error());
            }
        }
    }
    disconnect(); // the daemon would go on telling
    return outcome;
}

Outcome<void> Client::connect() {
    if (descriptor_ >= 0 && alive()) {
        return {};
    }
    disconnect();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) {
        return std::unexpected(
            Failure{Exit::kUsage, fmt::format("socket \"{}\": valid is a path of 1 to {} octets", socket_,
                                              sizeof(address.sun_path) - 1)});
    }
    socket_.copy(address.sun_path, socket_.size());
    descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0 ||
        ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        const int error = errno;
        disconnect();
        return std::unexpected(Failure{Exit::kNoDaemon, reason(socket_, error)});
    }
    return {};
}

/// A connection on which something waits to be read between two calls has been closed by the daemon.
bool Client::alive() const {
    pollfd poll{descriptor_, POLLIN, 0};
    return ::poll(&poll, 1, 0) == 0;
}

Outcome<void> Client::send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t taken = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
        if (taken >= 0) {
            text.remove_prefix(static_cast<std::size_t>(taken));
        } else if (errno != EAGAIN && errno != EINTR) {
            return std::unexpected(
                Failure{Exit::kNoDaemon, fmt::format("the daemon at {} closed the connection", socket_)});
        } else if (!wait_for(POLLOUT)) {
            return gone("does not read");
        }
    }
    return {};
}

Outcome<std::string> Client::receive_line() {
    std::string line;
    while (descriptor_ >= 0) {
        if (take_line(line)) {
            return line;
        }
        const auto octets = receive();
        if (!octets) {
            return std::unexpected(octets.error());
        }
        if (*octets == 0 && !wait_for(POLLIN)) {
            return gone(
                fmt::format("did not answer within {} s", std::chrono::duration<double>(timeout_).count()));
        }
    }
    return gone("is not connected");
}

bool Client::take_line(std::string& line) {
    const std::size_t newline = received_.find('\n', searched_);
    if (newline == std::string::npos) {
        searched_ = received_.size();
        return false;
    }
    line.assign(received_, 0, newline);
    received_.erase(0, newline + 1);
    searched_ = 0;
    return true;
}

Outcome<std::size_t> Client::receive() {
    std::array<char, 65536> piece{};
    const ssize_t octets = ::recv(descriptor_, piece.data(), piece.size(), 0);
    if (octets > 0) {
        received_.append(piece.data(), static_cast<std::size_t>(octets));
        return static_cast<std::size_t>(octets);
    }
    if (octets == 0 || (errno != EAGAIN && errno != EINTR)) {
        return gone("closed the connection");
    }
    return std::size_t{0};
}

bool Client::wait_for(short events) const {
    pollfd poll{descriptor_, events, 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(timeout_.count()));
    return ready != 0; // an error shows at the next read or write
}

void Client::disconnect() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
    descriptor_ = -1;
    received_.clear();
    searched_ = 0;
}

std::unexpected<Failure> Client::gone(std::string_view what) const {
    return std::unexpected(Failure{Exit::kNoDaemon, fmt::format("the daemon at {} {}", socket_, what)});
}

} // namespace mcfwd::ctl
