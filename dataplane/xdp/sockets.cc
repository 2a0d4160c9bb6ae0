// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Found among the descriptors of the process.
#include "sockets.hh"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>

#include <linux/if_xdp.h>
#include <sys/socket.h>

namespace mcfwd::dataplane::xdp {

namespace {

bool is_xdp_socket(int descriptor) {
    int domain = 0;
    socklen_t size = sizeof(domain);
    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_XDP;
}

} // namespace

std::vector<int> open_sockets() {
    std::vector<int> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
        const std::string text = entry.path().filename();
        int descriptor = -1;
        std::from_chars(text.data(), text.data() + text.size(), descriptor);
        if (is_xdp_socket(descriptor)) {
            found.push_back(descriptor);
        }
    }
    std::ranges::sort(found);
    return found;
}

std::uint64_t missed(const std::vector<int>& sockets) {
    std::uint64_t sum = 0;
    for (const int descriptor : sockets) {
        xdp_statistics statistics{};
        socklen_t size = sizeof(statistics);
        if (getsockopt(descriptor, SOL_XDP, XDP_STATISTICS, &statistics, &size) == 0) {
            sum += statistics.rx_dropped + statistics.rx_ring_full;
        }
    }
    return sum;
}

} // namespace mcfwd::dataplane::xdp
