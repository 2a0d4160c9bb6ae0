// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// An rte_ring with an owner and a type. Messages lie in the ring themselves, so that sending one allocates
// nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>

#include <mcfwd/result.hh>

namespace mcfwd::dataplane {

enum class Producers : std::uint8_t { kOne, kMany };

/// Bounded queue of trivially copyable messages; one consumer. Requires a running Eal.
template <typename Message>
class Ring {
    static_assert(std::is_trivially_copyable_v<Message> && sizeof(Message) % 4 == 0);

  public:
    /// `slots` is a power of two; one of them stays free. `name` is unique and at most 25 characters.
    [[nodiscard]] static Expected<Ring> create(const std::string& name, unsigned slots, Producers producers) {
        const unsigned flags = RING_F_SC_DEQ | (producers == Producers::kOne ? unsigned{RING_F_SP_ENQ} : 0U);
        rte_ring* ring = rte_ring_create_elem(name.c_str(), sizeof(Message), slots,
                                              static_cast<int>(rte_socket_id()), flags);
        if (ring == nullptr) {
            return fail(Status::kNotEnoughMemory,
                        fmt::format("ring {} of {} slots: {}", name, slots, rte_strerror(rte_errno)));
        }
        return Ring(ring);
    }

    [[nodiscard]] bool push(const Message& message) noexcept {
        return rte_ring_enqueue_elem(ring_.get(), const_cast<Message*>(&message), sizeof(Message)) == 0;
    }
    [[nodiscard]] bool pop(Message& message) noexcept {
        return rte_ring_dequeue_elem(ring_.get(), &message, sizeof(Message)) == 0;
    }
    /// For the consumer.
    [[nodiscard]] bool empty() const noexcept { return rte_ring_empty(ring_.get()) != 0; }
    /// How many of `count` messages fitted, from the first on.
    [[nodiscard]] unsigned push_some(const Message* messages, unsigned count) noexcept {
        return rte_ring_enqueue_burst_elem(ring_.get(), messages, sizeof(Message), count, nullptr);
    }

  private:
    explicit Ring(rte_ring* ring) : ring_(ring, rte_ring_free) {}
    std::unique_ptr<rte_ring, void (*)(rte_ring*)> ring_;
};

} // namespace mcfwd::dataplane
