// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One line of a client in, one line of answer out: JSON-RPC 2.0 without any transport.
#pragma once

#include <cstddef>
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

/// The answer with its newline, or empty when none is due (notification, blank line). Calls the handlers, and
/// hands `session` to those that want it.
[[nodiscard]] std::string answer_line(const Registry& registry, std::string_view line, Session& session);

/// An error that belongs to no request (id null), with its newline.
[[nodiscard]] std::string error_line(ErrorCode code, std::string_view message);

} // namespace mcfwd::rpc
