// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Accepts, checks the peer, and keeps the set of open connections.
#include "server.hh"

#include <algorithm>
#include <new>
#include <set>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "connection.hh"
#include "peer.hh"
#include "request.hh"
#include "socket_file.hh"

namespace mcfwd::rpc {

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
  public:
    Impl(asio::io_context& io, const Registry& registry, ServerOptions options, SocketFile file)
        : file_(std::move(file)),
          acceptor_(io, asio::local::stream_protocol(), file_.release()),
          retry_(io),
          options_(std::move(options)),
          shared_{.registry = registry, .options = options_, .counters = counters_, .relieve = [this] {
                      relieve();
                  }} {}

    void accept();
    void keep_accepting();
    void stop();
    [[nodiscard]] ServerCounters counters() const;

  private:
    /// Lives as long as the handler of the next client or of the pause before it, also one that Asio drops
    /// without a call because it found no memory for the new socket.
    struct Waiting {};

    void accepted(Connection::Socket socket);
    void accept_after_pause();
    [[nodiscard]] std::string refusal(const Expected<Peer>& peer);
    void relieve();

    SocketFile file_;
    asio::local::stream_protocol::acceptor acceptor_;
    asio::steady_timer retry_;
    std::weak_ptr<Waiting> waiting_;
    const ServerOptions options_;
    ServerCounters counters_;
    Connection::Shared shared_;
    std::set<std::shared_ptr<Connection>> connections_;
};

void Server::Impl::accept() {
    try {
        auto waiting = std::make_shared<Waiting>();
        acceptor_.async_accept(
            [self = shared_from_this(), waiting](asio::error_code error, Connection::Socket socket) {
                if (!self->acceptor_.is_open()) {
                    return;
                }
                if (error) {
                    self->accept_after_pause();
                    return;
                }
                try {
                    self->accepted(std::move(socket));
                } catch (const std::bad_alloc&) {
                    ++self->counters_.out_of_memory;
                }
                self->accept();
            });
        waiting_ = waiting;
    } catch (const std::bad_alloc&) {
        ++counters_.out_of_memory;
        accept_after_pause();
    }
}

/// Out of descriptors or memory: the client waits in the backlog, and trying again at once would spin.
void Server::Impl::accept_after_pause() {
    try {
        auto waiting = std::make_shared<Waiting>();
        retry_.expires_after(std::chrono::milliseconds(100));
        retry_.async_wait([self = shared_from_this(), waiting](asio::error_code error) {
            if (!error && self->acceptor_.is_open()) {
                self->accept();
            }
        });
        waiting_ = waiting;
    } catch (const std::bad_alloc&) {
        ++counters_.out_of_memory; // keep_accepting() comes
    }
}

void Server::Impl::keep_accepting() {
    if (waiting_.expired() && acceptor_.is_open()) {
        accept();
    }
}

void Server::Impl::accepted(Connection::Socket socket) {
    auto peer = peer_of(socket.native_handle());
    const std::string refused = refusal(peer);
    if (!refused.empty()) {
        const std::string line = error_line(ErrorCode::kNotAllowed, refused);
        // The buffer of a fresh connection takes a line; a client that is gone already does not matter.
        static_cast<void>(
            ::send(socket.native_handle(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
        return;
    }
    ++counters_.accepted;
    auto connection = std::make_shared<Connection>(std::move(socket), std::move(*peer), shared_);
    connections_.insert(connection);
    try {
        connection->start([weak = weak_from_this()](const std::shared_ptr<Connection>& closed) {
            if (const auto self = weak.lock()) {
                self->connections_.erase(closed);
            }
        });
    } catch (const std::bad_alloc&) {
        connections_.erase(connection); // nobody reads from it
        connection->close();
        throw;
    }
}

/// Why the peer may not come in, or empty.
std::string Server::Impl::refusal(const Expected<Peer>& peer) {
    if (!peer || !may_use(*peer, ::geteuid(), file_.group())) {
        ++counters_.refused_peers;
        return peer ? fmt::format(
                          "uid {} may not use this socket; valid are root, uid {} and members of group {}",
                          peer->uid, ::geteuid(), file_.group())
                    : peer.error().what;
    }
    if (connections_.size() >= options_.connection_limit) {
        ++counters_.refused_connections;
        return fmt::format("{} connections are open, which is the limit", connections_.size());
    }
    return {};
}

/// Too much waits for all clients together: the one for which most does has to go.
void Server::Impl::relieve() {
    const auto most = std::ranges::max_element(connections_, {},
                                               [](const auto& connection) { return connection->pushed(); });
    if (most != connections_.end()) {
        (*most)->cut_off_soon();
    }
}

void Server::Impl::stop() {
    file_.remove(); // first: while the socket is open its inode number cannot become another daemon's
    asio::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    for (const auto& connection : std::exchange(connections_, {})) {
        connection->close();
    }
}

ServerCounters Server::Impl::counters() const {
    ServerCounters now = counters_;
    now.connections = connections_.size();
    return now;
}

Expected<std::unique_ptr<Server>> Server::listen(asio::io_context& io, const Registry& registry,
                                                 ServerOptions options) {
    auto file = SocketFile::listen(options.socket);
    if (!file) {
        return std::unexpected(file.error());
    }
    auto impl = std::make_shared<Impl>(io, registry, std::move(options), std::move(*file));
    impl->accept();
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
    stop();
}
void Server::keep_accepting() {
    impl_->keep_accepting();
}
void Server::stop() {
    impl_->stop();
}
ServerCounters Server::counters() const {
    return impl_->counters();
}

} // namespace mcfwd::rpc
