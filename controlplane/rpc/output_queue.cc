// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Neighbouring lines of one source are one segment, so a notification costs nothing here but a count.
#include "output_queue.hh"

#include <utility>

namespace mcfwd::rpc {

namespace {

/// Enough for a system call to be worth it, little enough that making the text does not hold others up.
constexpr std::size_t kPiece = std::size_t{64} << 10U;

} // namespace

void OutputQueue::add(std::string text) {
    text_octets_ += text.size();
    segments_.push_back({.text = std::move(text), .source = nullptr, .lines = 0});
}

void OutputQueue::add(const std::shared_ptr<LineSource>& source, std::size_t octets) {
    pushed_octets_ += octets;
    if (segments_.empty() || segments_.back().source != source) {
        segments_.push_back({.text = {}, .source = source, .lines = 0});
    }
    ++segments_.back().lines;
}

void OutputQueue::clear() {
    segments_.clear();
    text_octets_ = pushed_octets_ = 0;
}

bool OutputQueue::discard_some(std::size_t most) {
    for (; most > 0 && !segments_.empty(); --most) {
        Segment& front = segments_.front();
        if (front.source != nullptr) {
            front.source->drop_line();
            if (--front.lines > 0) {
                continue;
            }
        }
        segments_.pop_front();
    }
    return !segments_.empty();
}

std::string OutputQueue::next_piece() {
    std::string piece;
    while (!segments_.empty() && piece.size() < kPiece) {
        Segment& front = segments_.front();
        if (front.source != nullptr) {
            pushed_octets_ -= front.source->take_line(piece);
            if (--front.lines > 0) {
                continue;
            }
        } else {
            text_octets_ -= front.text.size();
            if (piece.empty()) {
                piece = std::move(front.text); // the usual case: one answer, however long
            } else {
                piece += front.text;
            }
        }
        segments_.pop_front();
    }
    return piece;
}

} // namespace mcfwd::rpc
