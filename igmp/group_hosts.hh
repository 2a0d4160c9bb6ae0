// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The hosts that want one group, and what each of them wants of it (explicit host tracking). Where it can not
// know for sure it assumes that a host still wants something: on its word others lose traffic at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "host_table.hh"
#include "message.hh"

namespace mcfwd::igmp {

struct HostSource {
    Ipv4Address address;
    Instant expires; ///< INCLUDE mode only
};

/// One host in one group.
struct HostMember {
    Host* host = nullptr;
    Instant heard;
    Instant expires;
    std::vector<HostSource> sources; ///< ascending; wanted in INCLUDE mode, refused in EXCLUDE mode
    Version version = Version::kV3;  ///< of its last report
    FilterMode mode = FilterMode::kInclude;

    [[nodiscard]] bool wants(Ipv4Address source, Instant now) const;
};

/// One record as a host sent it, before limits and compatibility modes.
struct HostRecord {
    RecordType type;
    std::span<const Ipv4Address> sources; ///< ascending
    Version version;
    Instant now;
    Duration membership_interval;
};

/// Of one group. Every change of its size is counted in the table's memberships and in `units`.
class GroupHosts {
  public:
    /// Nothing is known of hosts that found no room before this time.
    [[nodiscard]] bool complete(Instant now) const { return incomplete_until_ <= now; }
    void incomplete(Instant until) { incomplete_until_ = std::max(incomplete_until_, until); }

    [[nodiscard]] bool contains(const Host& host) const { return find(host) != members_.end(); }
    /// Memberships and sources kept.
    [[nodiscard]] std::size_t units() const { return units_; }
    [[nodiscard]] std::span<const HostMember> members() const { return members_; }

    void apply(const HostRecord& record, Host& host, HostTable& table);
    void remove(const Host& host, HostTable& table, Instant now);

    /// Drops what has not been confirmed in time. Cheap when nothing is due.
    void expire(Instant now, HostTable& table);
    /// Not later than the next membership ends; `Instant::max()`: there is none.
    [[nodiscard]] Instant deadline() const { return deadline_; }
    void clear(HostTable& table, Instant now);
    /// What would end after `past` ends at `end` instead.
    void retime(Instant past, Instant end);

    /// Whether a host wants the source; or the group as a whole, source by source unnamed.
    [[nodiscard]] bool any_wants(Ipv4Address source, Instant now) const;
    [[nodiscard]] bool any_excludes(Instant now) const;
    /// Whether a host but this one is a member.
    [[nodiscard]] bool any_beside(const Host* host, Instant now) const;

  private:
    [[nodiscard]] std::vector<HostMember>::const_iterator find(const Host& host) const;
    [[nodiscard]] HostMember& member_for(Host& host, HostTable& table, Instant now);
    void erase(std::vector<HostMember>::iterator at, HostTable& table, Instant now);

    std::vector<HostMember> members_; ///< ascending by the address of the host object
    std::size_t units_ = 0;
    Instant deadline_ = Instant::max();
    Instant incomplete_until_ = Instant::min();
};

} // namespace mcfwd::igmp
