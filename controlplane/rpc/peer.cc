// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The mode of the socket file keeps most strangers out already; this holds even when somebody loosens it.
#include "peer.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

#include <fmt/format.h>

namespace mcfwd::rpc {

namespace {

std::vector<gid_t> supplementary_groups(int socket) {
    std::vector<gid_t> groups(32);
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto octets = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        const int result = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &octets);
        if (result != 0 && errno != ERANGE) {
            return {};
        }
        groups.resize(octets / sizeof(gid_t)); // on ERANGE the kernel tells the size it needs
        if (result == 0) {
            return groups;
        }
    }
    return {};
}

} // namespace

Expected<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t octets = sizeof(credentials);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &octets) != 0) {
        return fail(Status::kCanNotComplete, fmt::format("SO_PEERCRED: {}", std::strerror(errno)));
    }
    return Peer{credentials.uid, credentials.gid, supplementary_groups(socket), credentials.pid};
}

bool may_use(const Peer& peer, uid_t own_uid, gid_t socket_group) {
    return peer.uid == 0 || peer.uid == own_uid || peer.gid == socket_group ||
           std::ranges::find(peer.groups, socket_group) != peer.groups.end();
}

} // namespace mcfwd::rpc
