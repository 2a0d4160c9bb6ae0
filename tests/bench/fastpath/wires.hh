// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// In-memory ports that cost as little as a port can: a source that fills every burst as the vector receive
// functions of NIC drivers do, and sinks that count and free as their transmit functions do. Whoever polls
// and sends runs them on his own thread, so a closed loop needs one core and loses nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <rte_mbuf.h>

#include <dataplane/port.hh>

namespace mcfwd::bench {

/// What the source of a port gives.
struct Feed {
    std::span<const std::uint32_t> flows; ///< numbers of flows in order of arrival, again and again
    std::uint16_t frame_octets = 64;      ///< in the buffer: without the check sequence
};

/// One port that receives and any number of queues to send to, which stand for ports. DPDK calls the same
/// way it calls a driver.
class Wires {
  public:
    static constexpr std::size_t kSinks = 256;

    /// Makes two devices of DPDK's null driver and puts the ends of the wires in the place of its functions.
    /// `number` tells several of them apart. Buffers of `pool`, which outlives the wires, hold whole frames.
    Wires(rte_mempool* pool, unsigned number);
    ~Wires();
    Wires(const Wires&) = delete;
    Wires& operator=(const Wires&) = delete;

    /// From the next poll on.
    void feed(const Feed& feed);
    /// Each sink keeps its last `buffers` buffers, as a transmit ring does; 0: none.
    void hold(std::size_t buffers);
    /// Frees what sinks hold.
    void drain();

    /// DPDK's numbers; the source has queue 0, sink n is queue n of the sinks' port.
    [[nodiscard]] std::uint16_t source() const { return source_port_.number(); }
    [[nodiscard]] std::uint16_t sinks() const { return sink_port_.number(); }
    [[nodiscard]] MacAddress source_mac() const { return source_port_.mac(); }
    /// Frames sent to all sinks so far.
    [[nodiscard]] std::uint64_t sent() const;

  private:
    static constexpr std::size_t kHeaders = 42; ///< Ethernet, IPv4, UDP

    struct Source {
        rte_mempool* pool = nullptr;
        std::span<const std::uint32_t> flows;
        std::size_t next = 0;
        std::uint16_t frame_octets = 0;
        std::uint16_t port = 0;
        std::uint32_t checksum_base = 0; ///< sum of the words of the IP header that are the same in all
        std::array<std::uint8_t, kHeaders> headers{};
    };
    struct alignas(64) Sink {
        std::uint64_t frames = 0;
        std::vector<rte_mbuf*> held;
        std::size_t oldest = 0;
    };

    static std::uint16_t receive(void* source, rte_mbuf** frames, std::uint16_t room);
    static std::uint16_t transmit(void* sink, rte_mbuf** frames, std::uint16_t count);
    static void write(const Source& source, std::uint32_t flow, rte_mbuf& frame);

    dataplane::Port source_port_;
    dataplane::Port sink_port_;
    Source source_;
    std::unique_ptr<std::array<Sink, kSinks>> sinks_;
    std::array<void*, 1> source_queues_{};
    std::array<void*, kSinks> sink_queues_{};
};

} // namespace mcfwd::bench
