// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who is at the other end of a unix socket, and whether they may give commands.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include <mcfwd/result.hh>

namespace mcfwd::rpc {

/// As the kernel recorded them when the client connected.
struct Peer {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; ///< supplementary
    pid_t pid = 0;
};

/// SO_PEERCRED and SO_PEERGROUPS of a connected unix socket.
[[nodiscard]] Expected<Peer> peer_of(int socket);

/// Root, the daemon's own user, and the members of the socket file's group may.
[[nodiscard]] bool may_use(const Peer& peer, uid_t own_uid, gid_t socket_group);

} // namespace mcfwd::rpc
