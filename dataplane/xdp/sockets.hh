// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The AF_XDP sockets that the driver of DPDK opened. It does not show them, and its counters leave out frames
// that were lost because a worker did not empty a socket in time.
#pragma once

#include <cstdint>
#include <vector>

namespace mcfwd::dataplane::xdp {

/// Descriptors of all AF_XDP sockets of this process, ascending.
[[nodiscard]] std::vector<int> open_sockets();

/// Frames that were redirected to these sockets and found no room: receive ring full, or no buffer to fill.
[[nodiscard]] std::uint64_t missed(const std::vector<int>& sockets);

} // namespace mcfwd::dataplane::xdp
