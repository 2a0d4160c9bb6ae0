// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One client of the control socket: lines in, answers out, nobody waits for it. Seen by server.cc only.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

#include "framing.hh"
#include "server.hh"

namespace mcfwd::rpc {

class Registry;

/// Output is a bounded queue. A client that asks faster than it reads is not asked for more (its next lines
/// stay in the kernel) and is cut off when it takes nothing for `stall_limit`. What is not an answer but
/// pushed by us - the event stream to come - goes through `send` too, and has to cut the client off when
/// `unsent() > output_limit`, because it cannot hold events back.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    using Socket = asio::local::stream_protocol::socket;
    using Closed = std::function<void(const std::shared_ptr<Connection>&)>;

    /// `registry`, `options` and `counters` outlive every connection that is open.
    Connection(Socket socket, const Registry& registry, const ServerOptions& options,
               ServerCounters& counters);

    /// Begins to read. `closed` runs once, when the connection has ended by itself.
    void start(Closed closed);
    void close();

  private:
    void read();
    void serve();
    void serve_later();
    void send(std::string line);
    void write();
    void written(std::size_t octets);
    void watch_for_stall();
    void end();
    [[nodiscard]] std::size_t unsent() const { return queued_ - sent_of_front_; }

    Socket socket_;
    asio::steady_timer stall_;
    const Registry& registry_;
    const ServerOptions& options_;
    ServerCounters& counters_;
    Closed closed_;

    LineFramer framer_;
    std::array<char, 16384> input_{};
    std::deque<std::string> output_;
    std::size_t queued_ = 0;        ///< octets in output_
    std::size_t sent_of_front_ = 0; ///< octets of output_.front() that the kernel has
    bool input_ended_ = false;      ///< the client closed its writing side
    bool holding_ = false;          ///< no next line before output has been taken
    bool ending_ = false;           ///< close as soon as output is empty
};

} // namespace mcfwd::rpc
