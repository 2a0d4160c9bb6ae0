// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What both kinds of replication do with packet buffers. They are never chained: the AF_XDP driver of
// DPDK 22.11 reads past the first segment.
#pragma once

#include <cstring>

#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

namespace mcfwd::dataplane {

/// Nobody else holds the buffer or the memory behind it.
[[nodiscard]] inline bool is_ours_alone(const rte_mbuf* mbuf) noexcept {
    return rte_mbuf_refcnt_read(mbuf) == 1 && RTE_MBUF_DIRECT(mbuf);
}

/// The octets of `mbuf` in a buffer of their own, without what the receiving driver noted; nullptr: none is
/// left.
[[nodiscard]] inline rte_mbuf* duplicate(const rte_mbuf* mbuf, rte_mempool* pool) noexcept {
    rte_mbuf* copy = rte_pktmbuf_alloc(pool);
    if (copy == nullptr) {
        return nullptr;
    }
    char* octets = rte_pktmbuf_append(copy, mbuf->data_len);
    if (octets == nullptr) {
        rte_pktmbuf_free(copy);
        return nullptr;
    }
    std::memcpy(octets, rte_pktmbuf_mtod(mbuf, const char*), mbuf->data_len);
    return copy;
}

/// Pads a frame with zeros to the least one of IEEE 802.3, without check sequence.
inline void pad_frame(rte_mbuf* frame) noexcept {
    constexpr std::uint16_t kLeastFrame = RTE_ETHER_MIN_LEN - RTE_ETHER_CRC_LEN;
    if (frame->data_len < kLeastFrame) {
        const auto missing = static_cast<std::uint16_t>(kLeastFrame - frame->data_len);
        if (char* padding = rte_pktmbuf_append(frame, missing)) {
            std::memset(padding, 0, missing);
        }
    }
}

} // namespace mcfwd::dataplane
