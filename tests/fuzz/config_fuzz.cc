// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Any bytes are a configuration: it is refused with diagnostics that a person can follow, or it is accepted
// and what is written of it reads back as the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <controlplane/config/load.hh>
#include <controlplane/config/write.hh>

namespace {

using namespace mcfwd::config;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void check(const std::vector<Diagnostic>& diagnostics, std::string_view text) {
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
    require(std::ranges::is_sorted(diagnostics, {}, &Diagnostic::position));
    for (const Diagnostic& diagnostic : diagnostics) {
        require(diagnostic.position.line >= 1 && diagnostic.position.line <= lines);
        require(diagnostic.position.column >= 1 && diagnostic.position.column <= text.size() + 1);
        require(!diagnostic.message.empty() && !diagnostic.got.empty() && !diagnostic.valid.empty());
        require(diagnostic.text().find('\n') == std::string::npos);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto result = parse(text, "fuzz.toml");
    if (!result) {
        require(!result.error().empty());
        check(result.error(), text);
        return 0;
    }
    check(result->warnings, text);
    const auto again = parse(to_toml(result->config), "written.toml");
    require(again && again->config == result->config);
    return 0;
}
