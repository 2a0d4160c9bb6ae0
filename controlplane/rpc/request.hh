// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One line of a client in, one line of answer out: JSON-RPC 2.0 without any transport. In steps, so that a
// line that asks for much does not keep the control thread from others.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mcfwd::rpc {

class Registry;
class Session;

/// Codes of JSON-RPC 2.0, and two of the range it leaves to implementations.
enum class ErrorCode : int {
    kParseError = -32700,
    kInvalidRequest = -32600,
    kMethodNotFound = -32601,
    kInvalidParams = -32602,
    kInternalError = -32603,
    kRefused = -32000,    ///< a handler said no
    kNotAllowed = -32001, ///< this peer may not use the socket
};

/// Requests in one batch; more are refused as a whole.
inline constexpr std::size_t kBatchLimit = 100;
/// Octets of answers after which the rest of a batch is refused.
inline constexpr std::size_t kBatchOctets = std::size_t{8} << 20U;
/// Nesting of arrays and objects in a line. Our own requests need 4 (batch, request, params, list).
inline constexpr int kDepthLimit = 8;

/// A line and its answer.
class Exchange {
  public:
    /// Handlers get `session`; it and `registry` outlive the exchange. One that is given up between two steps
    /// leaves the rest undone.
    Exchange(const Registry& registry, Session& session, std::string_view line);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// Does one request, or one part of its work. True: there is more to do.
    [[nodiscard]] bool step();
    /// Once, after the last step: the answer with its newline, or empty when none is due (notifications,
    /// blank line).
    [[nodiscard]] std::string answer();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// An error that belongs to no request (id null), with its newline.
[[nodiscard]] std::string error_line(ErrorCode code, std::string_view message);

} // namespace mcfwd::rpc
