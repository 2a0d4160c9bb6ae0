// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The loop of a client: read -> serve one line -> let others run -> serve the next -> read again. Writing
// goes on beside it.
#include "connection.hh"

#include <string_view>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/post.hpp>

#include <fmt/format.h>

#include "request.hh"

namespace mcfwd::rpc {

Connection::Connection(Socket socket, const Registry& registry, const ServerOptions& options,
                       ServerCounters& counters)
    : socket_(std::move(socket)),
      stall_(socket_.get_executor()),
      registry_(registry),
      options_(options),
      counters_(counters),
      framer_(options.line_limit) {}

void Connection::start(Closed closed) {
    closed_ = std::move(closed);
    read();
}

void Connection::close() {
    asio::error_code ignored;
    socket_.close(ignored);
    stall_.cancel();
    closed_ = nullptr;
}

/// Closes and reports it.
void Connection::end() {
    Closed closed = std::exchange(closed_, nullptr);
    close();
    if (closed) {
        closed(shared_from_this());
    }
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
                                self->framer_.append(std::string_view(self->input_.data(), octets));
                                self->serve();
                            });
}

/// Handles one line at most, so that a client with many lines does not keep the control thread from others.
void Connection::serve() {
    if (!socket_.is_open() || ending_) {
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
        send(answer_line(registry_, line));
        serve_later();
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
        ending_ = true;
        if (output_.empty()) {
            end();
        }
    }
}

void Connection::serve_later() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->serve(); });
}

void Connection::send(std::string line) {
    if (line.empty() || !socket_.is_open()) {
        return;
    }
    queued_ += line.size();
    output_.push_back(std::move(line));
    if (output_.size() == 1) {
        write();
    }
}

void Connection::write() {
    watch_for_stall();
    const std::string_view rest = std::string_view(output_.front()).substr(sent_of_front_);
    socket_.async_write_some(asio::buffer(rest),
                             [self = shared_from_this()](asio::error_code error, std::size_t octets) {
                                 if (!self->socket_.is_open()) {
                                     return;
                                 }
                                 if (error) {
                                     self->end();
                                     return;
                                 }
                                 self->written(octets);
                             });
}

void Connection::written(std::size_t octets) {
    sent_of_front_ += octets;
    if (sent_of_front_ == output_.front().size()) {
        queued_ -= output_.front().size();
        sent_of_front_ = 0;
        output_.pop_front();
    }
    if (!output_.empty()) {
        write();
    } else {
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

void Connection::watch_for_stall() {
    stall_.expires_after(options_.stall_limit);
    stall_.async_wait([self = shared_from_this()](asio::error_code error) {
        if (!error && self->socket_.is_open() &&
            self->stall_.expiry() <= asio::steady_timer::clock_type::now()) {
            ++self->counters_.slow_readers;
            self->end();
        }
    });
}

} // namespace mcfwd::rpc
