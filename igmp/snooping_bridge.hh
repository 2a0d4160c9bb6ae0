// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP snooping on one bridge (RFC 4541): packets and time in; packets to send, and the ports that get each
// group, out. Open this file first to use it; one object per bridge, control thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/mac.hh>
#include <mcfwd/result.hh>

#include "arrival.hh"
#include "members_view.hh"
#include "snooping_config.hh"
#include "snooping_counters.hh"
#include "snooping_output.hh"
#include "snooping_view.hh"

namespace mcfwd::igmp {

/// `now` never goes back from call to call, ports are below `config().ports`. Every call that takes a
/// SnoopingOutput first does what is due at `now`, appends in the order in which things happened, and has no
/// effect while stopped unless it says so.
class SnoopingBridge {
  public:
    /// Fails as `validate(config)` does. The object is stopped, and every port has its link.
    [[nodiscard]] static Expected<SnoopingBridge> create(SnoopingConfig config);
    SnoopingBridge(SnoopingBridge&&) noexcept;
    SnoopingBridge& operator=(SnoopingBridge&&) noexcept;
    ~SnoopingBridge();

    /// Begins to snoop: asks the hosts of every port what they want. Until they and the routers had their
    /// chance to speak (`SnoopingConfig::learning_time`), the ports get everything. No effect if running.
    void start(Instant now, SnoopingOutput& out);
    /// Forgets what was learned; counters, links and what is configured stay.
    void stop(Instant now, SnoopingOutput& out);

    /// An IGMP packet from its IP header on that came from a port, with the addresses of its frame. Whatever
    /// it holds, the call succeeds; what had no effect is in the counters. Where the bridge has a routed
    /// interface, that interface is to be given the packet as well.
    void receive(BridgePort port, std::span<const std::byte> packet, const Arrival& from,
                 MacAddress destination, Instant now, SnoopingOutput& out);
    /// The same for a packet that the bridge's own routed interface sends: queries go to all ports and are
    /// noted as those of any other router, reports go to router ports.
    void send_local(std::span<const std::byte> packet, MacAddress source, MacAddress destination, Instant now,
                    SnoopingOutput& out);
    /// A PIM packet from its IP header on, which may be cut; a hello makes its port a router port. The bridge
    /// has forwarded it already.
    void hear_pim(BridgePort port, std::span<const std::byte> packet, Instant now, SnoopingOutput& out);

    /// A port loses its link and with it all that was learned there, or has it again and is asked. Takes
    /// effect while stopped.
    void set_link(BridgePort port, bool up, Instant now, SnoopingOutput& out);
    /// Hosts may be behind other ports than before: all but router ports are asked (RFC 4541 section 2.1.1).
    void topology_changed(Instant now, SnoopingOutput& out);
    /// The forwarding table has no room for all keys of these groups, or has it now. A refused group has no
    /// keys at all, and as long as any group is refused, groups without a key are flooded: half of its keys
    /// would keep packets from members that the other half is about. A group that ends is refused no more.
    void table_full(std::span<const Ipv4Address> groups, bool refused, Instant now, SnoopingOutput& out);

    /// Adds or removes a membership of a port that needs no host. Errors: kInvalidParameter, kAlreadyExists,
    /// kNotFound. While stopped the change takes effect at the next start.
    [[nodiscard]] Expected<void> add_static(BridgePort port, const StaticGroup& entry, Instant now,
                                            SnoopingOutput& out);
    [[nodiscard]] Expected<void> remove_static(BridgePort port, const StaticGroup& entry, Instant now,
                                               SnoopingOutput& out);

    /// Does everything that is due at `now`, for up to `most` groups and hosts, and returns what is left of
    /// `most`. At 0 there may be more: it is due at once. Every other input does the same first, with
    /// `config().slice`.
    std::size_t advance(Instant now, SnoopingOutput& out, std::size_t most);
    void advance(Instant now, SnoopingOutput& out) { advance(now, out, config().slice); }
    /// When `advance` has to be called next at the latest; nothing: never. May be earlier than necessary.
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// The ports that get packets of a key, ascending, router ports among them; a packet never goes back to
    /// where it came from. Nothing: there is no such key, and packets fall to (*,G), then to
    /// `unregistered_ports`.
    [[nodiscard]] std::optional<std::vector<BridgePort>> ports_for(Ipv4Address group,
                                                                   Ipv4Address source) const;
    /// The same, whether or not the table has room for the group.
    [[nodiscard]] std::optional<std::vector<BridgePort>> wanted_ports(Ipv4Address group,
                                                                      Ipv4Address source) const;
    /// For groups without a key; ascending, as are the following.
    [[nodiscard]] std::vector<BridgePort> unregistered_ports() const;
    /// For 224.0.0.0/24 and what is not IPv4: every port.
    [[nodiscard]] std::vector<BridgePort> flood_ports() const;
    [[nodiscard]] std::vector<BridgePort> router_ports() const;
    /// The keys from `from` on, ascending, up to `most` of them. Each group has its (*,G), and an (S,G) for
    /// each source that a port treats in its own way; groups that the table refused have none.
    [[nodiscard]] std::vector<SourceGroupKey> keys_from(const SourceGroupKey& from, std::size_t most) const;
    /// All keys of one group, refused or not; ascending.
    [[nodiscard]] std::vector<SourceGroupKey> keys_of(Ipv4Address group) const;
    [[nodiscard]] bool is_refused(Ipv4Address group) const;
    /// Groups from `from` on for which the table had no room, ascending, up to `most`.
    [[nodiscard]] std::vector<Ipv4Address> refused_from(Ipv4Address from, std::size_t most) const;

    [[nodiscard]] const SnoopingConfig& config() const;
    [[nodiscard]] const SnoopingCounters& counters(BridgePort port) const;
    /// Of what came through `send_local`.
    [[nodiscard]] const SnoopingCounters& local_counters() const;
    void clear_counters();
    [[nodiscard]] SnoopingView view(Instant now) const;
    [[nodiscard]] SnoopingPortView view(BridgePort port, Instant now) const;
    /// Calls `visit` for the groups of a port from `from` on, ascending, until it returns false. Timers of
    /// held memberships are not shown.
    void visit_groups(BridgePort port, Instant now, Ipv4Address from,
                      const std::function<bool(const GroupView&)>& visit,
                      WithHosts hosts = WithHosts::kNo) const;

  private:
    struct State;
    explicit SnoopingBridge(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace mcfwd::igmp
