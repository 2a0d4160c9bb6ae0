// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Refuses commands that could not be carried out exactly as they are written.
#pragma once

#include <cstddef>

#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

namespace mcfwd::dataplane {

/// kInvalidParameter with the reason, for a data plane with `ports` ports.
[[nodiscard]] Expected<void> check_command(const TableCommand& command, std::size_t ports);

} // namespace mcfwd::dataplane
