// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The versions of the table that people can look back at.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/table.hh>

namespace mcfwd::dataplane {

/// The newest kKept versions. Control thread only.
class History {
  public:
    static constexpr std::size_t kKept = 1024;
    /// Causes of merged batches are cut off behind this many characters.
    static constexpr std::size_t kCauseLength = 512;

    void add(VersionRecord record);
    /// Every worker has left the version before the newest one.
    void retire_newest(Instant now);
    /// Newest first.
    [[nodiscard]] std::vector<VersionRecord> newest(std::size_t limit) const;

    /// Appends a cause to the causes of the batches before it, unless it is one of them.
    static void join_cause(std::string& causes, std::string_view cause);

  private:
    std::deque<VersionRecord> records_; ///< oldest first
};

} // namespace mcfwd::dataplane
