// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The judge of one wire: every multicast packet on it was either asked for by somebody on this LAN, and then
// has to be right in every octet and in sequence, or it is wrong.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>

#include "frame.hh"
#include "sequence_audit.hh"

namespace mcfwd::lab {

struct FlowKey {
    Ipv4Address source;
    Ipv4Address group;
    std::uint16_t port = 0;

    auto operator<=>(const FlowKey&) const = default;
};

struct FlowKeyHash {
    std::size_t operator()(const FlowKey& key) const noexcept;
};

/// Who on this LAN asked for a flow.
enum class Asker : std::uint8_t { kNobody, kNeighbour, kThisHost };

struct FlowRecord {
    std::uint32_t flow_id = 0;
    SequenceAudit sequence;
    std::uint64_t wrong = 0; ///< packets that nobody on this LAN wanted when they came
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
    std::int64_t longest_delay_ns = 0;
    Asker asker = Asker::kNobody;
    std::int64_t wanted_until_ns = 0; ///< this and `asker`: derived from the wanted list of `generation`
    std::uint64_t generation = 0;
};

struct WireTotals {
    std::uint64_t packets = 0; ///< multicast data packets, good or bad
    std::uint64_t bytes = 0;   ///< of their frames
    std::uint64_t wrong = 0;
    std::uint64_t bad_ttl = 0;
    std::uint64_t bad_vlan = 0;
    std::uint64_t bad_mac = 0;
    std::uint64_t bad_ip_header = 0;
    std::uint64_t bad_ip_checksum = 0;
    std::uint64_t bad_udp_checksum = 0;
    std::uint64_t bad_payload = 0;
};

class WireAudit {
  public:
    struct Expectation {
        std::uint8_t ttl = 63;
        VlanId vlan;
    };
    static constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

    explicit WireAudit(Expectation expectation) : expectation_(expectation) {}

    /// From now on packets of this group (and source; kAnySource: any) are right on this wire.
    void want(Ipv4Address group, Ipv4Address source, Asker asker);
    /// Takes one `want` back, from `at_ns` on.
    void unwant(Ipv4Address group, Ipv4Address source, Asker asker, std::int64_t at_ns);

    /// Judges a frame that arrived. IGMP and other frames are ignored.
    void see(const Frame& frame, std::size_t octets, VlanId vlan, std::int64_t time_ns);

    [[nodiscard]] const WireTotals& totals() const { return totals_; }
    [[nodiscard]] const std::unordered_map<FlowKey, FlowRecord, FlowKeyHash>& flows() const { return flows_; }

  private:
    struct Wanted {
        Ipv4Address group;
        Ipv4Address source;
        Asker asker;
        std::int64_t until_ns;
    };

    void see_data(const Frame& frame, std::int64_t time_ns);
    void look_up_wish(const FlowKey& key, FlowRecord& flow) const;

    Expectation expectation_;
    std::vector<Wanted> wanted_;
    std::uint64_t generation_ = 1; ///< of the wanted list
    WireTotals totals_;
    std::unordered_map<FlowKey, FlowRecord, FlowKeyHash> flows_;
};

} // namespace mcfwd::lab
