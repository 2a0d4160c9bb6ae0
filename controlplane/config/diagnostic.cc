// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// How a diagnostic reads: the form that editors and compilers have taught people to jump to.
#include "diagnostic.hh"

#include <fmt/format.h>

namespace mcfwd::config {

std::string Diagnostic::text() const {
    return fmt::format("{}:{}:{}: {}: got {}; valid: {}", file, position.line, position.column, message, got,
                       valid);
}

std::string text(const std::vector<Diagnostic>& diagnostics, std::size_t limit) {
    std::string lines;
    std::size_t shown = 0;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (shown == limit) {
            return fmt::format("{}\nand {} more", lines, diagnostics.size() - shown);
        }
        lines += shown == 0 ? "" : "\n";
        lines += diagnostic.text();
        ++shown;
    }
    return lines;
}

} // namespace mcfwd::config
