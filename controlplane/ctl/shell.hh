// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// mcfwdctl without a command: a shell for people at a terminal, or commands line by line from a pipe.
#pragma once

#include "client.hh"
#include "outcome.hh"
#include "run.hh"

namespace mcfwd::ctl {

/// Reads commands until quit, Ctrl-D or end of file. An error does not end it. At a terminal: prompt, history
/// in ~/.mcfwdctl_history, completion, "?" at any point, Ctrl-C drops the line; the result is kDone.
/// From a pipe: no prompt, "#" begins a comment; the result is that of the last command that failed.
[[nodiscard]] Exit run_shell(Client& client, Format format);

} // namespace mcfwd::ctl
