// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The control socket: accepts clients on a unix stream socket and runs their JSON-RPC lines through a
// Registry. Everything happens on the control thread's io_context and nothing waits for a client.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include <mcfwd/result.hh>

namespace asio {
class io_context;
}

namespace mcfwd::rpc {

class Registry;

struct ServerOptions {
    std::filesystem::path socket;
    std::size_t line_limit = std::size_t{1} << 20U; ///< octets of one request line without its newline
    std::size_t output_limit = std::size_t{8}
                               << 20U; ///< octets that may wait behind the answer being written
    std::size_t push_limit = std::size_t{64}
                             << 20U; ///< octets that notifications may hold while they wait for a client
    std::size_t total_push_limit = std::size_t{256}
                                   << 20U; ///< the same for all clients together: over it, who has most goes
    std::size_t connection_limit = 64;
    std::chrono::milliseconds stall_limit =
        std::chrono::seconds(30); ///< longest time a client may take nothing
};

/// Since start.
struct ServerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused_peers = 0;       ///< failed the SO_PEERCRED check
    std::uint64_t refused_connections = 0; ///< over `connection_limit`
    std::uint64_t requests = 0;            ///< lines handled
    std::uint64_t oversized_lines = 0;     ///< connections closed for a line over `line_limit`
    std::uint64_t slow_readers = 0;        ///< connections cut off for output over a limit
    std::uint64_t out_of_memory = 0;       ///< connections ended for want of memory to read or write
    std::size_t connections = 0;           ///< open now
};

/// Control thread only. Handlers get the Session of their client and may push notifications to it, through
/// the same bounded queue as answers, so that a slow reader is cut off instead of waited for.
class Server {
  public:
    /// Creates the directory if missing, replaces the socket file of a dead daemon, binds with mode 0660 and
    /// starts to accept. kAlreadyExists when a live daemon listens there, kInvalidParameter for a path that
    /// cannot be a socket, kCanNotComplete when the system refuses. `io` and `registry` outlive the server.
    [[nodiscard]] static Expected<std::unique_ptr<Server>>
    listen(asio::io_context& io, const Registry& registry, ServerOptions options);
    /// Stops.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Waits for the next client again if memory had ended for that. To be called from time to time.
    void keep_accepting();

    /// Closes all connections and removes the socket file if it is still this server's. Answers that were
    /// already given are delivered as far as the client takes them at once. May be called twice. Not from
    /// inside a handler: a handler that ends the daemon posts it.
    void stop();

    [[nodiscard]] ServerCounters counters() const;

  private:
    class Impl;
    explicit Server(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace mcfwd::rpc
