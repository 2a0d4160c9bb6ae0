// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lines are as long as they need to be: whoever reads them may be `less -S`, grep or awk.
#include "table.hh"

#include <algorithm>
#include <utility>

namespace mcfwd::ctl {

void Table::row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string padding(widths[i] - cells[i].size(), ' ');
        text += i == 0 ? "" : "  ";
        text += columns_[i].align == Align::kRight ? padding + cells[i] : cells[i] + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
}

std::string Table::text() const {
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        titles.push_back(columns_[i].title);
        widths.push_back(titles[i].size());
        for (const auto& cells : rows_) {
            widths[i] = std::max(widths[i], cells[i].size());
        }
    }
    std::string text = line(titles, widths);
    for (const auto& cells : rows_) {
        text += line(cells, widths);
    }
    return rows_.empty() ? text + "(no entries)\n" : text;
}

} // namespace mcfwd::ctl
