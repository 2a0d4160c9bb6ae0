// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One client of the control socket: lines in, answers out, nobody waits for it. Seen by server.cc only.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

#include "framing.hh"
#include "output_queue.hh"
#include "server.hh"
#include "session.hh"

namespace mcfwd::rpc {

class Registry;

/// Output is a bounded queue. A client that asks faster than it reads is not asked for more (its next lines
/// stay in the kernel). What is not an answer but pushed by us cannot be held back: over `push_limit` the
/// client is cut off, and in any case when it takes nothing for `stall_limit`.
class Connection final : public Session, public std::enable_shared_from_this<Connection> {
  public:
    using Socket = asio::local::stream_protocol::socket;
    using Closed = std::function<void(const std::shared_ptr<Connection>&)>;

    /// `registry`, `options` and `counters` outlive every connection that is open.
    Connection(Socket socket, Peer peer, const Registry& registry, const ServerOptions& options,
               ServerCounters& counters);

    /// Begins to read. `closed` runs once, when the connection has ended by itself.
    void start(Closed closed);
    void close();

    [[nodiscard]] const Peer& peer() const override { return peer_; }
    [[nodiscard]] bool peer_gone() const override;
    void push(const std::shared_ptr<LineSource>& source, std::size_t octets) override;
    void on_close(std::function<void()> hook) override { hooks_.push_back(std::move(hook)); }

  private:
    void read();
    void serve();
    void serve_later();
    void send(std::string line);
    void write();
    void write_piece();
    void written(std::size_t octets);
    void watch_for_stall();
    void cut_off();
    void end();
    template <typename Body>
    void guarded(Body body);
    /// Octets of text that the kernel does not have yet.
    [[nodiscard]] std::size_t unsent() const { return output_.text_octets() + piece_.size() - sent_; }
    [[nodiscard]] bool idle() const { return piece_.empty() && output_.empty(); }

    Socket socket_;
    const Peer peer_;
    asio::steady_timer stall_;
    const Registry& registry_;
    const ServerOptions& options_;
    ServerCounters& counters_;
    Closed closed_;
    std::vector<std::function<void()>> hooks_;

    LineFramer framer_;
    std::array<char, 16384> input_{};
    OutputQueue output_;
    std::string piece_;        ///< being written
    std::size_t sent_ = 0;     ///< octets of it that the kernel has
    bool woken_ = false;       ///< a task that begins to write is on its way
    bool input_ended_ = false; ///< the client closed its writing side
    bool holding_ = false;     ///< no next line before output has been taken
    bool ending_ = false;      ///< close as soon as output is empty
    bool cut_off_ = false;     ///< too much waits; a task that ends it is on its way
};

} // namespace mcfwd::rpc
