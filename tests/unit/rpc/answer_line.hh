// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A line to its end at once, for tests that do not care about the steps.
#pragma once

#include <string>
#include <string_view>

#include <controlplane/rpc/request.hh>
#include <controlplane/rpc/session.hh>

inline std::string answer_line(const mcfwd::rpc::Registry& registry, std::string_view line,
                               mcfwd::rpc::Session& session) {
    mcfwd::rpc::Exchange exchange(registry, session, line);
    while (exchange.step()) {
    }
    return exchange.answer();
}
