// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Aligned columns under a header line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mcfwd::ctl {

enum class Align : std::uint8_t { kLeft, kRight };

struct Column {
    std::string title;
    Align align = Align::kLeft;
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell per column.
    void row(std::vector<std::string> cells);
    /// Two blanks between columns, none at the end of a line; "(no entries)" without rows.
    [[nodiscard]] std::string text() const;

  private:
    [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                   const std::vector<std::size_t>& widths) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace mcfwd::ctl
