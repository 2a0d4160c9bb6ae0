// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The client's end of the control socket: one request, one answer, with a limit on the wait.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "outcome.hh"

namespace mcfwd::ctl {

/// Connects when it is first needed, and again after the daemon has been restarted.
class Client {
  public:
    /// `timeout`: longest wait without anything arriving.
    Client(std::string socket, std::chrono::milliseconds timeout)
        : socket_(std::move(socket)),
          timeout_(timeout) {}
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The result. kRefused with the daemon's words, kUsage when it found a parameter wrong, kNoDaemon when
    /// nobody is there or the answer does not come.
    [[nodiscard]] Outcome<nlohmann::json> call(const std::string& method, const nlohmann::json& params);

    /// The same for a command that lists: all pages as one result.
    [[nodiscard]] Outcome<nlohmann::json> call_for_all(const std::string& method, nlohmann::json params);

    /// A call whose answer is followed by notifications: hands each one's params to `notified`, until
    /// `go_on` says no (asked whenever a signal interrupts the wait) or the daemon ends.
    [[nodiscard]] Outcome<void> follow(const std::string& method, const nlohmann::json& params,
                                       const std::function<void(const nlohmann::json&)>& notified,
                                       const std::function<bool()>& go_on);

  private:
    [[nodiscard]] Outcome<void> connect();
    [[nodiscard]] Outcome<void> send(std::string_view text);
    [[nodiscard]] Outcome<std::string> receive_line();
    /// A line that has arrived already.
    [[nodiscard]] bool take_line(std::string& line);
    /// Octets as they come: >0 taken, 0 none yet.
    [[nodiscard]] Outcome<std::size_t> receive();
    /// False when nothing happened within the timeout.
    [[nodiscard]] bool wait_for(short events) const;
    [[nodiscard]] bool alive() const;
    void disconnect();
    [[nodiscard]] std::unexpected<Failure> gone(std::string_view what) const;

    std::string socket_;
    std::chrono::milliseconds timeout_;
    int descriptor_ = -1;
    int last_id_ = 0;
    std::string received_;
    std::size_t searched_ = 0; ///< no newline in received_ before this
};

} // namespace mcfwd::ctl
