// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What both kinds of replication do with packet buffers.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_memcpy.h>
#include <rte_mempool.h>

namespace mcfwd::dataplane {

/// Nobody else holds the buffer or the memory behind it.
[[nodiscard]] inline bool is_ours_alone(const rte_mbuf* mbuf) noexcept {
    return rte_mbuf_refcnt_read(mbuf) == 1 && RTE_MBUF_DIRECT(mbuf);
}

/// Free buffers of a worker: taken from the pool many at a time, so that they are on their way to the cache
/// before they are written to. One per worker.
class Buffers {
  public:
    explicit Buffers(rte_mempool* pool) : pool_(pool), room_(rte_pktmbuf_data_room_size(pool)) {}
    ~Buffers() { give_back(); }
    Buffers(const Buffers&) = delete;
    Buffers& operator=(const Buffers&) = delete;

    /// A buffer for `octets`, which are not written, and `before` in front of them besides DPDK's headroom;
    /// nullptr: none is left, or it is too small. Free buffers have one segment and one reference already;
    /// the rest that drivers look at is set here.
    [[nodiscard]] rte_mbuf* take(std::uint16_t octets, std::uint16_t before = 0) noexcept {
        const unsigned start = RTE_PKTMBUF_HEADROOM + unsigned{before};
        if (start + octets > room_ || (size_ == 0 && !refill())) [[unlikely]] {
            return nullptr;
        }
        ++taken_;
        rte_mbuf* taken = ready_[--size_];
        taken->data_off = static_cast<std::uint16_t>(start);
        taken->ol_flags = 0;
        taken->packet_type = 0;
        taken->pkt_len = octets;
        taken->data_len = octets;
        return taken;
    }
    /// Whether `take` has one.
    [[nodiscard]] bool any() noexcept { return size_ > 0 || refill(); }
    /// Returns what was not used, and forgets how much was.
    void give_back() noexcept {
        if (size_ > 0) {
            rte_mempool_put_bulk(pool_, reinterpret_cast<void* const*>(ready_.data()), size_);
            size_ = 0;
        }
        taken_ = 0;
    }
    /// Since the last `give_back`.
    [[nodiscard]] unsigned taken() const noexcept { return taken_; }

  private:
    static constexpr unsigned kAtOnce = 16;

    [[nodiscard]] bool refill() noexcept {
        const auto get = [this](unsigned count) {
            return rte_mempool_get_bulk(pool_, reinterpret_cast<void**>(ready_.data()), count) == 0;
        };
        size_ = get(kAtOnce) ? kAtOnce : (get(1) ? 1U : 0U);
        for (unsigned i = 0; i < size_; ++i) {
            __builtin_prefetch(ready_[i], 1);
            __builtin_prefetch(static_cast<char*>(ready_[i]->buf_addr) + RTE_PKTMBUF_HEADROOM, 1);
        }
        return size_ > 0;
    }

    rte_mempool* pool_;
    std::uint16_t room_;
    unsigned size_ = 0;
    unsigned taken_ = 0;
    std::array<rte_mbuf*, kAtOnce> ready_{};
};

/// The octets of `mbuf` in a buffer of their own, without what the receiving driver noted; nullptr: none is
/// left. With a header of `before` octets in front of them they begin where received frames do: at a cache
/// line, so that a short frame is one.
[[nodiscard]] inline rte_mbuf* duplicate(const rte_mbuf* mbuf, Buffers& buffers,
                                         std::uint16_t before = 0) noexcept {
    rte_mbuf* copy = buffers.take(mbuf->data_len, before);
    if (copy != nullptr) {
        rte_memcpy(rte_pktmbuf_mtod(copy, char*), rte_pktmbuf_mtod(mbuf, const char*), mbuf->data_len);
    }
    return copy;
}

/// Octets of the least frame of IEEE 802.3, without check sequence.
inline constexpr std::uint16_t kLeastFrame = RTE_ETHER_MIN_LEN - RTE_ETHER_CRC_LEN;

/// Pads a frame with zeros to the least one.
inline void pad_frame(rte_mbuf* frame) noexcept {
    if (frame->data_len < kLeastFrame) {
        const auto missing = static_cast<std::uint16_t>(kLeastFrame - frame->data_len);
        if (char* padding = rte_pktmbuf_append(frame, missing)) {
            std::memset(padding, 0, missing);
        }
    }
}

} // namespace mcfwd::dataplane
