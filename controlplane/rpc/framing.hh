// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Cuts a byte stream into lines of bounded length. Transport-free, so that it can be fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcfwd::rpc {

enum class Framing : std::uint8_t {
    kLine,     ///< a line came out
    kNeedMore, ///< no complete line is left
    kTooLong,  ///< the next line is over the limit; the stream cannot go on
};

class LineFramer {
  public:
    explicit LineFramer(std::size_t limit) : limit_(limit) {}

    void append(std::string_view octets);
    /// Moves the next line, without its newline, into `line`.
    [[nodiscard]] Framing next(std::string& line);

  private:
    std::size_t limit_;
    std::string buffer_;
    std::size_t start_ = 0;    ///< of the next line
    std::size_t searched_ = 0; ///< no newline between start_ and here
};

} // namespace mcfwd::rpc
