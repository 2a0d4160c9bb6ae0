// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One client of the control socket: lines in, answers out, nobody waits for it. Seen by server.cc only.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

#include "framing.hh"
#include "output_queue.hh"
#include "server.hh"
#include "session.hh"

namespace mcfwd::rpc {

class Exchange;
class Registry;

/// Output is a bounded queue. A client that asks faster than it reads is not asked for more (its next lines
/// stay in the kernel). What is not an answer but pushed by us cannot be held back: over `push_limit` the
/// client is cut off, and in any case when it takes nothing for `stall_limit`.
class Connection final : public Session, public std::enable_shared_from_this<Connection> {
  public:
    using Socket = asio::local::stream_protocol::socket;
    using Closed = std::function<void(const std::shared_ptr<Connection>&)>;

    /// What all connections of a server share. Outlives every connection that is open.
    struct Shared {
        const Registry& registry;
        const ServerOptions& options;
        ServerCounters& counters;
        std::size_t pushed = 0;        ///< octets that notifications for all clients hold
        std::function<void()> relieve; ///< they are over the limit
    };

    Connection(Socket socket, Peer peer, Shared& shared);
    ~Connection() override;

    /// Begins to read. `closed` runs once, when the connection has ended by itself.
    void start(Closed closed);
    void close();
    /// Ends it by a task of its own, because too much waits.
    void cut_off_soon();
    [[nodiscard]] std::size_t pushed() const { return noted_pushed_; }

    [[nodiscard]] const Peer& peer() const override { return peer_; }
    [[nodiscard]] bool peer_gone() const override;
    void push(const std::shared_ptr<LineSource>& source, std::size_t octets) override;
    CloseHook on_close(std::function<void()> hook) override;
    void forget(CloseHook hook) override { hooks_.erase(hook); }
    void stay_open() override { stays_open_ = true; }

  private:
    void read();
    void serve();
    void serve_step();
    void serve_later();
    void send(std::string line);
    void write();
    void write_piece();
    void written(std::size_t octets);
    void watch_for_stall();
    void cut_off();
    void end();
    void wait_for_end();
    void note_pushed();
    template <typename Body>
    void guarded(Body body);
    /// Octets of text that the kernel does not have yet.
    [[nodiscard]] std::size_t unsent() const { return output_.text_octets() + piece_.size() - sent_; }
    [[nodiscard]] bool idle() const { return piece_.empty() && output_.empty(); }

    Socket socket_;
    const Peer peer_;
    asio::steady_timer stall_;
    Shared& shared_;
    const ServerOptions& options_;
    ServerCounters& counters_;
    Closed closed_;
    std::map<CloseHook, std::function<void()>> hooks_;
    CloseHook last_hook_ = 0;

    LineFramer framer_;
    std::unique_ptr<Exchange> exchange_; ///< the line that is being answered
    std::array<char, 16384> input_{};
    OutputQueue output_;
    std::string piece_;            ///< being written
    std::size_t sent_ = 0;         ///< octets of it that the kernel has
    bool woken_ = false;           ///< a task that begins to write is on its way
    std::size_t noted_pushed_ = 0; ///< this connection's part of Shared::pushed
    bool input_ended_ = false;     ///< the client closed its writing side
    bool stays_open_ = false;      ///< which is not the end then
    bool holding_ = false;         ///< no next line before output has been taken
    bool ending_ = false;          ///< close as soon as output is empty
    bool cut_off_ = false;         ///< too much waits; a task that ends it is on its way
};

} // namespace mcfwd::rpc
