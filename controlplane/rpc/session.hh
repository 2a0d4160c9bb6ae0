// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A client as handlers see it: who it is, a way to tell it something it did not ask for, and word when it has
// gone. The socket implements it (connection.hh); tests have their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <controlplane/rpc/peer.hh>

namespace mcfwd::rpc {

/// Lines that wait for a client, kept in the owner's own compact form and made into text when the socket
/// takes output.
class LineSource {
  public:
    virtual ~LineSource() = default;
    /// Appends the oldest line that waits, with its newline, and forgets it. Returns the octets with which it
    /// was announced to `Session::push`.
    virtual std::size_t take_line(std::string& out) = 0;
    /// Forgets the oldest line that waits: nobody will read it.
    virtual void drop_line() = 0;
};

/// Control thread only. Valid until its `on_close` functions have run; after the server was stopped they do
/// not run any more and nothing may be pushed.
class Session {
  public:
    virtual ~Session() = default;

    [[nodiscard]] virtual const Peer& peer() const = 0;
    /// The client has closed its end, although word of it has not come through the loop yet.
    [[nodiscard]] virtual bool peer_gone() const = 0;
    /// `source` has one line more, which holds `octets` of memory while it waits. Lines and answers leave in
    /// the order in which they were pushed and given. Allowed anywhere, also deep inside a handler: it only
    /// takes note. A client for which too much waits is cut off by a task of its own.
    virtual void push(const std::shared_ptr<LineSource>& source, std::size_t octets) = 0;
    using CloseHook = std::uint64_t;
    /// `hook` runs once, as a task of its own, when the connection has ended by itself, unless it is
    /// forgotten before. All of them run, also when one finds no memory.
    virtual CloseHook on_close(std::function<void()> hook) = 0;
    virtual void forget(CloseHook hook) = 0;
    /// From now on the connection lives until the client closes all of it: one that listens need not be able
    /// to ask.
    virtual void stay_open() = 0;
};

} // namespace mcfwd::rpc
