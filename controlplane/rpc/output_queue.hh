// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What waits to be written to one client: answers as text, notifications as a count of lines that their
// source makes when their turn comes. Transport-free.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include <controlplane/rpc/session.hh>

namespace mcfwd::rpc {

class OutputQueue {
  public:
    void add(std::string text);
    void add(const std::shared_ptr<LineSource>& source, std::size_t octets);
    void clear();

    [[nodiscard]] bool empty() const { return segments_.empty(); }
    /// Octets of text that wait.
    [[nodiscard]] std::size_t text_octets() const { return text_octets_; }
    /// Octets that the lines of all sources hold.
    [[nodiscard]] std::size_t pushed_octets() const { return pushed_octets_; }

    /// Moves whole lines out, oldest first: one, and more while they fit into about 64 KiB.
    [[nodiscard]] std::string next_piece();
    /// Forgets at most so many lines of sources, oldest first, and texts. True: there is more.
    bool discard_some(std::size_t most);

  private:
    /// Either text, or lines of a source.
    struct Segment {
        std::string text;
        std::shared_ptr<LineSource> source;
        std::size_t lines = 0;
    };

    std::deque<Segment> segments_;
    std::size_t text_octets_ = 0;
    std::size_t pushed_octets_ = 0;
};

} // namespace mcfwd::rpc
