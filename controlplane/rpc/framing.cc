// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Every octet is searched once and moved at most once, however small the pieces are that arrive.
#include "framing.hh"

namespace mcfwd::rpc {

void LineFramer::append(std::string_view octets) {
    buffer_.erase(0, start_);
    searched_ -= start_;
    start_ = 0;
    buffer_.append(octets);
}

Framing LineFramer::next(std::string& line) {
    const std::size_t newline = buffer_.find('\n', searched_);
    const std::size_t end = newline == std::string::npos ? buffer_.size() : newline;
    if (end - start_ > limit_) {
        searched_ = start_;
        return Framing::kTooLong;
    }
    if (newline == std::string::npos) {
        searched_ = buffer_.size();
        return Framing::kNeedMore;
    }
    line.assign(buffer_, start_, end - start_);
    start_ = searched_ = newline + 1;
    return Framing::kLine;
}

} // namespace mcfwd::rpc
