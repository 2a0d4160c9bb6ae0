// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP proxy (RFC 4605): on one upstream interface this router is a host that wants what all of its other
// interfaces want together, and everything that comes from them goes there. A component of its own beside
// IGMP, which serves the downstream interfaces (group manager specification, N48).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/signals.hh>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/log_limit.hh>
#include <controlplane/group_manager/rpf_table.hh>
#include <controlplane/protocols/igmp_protocol.hh>
#include <controlplane/protocols/yielding.hh>
#include <igmp/host_interface.hh>

namespace mcfwd::protocols {

/// Where the upstream interface is on the wire, and in the group manager.
struct ProxyUpstream {
    std::string name;
    IfIndex index;
    PortId port;
    VlanId vlan;
};

/// What one interface adds to the membership of a group upstream.
struct ProxyContribution {
    IfIndex interface;
    bool igmp = false; ///< hosts want it; else a routing protocol
    igmp::Membership membership;
};

struct ProxyCounters {
    std::uint64_t send_failures = 0;   ///< reports that found no buffer or ring slot at first; sent later
    std::uint64_t reports_dropped = 0; ///< of those, given up: too many waited, or the upstream went
    std::uint64_t losses = 0;          ///< the upstream went to a routing protocol
};

/// Control thread only. Without `start` it does nothing and owns nothing.
class Proxy final : public Yielding {
  public:
    /// All outlive the proxy.
    struct Environment {
        const Clock& clock;
        PacketSender& packets;
        group_manager::GroupManager& groups;
        group_manager::RpfTable& view;
        const group_manager::Boundary& boundary;
        const IgmpProtocol& igmp;
    };

    explicit Proxy(Environment environment) : environment_(environment) {}

    /// Registers with the group manager and takes the upstream. Once, and before others have memberships.
    [[nodiscard]] Expected<void> start(ProxyUpstream upstream, igmp::HostConfig config);
    /// Leaves all groups upstream.
    void stop();

    [[nodiscard]] bool is_upstream(IfIndex interface) const { return host_ && upstream_.index == interface; }
    /// An IGMP packet that arrived upstream.
    void receive(const Signal& signal);
    /// What hosts want on an interface changed.
    void note(std::span<const igmp::MembershipChange> changes);
    void set_link(PortId port, bool up);

    /// Does what is due, a slice of changed groups at a time. Call it every turn.
    void advance();

    [[nodiscard]] Expected<void> take(group_manager::ClientHandle to,
                                      group_manager::InterfaceKey interface) override;
    [[nodiscard]] Expected<void> release(group_manager::ClientHandle from,
                                         group_manager::InterfaceKey interface) override;
    [[nodiscard]] bool comes_back_to(group_manager::InterfaceKey interface) const override {
        return interface == key() && host_.has_value();
    }

    /// nullptr: not started.
    [[nodiscard]] const igmp::HostInterface* host() const { return host_ ? &*host_ : nullptr; }
    [[nodiscard]] const ProxyUpstream& upstream() const { return upstream_; }
    [[nodiscard]] bool owns_upstream() const { return owned_; }
    [[nodiscard]] bool link_up() const { return link_up_; }
    /// Who wants the group downstream, by interface; what is wanted upstream is their merge.
    [[nodiscard]] std::vector<ProxyContribution> contributions(Ipv4Address group) const;
    [[nodiscard]] const ProxyCounters& counters() const { return counters_; }
    void clear_counters();

  private:
    [[nodiscard]] group_manager::InterfaceKey key() const { return {upstream_.index, {}}; }
    [[nodiscard]] group_manager::Callbacks callbacks();
    /// The host speaks while the upstream is ours and has a link.
    void settle_host();
    void gain();
    void lose();
    /// What had no memory, or found somebody on the upstream.
    void catch_up();
    void send();

    Environment environment_;
    group_manager::ClientHandle client_;
    ProxyUpstream upstream_;
    std::optional<igmp::HostInterface> host_;
    bool owned_ = false;
    bool hears_sources_ = false; ///< (*,*) is joined upstream
    bool link_up_ = true;
    Instant next_try_{};
    std::set<Ipv4Address> changed_; ///< groups whose merge has to be made again
    igmp::Output output_;
    std::deque<igmp::Transmission> waiting_; ///< to be sent
    ProxyCounters counters_;
    group_manager::LogLimit log_limit_;
};

} // namespace mcfwd::protocols
