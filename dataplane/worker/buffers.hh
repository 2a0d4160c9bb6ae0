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
    /// Without a pool no packet finds room.
    explicit Buffers(rte_mempool* pool)
        : pool_(pool),
          room_(pool != nullptr ? rte_pktmbuf_data_room_size(pool) : std::uint16_t{0}) {}
    ~Buffers() { give_back(); }
    Buffers(const Buffers&) = delete;
    Buffers& operator=(const Buffers&) = delete;

    /// A free buffer: one segment and one reference, the rest that drivers look at is as it was left;
    /// nullptr: none is left.
    [[nodiscard]] rte_mbuf* take() noexcept {
        if (size_ == 0 && !refill()) [[unlikely]] {
            return nullptr;
        }
        return ready_[--size_];
    }
    /// Whether so many octets, with `before` in front of them besides DPDK's headroom, find room in a buffer.
    [[nodiscard]] bool are_long_enough(std::uint16_t octets, std::uint16_t before) const noexcept {
        return RTE_PKTMBUF_HEADROOM + unsigned{before} + octets <= room_;
    }
    /// Whether `take` has one.
    [[nodiscard]] bool any() noexcept { return size_ > 0 || (room_ > 0 && refill()); }
    /// The next one is not at hand.
    [[nodiscard]] bool used_up() const noexcept { return size_ == 0; }
    /// Returns what was not used.
    void give_back() noexcept {
        if (size_ > 0) {
            rte_mempool_put_bulk(pool_, reinterpret_cast<void* const*>(ready_.data()), size_);
            size_ = 0;
        }
        taken_ = 0;
    }
    /// Taken from the pool since the last `give_back`.
    [[nodiscard]] unsigned taken() const noexcept { return taken_; }

  private:
    static constexpr unsigned kAtOnce = 16;

    [[nodiscard]] bool refill() noexcept {
        const auto get = [this](unsigned count) {
            return rte_mempool_get_bulk(pool_, reinterpret_cast<void**>(ready_.data()), count) == 0;
        };
        size_ = get(kAtOnce) ? kAtOnce : (get(1) ? 1U : 0U);
        taken_ += size_;
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

/// Writes what drivers look at, for a frame of one segment that begins `start` octets into the buffer.
inline void describe(rte_mbuf* frame, std::size_t start, std::size_t length) noexcept {
    frame->data_off = static_cast<std::uint16_t>(start);
    frame->ol_flags = 0;
    frame->packet_type = 0;
    frame->pkt_len = static_cast<std::uint32_t>(length);
    frame->data_len = static_cast<std::uint16_t>(length);
}

/// At least 16 octets. Short packets are copied without a call, and nothing behind their end is touched,
/// which may be another cache line.
inline void copy_octets(char* to, const char* from, std::size_t count) noexcept {
    constexpr std::size_t kStep = 16;
    constexpr std::size_t kShort = 128;
    if (count > kShort) {
        std::memcpy(to, from, count);
        return;
    }
    for (std::size_t done = 0; done + kStep < count; done += kStep) {
        std::memcpy(to + done, from + done, kStep);
    }
    std::memcpy(to + count - kStep, from + count - kStep, kStep);
}

/// The octets of `mbuf` in a buffer of their own, with room for `before` more in front besides DPDK's
/// headroom; without what the receiving driver noted. nullptr: none is left, or it is too small.
[[nodiscard]] inline rte_mbuf* duplicate(const rte_mbuf* mbuf, Buffers& buffers,
                                         std::uint16_t before = 0) noexcept {
    const std::uint16_t length = mbuf->data_len;
    rte_mbuf* copy = buffers.are_long_enough(length, before) ? buffers.take() : nullptr;
    if (copy != nullptr) {
        describe(copy, RTE_PKTMBUF_HEADROOM + std::size_t{before}, length);
        std::memcpy(rte_pktmbuf_mtod(copy, char*), rte_pktmbuf_mtod(mbuf, const char*), length);
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
