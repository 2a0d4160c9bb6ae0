// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Result type of everything that can fail outside the packet path. The status names are the ones of the
// group manager specification (Appendix A), so that one vocabulary reaches from the tables to the socket.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace mcfwd {

enum class Status : std::uint8_t {
    kNotEnoughMemory,    ///< no room: memory, or a table of fixed capacity is full
    kInvalidParameter,   ///< the request itself is wrong
    kInsufficientBuffer, ///< the caller's buffer holds not even one item
    kAlreadyExists,
    kMoreData,
    kNoMoreItems,
    kCanNotComplete, ///< right request, wrong moment or failing environment
    kNotFound,
};

/// Name as documented and as sent in `data.status` on the control socket, e.g. "ALREADY_EXISTS".
[[nodiscard]] constexpr std::string_view status_name(Status status) {
    switch (status) {
    case Status::kNotEnoughMemory:
        return "NOT_ENOUGH_MEMORY";
    case Status::kInvalidParameter:
        return "INVALID_PARAMETER";
    case Status::kInsufficientBuffer:
        return "INSUFFICIENT_BUFFER";
    case Status::kAlreadyExists:
        return "ALREADY_EXISTS";
    case Status::kMoreData:
        return "MORE_DATA";
    case Status::kNoMoreItems:
        return "NO_MORE_ITEMS";
    case Status::kCanNotComplete:
        return "CAN_NOT_COMPLETE";
    case Status::kNotFound:
        return "NOT_FOUND";
    }
    return "UNKNOWN";
}

/// What went wrong, for a person: `what` names the thing, where it is, and what would be right.
struct Error {
    Status status = Status::kCanNotComplete;
    std::string what;
};

template <typename T>
using Expected = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Status status, std::string what) {
    return std::unexpected<Error>(Error{status, std::move(what)});
}

} // namespace mcfwd
