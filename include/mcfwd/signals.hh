// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the workers tell the control plane, and what it hands back to them: punted packets, misses and wrong
// arrivals one way; packets to send and answers to misses the other way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

namespace mcfwd {

enum class SignalKind : std::uint8_t {
    kIgmp,           ///< a whole IGMP packet
    kNoEntry,        ///< no entry for (S,G); the packet is parked at the worker until the table answers
    kWrongInterface, ///< an entry exists but accepts another interface; the packet was dropped
    kPimHello, ///< seen on a bridge, and flooded: where it came from is a router (RFC 7761 section 4.9.2)
};
inline constexpr std::size_t kSignalKinds = 4;

[[nodiscard]] constexpr std::string_view signal_kind_name(SignalKind kind) {
    constexpr std::array<std::string_view, kSignalKinds> kNames{"igmp", "no_entry", "wrong_interface",
                                                                "pim_hello"};
    return kNames[static_cast<std::size_t>(kind)];
}

/// Octets of a packet carried by all but kIgmp (group manager specification 5.8).
inline constexpr std::size_t kSignalHeaderOctets = 128;

/// Lives only during the call that delivers it.
struct Signal {
    SignalKind kind = SignalKind::kIgmp;
    DomainId domain;
    PortId port;
    VlanId vlan;
    IfIndex interface;                    ///< arrival interface; of a bridge that has none: kNoInterface
    MacAddress source_mac;                ///< Ethernet source of the packet
    MacAddress destination_mac;           ///< Ethernet destination of the packet
    std::span<const std::byte> packet;    ///< from the IP header on; the frame's padding is not part of it
    std::optional<Instant> received = {}; ///< of kIgmp: when a worker took it from its port
};

/// Worker -> control thread. Control thread only.
class SignalSource {
  public:
    virtual ~SignalSource() = default;
    /// Delivers at most `limit` waiting signals and returns how many there were.
    virtual std::size_t drain(std::size_t limit, const std::function<void(const Signal&)>& deliver) = 0;
    /// For poll(2): readable when a signal has come after `sleep`, until the next `drain`.
    [[nodiscard]] virtual int descriptor() const = 0;
    /// The caller is about to sleep and wants to be woken by the next signal, once. False if signals are
    /// waiting already. Each wake-up costs a worker a system call of a microsecond: do not sleep too often.
    [[nodiscard]] virtual bool sleep() = 0;
};

/// Control thread -> wire. Control thread only; never waits.
class PacketSender {
  public:
    virtual ~PacketSender() = default;
    /// Sends an IP packet out of a port with the port's own MAC as source and, if `vlan` is not 0, a tag.
    /// kCanNotComplete when no buffer or no ring slot is free (counted as inject_drops), kInvalidParameter
    /// for an unknown port or a packet larger than the port's MTU.
    [[nodiscard]] virtual Expected<void> send(PortId port, VlanId vlan, MacAddress destination,
                                              std::span<const std::byte> ip_packet) = 0;

    /// The same with these addresses: an IGMP packet that a bridge passes on.
    [[nodiscard]] virtual Expected<void> send_from(PortId port, VlanId vlan, MacAddress source,
                                                   MacAddress destination,
                                                   std::span<const std::byte> ip_packet) = 0;

    /// The answer to a kNoEntry signal that will never get an entry (table full, refused): the workers drop
    /// and count what they have parked for the flow. A flow that does get an entry needs no call: its parked
    /// packets are forwarded, in order and before newer ones, by the first version that holds the entry.
    virtual void discard_parked(const MfibKey& flow) = 0;
};

} // namespace mcfwd
