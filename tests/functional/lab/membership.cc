// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The sockets exist for their memberships only; what arrives is watched by the WireTap.
#include "membership.hh"

#include <cerrno>
#include <cstring>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace mcfwd::lab {
namespace {

[[nodiscard]] sockaddr_storage socket_address(Ipv4Address address) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = address.to_network();
    sockaddr_storage storage{};
    std::memcpy(&storage, &in, sizeof in);
    return storage;
}

[[nodiscard]] int request_join(int fd, unsigned interface, Ipv4Address group, Ipv4Address source) {
    if (source == kAnySource) {
        group_req request{};
        request.gr_interface = interface;
        request.gr_group = socket_address(group);
        return setsockopt(fd, IPPROTO_IP, MCAST_JOIN_GROUP, &request, sizeof request);
    }
    group_source_req request{};
    request.gsr_interface = interface;
    request.gsr_group = socket_address(group);
    request.gsr_source = socket_address(source);
    return setsockopt(fd, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request);
}

} // namespace

Memberships::~Memberships() {
    for (const auto& [key, fd] : sockets_) {
        close(fd);
    }
}

Expected<void> Memberships::join(Ipv4Address group, Ipv4Address source) {
    if (sockets_.contains({group, source})) {
        return fail(Status::kAlreadyExists, fmt::format("{} is joined already", group));
    }
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || request_join(fd, if_nametoindex(interface_.c_str()), group, source) != 0) {
        const int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        return fail(Status::kCanNotComplete,
                    fmt::format("cannot join {} on {}: {}", group, interface_, std::strerror(error)));
    }
    sockets_.emplace(Key{group, source}, fd);
    return {};
}

Expected<void> Memberships::leave(Ipv4Address group, Ipv4Address source) {
    const auto found = sockets_.find({group, source});
    if (found == sockets_.end()) {
        return fail(Status::kNotFound, fmt::format("{} is not joined", group));
    }
    close(found->second); // the kernel leaves what a closing socket had joined
    sockets_.erase(found);
    return {};
}

} // namespace mcfwd::lab
