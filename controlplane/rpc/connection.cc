// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The loop of a client: read -> serve one line -> let others run -> serve the next -> read again. Writing
// goes on beside it.
#include "connection.hh"

#include <new>
#include <string_view>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <poll.h>

#include <fmt/format.h>

#include "request.hh"

namespace mcfwd::rpc {

namespace {

/// Lines that one task forgets.
constexpr std::size_t kForgottenAtOnce = 1000;

/// What nobody will read: hundreds of thousands of lines may wait for a client that dies.
void forget_some(const asio::any_io_executor& executor, std::shared_ptr<OutputQueue> rest) {
    if (rest->discard_some(kForgottenAtOnce)) {
        asio::post(executor, [executor, rest = std::move(rest)] { forget_some(executor, rest); });
    }
}

} // namespace

Connection::Connection(Socket socket, Peer peer, Shared& shared)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      stall_(socket_.get_executor()),
      shared_(shared),
      options_(shared.options),
      counters_(shared.counters),
      framer_(options_.line_limit) {}

Connection::~Connection() = default;

void Connection::start(Closed closed) {
    closed_ = std::move(closed);
    read();
}

void Connection::close() {
    asio::error_code ignored;
    socket_.close(ignored);
    stall_.cancel();
    closed_ = nullptr;
    hooks_.clear();
    output_.clear();
    note_pushed();
    exchange_.reset();
}

/// Closes and reports it. Only called from tasks of this connection, never from inside a handler.
void Connection::end() {
    const auto self = shared_from_this();
    Closed closed = std::exchange(closed_, nullptr);
    const auto hooks = std::exchange(hooks_, {});
    try {
        auto rest = std::make_shared<OutputQueue>();
        std::swap(*rest, output_);
        forget_some(socket_.get_executor(), std::move(rest));
    } catch (const std::bad_alloc&) { // then all at once
        ++counters_.out_of_memory;
    }
    close();
    if (closed) {
        closed(self);
    }
    for (const auto& [number, hook] : hooks) {
        try {
            hook();
        } catch (const std::bad_alloc&) { // the others still have to let go of this session
            ++counters_.out_of_memory;
        }
    }
}

Session::CloseHook Connection::on_close(std::function<void()> hook) {
    hooks_.emplace(++last_hook_, std::move(hook));
    return last_hook_;
}

/// Of a client that has nothing more to say but listens: the next news of it is that it has gone.
void Connection::wait_for_end() {
    socket_.async_wait(Socket::wait_error, [self = shared_from_this()](asio::error_code error) {
        if (!self->socket_.is_open()) {
            return;
        }
        if (error || self->peer_gone()) {
            self->end();
        } else {
            self->guarded([&] { self->wait_for_end(); });
        }
    });
}

/// A request without memory is answered (request.cc); without memory to read or write there is no telling
/// where in a line the connection stands, so it ends.
template <typename Body>
void Connection::guarded(Body body) {
    try {
        body();
    } catch (const std::bad_alloc&) {
        ++counters_.out_of_memory;
        end();
    }
}

bool Connection::peer_gone() const {
    pollfd poll{const_cast<Socket&>(socket_).native_handle(), 0, 0};
    return !socket_.is_open() || (::poll(&poll, 1, 0) > 0 && (poll.revents & (POLLHUP | POLLERR)) != 0);
}

void Connection::read() {
    socket_.async_read_some(asio::buffer(input_),
                            [self = shared_from_this()](asio::error_code error, std::size_t octets) {
                                if (!self->socket_.is_open()) {
                                    return;
                                }
                                if (error && error != asio::error::eof) {
                                    self->end();
                                    return;
                                }
                                self->input_ended_ = error == asio::error::eof;
                                self->guarded([&] {
                                    self->framer_.append(std::string_view(self->input_.data(), octets));
                                    self->serve();
                                });
                            });
}

/// One step of one line, so that a client that asks for much does not keep the control thread from others.
void Connection::serve() {
    if (!socket_.is_open() || ending_) {
        return;
    }
    if (exchange_) {
        serve_step();
        return;
    }
    if (unsent() > options_.output_limit) {
        holding_ = true; // written() comes back here
        return;
    }
    std::string line;
    switch (framer_.next(line)) {
    case Framing::kLine:
        ++counters_.requests;
        exchange_ = std::make_unique<Exchange>(shared_.registry, *this, line);
        serve_step();
        return;
    case Framing::kTooLong:
        ++counters_.oversized_lines;
        ending_ = true;
        send(error_line(
            ErrorCode::kInvalidRequest,
            fmt::format("a line of more than {} octets; the connection is closed", options_.line_limit)));
        return;
    case Framing::kNeedMore:
        if (!input_ended_) {
            read();
            return;
        }
        if (stays_open_) {
            wait_for_end();
            return;
        }
        ending_ = true;
        if (idle()) {
            end();
        }
    }
}

void Connection::serve_step() {
    if (!exchange_->step()) {
        send(exchange_->answer());
        exchange_.reset();
    }
    serve_later();
}

void Connection::serve_later() {
    asio::post(socket_.get_executor(),
               [self = shared_from_this()] { self->guarded([&] { self->serve(); }); });
}

void Connection::send(std::string line) {
    if (line.empty() || !socket_.is_open()) {
        return;
    }
    output_.add(std::move(line));
    write();
}

void Connection::push(const std::shared_ptr<LineSource>& source, std::size_t octets) {
    if (cut_off_ || !socket_.is_open()) {
        return;
    }
    output_.add(source, octets);
    note_pushed();
    if (shared_.pushed > options_.total_push_limit) {
        shared_.relieve();
    }
    if (output_.pushed_octets() > options_.push_limit) {
        cut_off_soon();
    } else if (piece_.empty() && !woken_) {
        woken_ = true;
        asio::post(socket_.get_executor(), [self = shared_from_this()] {
            self->woken_ = false;
            self->guarded([&] { self->write(); });
        });
    }
}

void Connection::note_pushed() {
    shared_.pushed += output_.pushed_octets() - noted_pushed_;
    noted_pushed_ = output_.pushed_octets();
}

void Connection::cut_off_soon() {
    if (!cut_off_) {
        cut_off_ = true;
        asio::post(socket_.get_executor(), [self = shared_from_this()] { self->cut_off(); });
    }
}

/// Begins with the next piece unless one is being written.
void Connection::write() {
    if (piece_.empty() && !output_.empty() && socket_.is_open()) {
        piece_ = output_.next_piece();
        note_pushed();
        sent_ = 0;
        write_piece();
    }
}

void Connection::write_piece() {
    watch_for_stall();
    const std::string_view rest = std::string_view(piece_).substr(sent_);
    socket_.async_write_some(asio::buffer(rest),
                             [self = shared_from_this()](asio::error_code error, std::size_t octets) {
                                 if (!self->socket_.is_open()) {
                                     return;
                                 }
                                 if (error) {
                                     self->end();
                                     return;
                                 }
                                 self->guarded([&] { self->written(octets); });
                             });
}

void Connection::written(std::size_t octets) {
    sent_ += octets;
    if (sent_ < piece_.size()) {
        write_piece();
    } else {
        piece_.clear();
        sent_ = 0;
        write();
    }
    if (idle()) {
        stall_.cancel();
        if (ending_) {
            end();
            return;
        }
    }
    if (holding_ && unsent() <= options_.output_limit) {
        holding_ = false;
        serve_later();
    }
}

void Connection::cut_off() {
    if (socket_.is_open()) {
        ++counters_.slow_readers;
        end();
    }
}

void Connection::watch_for_stall() {
    stall_.expires_after(options_.stall_limit);
    stall_.async_wait([self = shared_from_this()](asio::error_code error) {
        if (!error && self->socket_.is_open() &&
            self->stall_.expiry() <= asio::steady_timer::clock_type::now()) {
            self->cut_off();
        }
    });
}

} // namespace mcfwd::rpc
