// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The configuration as plain data: one struct per table of the file, the members named like its keys and
// initialised with their defaults. The daemon is built from it; nothing here reads or checks anything.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/ipv4.hh>

namespace mcfwd::config {

/// Resolution of every duration of the file; written there as float seconds.
using Milliseconds = std::chrono::milliseconds;

/// Names as spdlog has them.
enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kCritical, kOff };
enum class Poll : std::uint8_t { kBusy, kAdaptive };
enum class Memory : std::uint8_t { kAuto, kHugepages, kNoHuge };
/// Source MAC of routed copies: the port's own, or one address for the whole router.
enum class MacMode : std::uint8_t { kPort, kShared };
enum class FastLeave : std::uint8_t { kOff, kTracked, kAlways };
/// Reports and queries of IGMPv1 and v2: served as RFC 9776 section 7 says, or not heard.
enum class OlderVersions : std::uint8_t { kServed, kIgnored };
enum class AccessAction : std::uint8_t { kPermit, kDeny };
enum class Unregistered : std::uint8_t { kRouterPorts, kFlood };
/// Memberships of IGMP at a handoff: stay in force until replayed or swept, or erased at the commit.
enum class HandoffMemberships : std::uint8_t { kGraceful, kStrict };
/// Forwarding entries whose iif changes its owner: built anew beside the old one, or deleted.
enum class HandoffMfe : std::uint8_t { kRebuild, kFlush };
/// Age of a forwarding entry that forwards: counts from its last packet, or from its creation.
enum class MfeExpiry : std::uint8_t { kActivity, kAbsolute };
/// What hosts ask for on an interface that a routing protocol owns: forwarded at once, or when it agrees.
enum class OnOwned : std::uint8_t { kImmediate, kConfirm };

/// Word of the file for each value, e.g. "no-huge".
[[nodiscard]] std::string_view name(LogLevel value);
[[nodiscard]] std::string_view name(Poll value);
[[nodiscard]] std::string_view name(Memory value);
[[nodiscard]] std::string_view name(MacMode value);
[[nodiscard]] std::string_view name(FastLeave value);
[[nodiscard]] std::string_view name(OlderVersions value);
[[nodiscard]] std::string_view name(AccessAction value);
[[nodiscard]] std::string_view name(Unregistered value);
[[nodiscard]] std::string_view name(HandoffMemberships value);
[[nodiscard]] std::string_view name(HandoffMfe value);
[[nodiscard]] std::string_view name(MfeExpiry value);
[[nodiscard]] std::string_view name(OnOwned value);

/// `[daemon]`
struct Daemon {
    std::string socket = "/run/mcfwd/mcfwd.sock"; ///< absolute path, at most 107 octets (sockaddr_un)
    LogLevel log_level = LogLevel::kInfo;

    bool operator==(const Daemon&) const = default;
};

/// `[dataplane]`
struct Dataplane {
    unsigned main_core = 0;                ///< CPU of the control thread
    std::vector<unsigned> worker_cores{1}; ///< CPUs of the workers, WorkerId is the index; unique, not empty
    Poll poll = Poll::kBusy;
    Memory memory = Memory::kAuto;
    std::uint32_t mfib_entries = 65536; ///< capacity of the forwarding table, 1..4000000
    std::vector<std::string> eal;       ///< further EAL arguments, verbatim

    bool operator==(const Dataplane&) const = default;
};

/// `[handoff]`: an interface changes between IGMP and a routing protocol.
struct Handoff {
    HandoffMemberships memberships = HandoffMemberships::kGraceful;
    HandoffMfe mfe = HandoffMfe::kRebuild;
    Milliseconds sweep_timeout{10'000}; ///< after it, stale memberships go whether IGMP replayed or not

    bool operator==(const Handoff&) const = default;
};

/// `[mfe]`: the group manager's forwarding entries.
struct Mfe {
    MfeExpiry expiry = MfeExpiry::kActivity;

    bool operator==(const Mfe&) const = default;
};

/// `[igmp]`: IGMP beside a routing protocol on one interface.
struct IgmpPolicy {
    OnOwned on_owned = OnOwned::kImmediate;

    bool operator==(const IgmpPolicy&) const = default;
};

enum class DeviceKind : std::uint8_t {
    kPci,      ///< "0000:3b:00.0", with optional devargs after a comma
    kAfXdp,    ///< "af_xdp:IFNAME"
    kAfPacket, ///< "af_packet:IFNAME"
    kVdev,     ///< DPDK vdev devargs, e.g. "net_memif0,role=client"
};

/// `device` of a port, taken apart once.
struct Device {
    DeviceKind kind = DeviceKind::kVdev;
    std::string argument; ///< PCI address and devargs, kernel interface name, or vdev devargs

    /// As written in the file, e.g. "af_xdp:veth0".
    [[nodiscard]] std::string text() const;
    bool operator==(const Device&) const = default;
};

/// `[[port]]`; its PortId is the index in `Config::ports`.
struct Port {
    std::string name;
    Device device;

    bool operator==(const Port&) const = default;
};

/// Element of `static_groups`: a membership that is always there.
struct StaticGroup {
    Ipv4Address group;
    Ipv4Address source = kAnySource;

    auto operator<=>(const StaticGroup&) const = default;
};

/// Element of `access_list`: the first one that fits what a host asks for decides.
struct AccessRule {
    AccessAction action = AccessAction::kPermit;
    Ipv4Prefix group;
    Ipv4Prefix source; ///< /0: any; only such a rule fits a join for all sources

    bool operator==(const AccessRule&) const = default;
};

/// `[interface.igmp]`. Defaults of RFC 9776 section 8. Where the file is silent, `startup_query_count`
/// follows `robustness` and `startup_query_interval` is a quarter of `query_interval`; what stands here is
/// always the effective value, but for `last_member_query_count`.
struct Igmp {
    bool enabled = true;
    std::uint8_t version = 3; ///< 1..3
    Milliseconds query_interval{125'000};
    Milliseconds query_response_interval{10'000}; ///< less than query_interval
    std::uint8_t robustness = 2;                  ///< 1..7
    Milliseconds last_member_query_interval{1'000};
    /// Nothing: the robustness in force, which is that of another querier where there is one.
    std::optional<std::uint8_t> last_member_query_count;
    Milliseconds startup_query_interval{31'250};
    std::uint8_t startup_query_count = 2;
    std::uint32_t max_groups = 0;  ///< groups on this interface; 0: no limit
    std::uint32_t max_sources = 0; ///< sources of one group; 0: no limit
    bool require_router_alert = false;
    Ipv4Prefix ssm_range{Ipv4Address(232, 0, 0, 0), 8};
    FastLeave fast_leave = FastLeave::kOff;
    OlderVersions older_versions = OlderVersions::kServed; ///< kIgnored only with version 3
    std::uint32_t max_groups_per_host = 0;                 ///< 0: no limit
    std::uint32_t host_rate = 20'000;                      ///< records per second of one host; 0: no limit
    std::uint32_t max_tracked = 200'000;                   ///< hosts, and their memberships, remembered
    std::vector<AccessRule> access_list;                   ///< empty: everything is permitted
    std::vector<StaticGroup> static_groups;

    bool operator==(const Igmp&) const = default;
};

/// `[interface.router_discovery]`: whether switches are told that a multicast router is there (RFC 4286),
/// where IGMP is.
struct RouterDiscovery {
    bool enabled = true;
    std::uint8_t interval = 20; ///< seconds between advertisements, 4..180

    bool operator==(const RouterDiscovery&) const = default;
};

/// One element of a bridge's `members`: "p2", or "p3:10" (tagged).
struct BridgeMember {
    std::string port;
    VlanId vlan; ///< 0: untagged

    bool operator==(const BridgeMember&) const = default;
};

/// Element of `port_limits`: what the hosts of one member are granted, in place of what the bridge grants.
struct PortLimits {
    BridgeMember port;
    Igmp limits; ///< its limits and access list; nothing else of it

    bool operator==(const PortLimits&) const = default;
};

/// `[bridge.snooping]`
struct Snooping {
    bool querier = true;         ///< ask the hosts as long as no router does
    Ipv4Address querier_address; ///< source of its queries; 0.0.0.0: none, which yields to every router
    FastLeave fast_leave = FastLeave::kTracked;
    Unregistered unregistered = Unregistered::kRouterPorts;
    std::vector<BridgeMember> unregistered_ports; ///< members that get what nobody asked for all the same
    std::vector<BridgeMember> router_ports;       ///< static ones, all of them members; others are learned
    /// For so long after the start ports get everything. Nothing: a query and a response interval.
    std::optional<Milliseconds> learning_time;
    Igmp timing; ///< its version, intervals, counts, and the limits of every port; nothing else of it
    std::vector<PortLimits> port_limits; ///< of members that have their own

    bool operator==(const Snooping&) const = default;
};

/// `[[bridge]]`: members that are one layer-2 domain. Its DomainId is the index in `Config::bridges` plus 1.
struct Bridge {
    std::string name;
    std::vector<BridgeMember> members;
    Snooping snooping;

    bool operator==(const Bridge&) const = default;
};

/// `[[interface]]`; its IfIndex is the index in `Config::interfaces` plus 1.
struct Interface {
    std::string name;
    std::string port;                ///< name of its port; empty if and only if `bridge` is not
    std::string bridge;              ///< name of its bridge, which has no other interface
    VlanId vlan;                     ///< 0: untagged; always 0 on a bridge
    std::vector<Ipv4Prefix> address; ///< host bits kept; the first one is the source of IGMP queries
    MacMode mac = MacMode::kPort;
    std::uint8_t ttl_threshold = 1;         ///< 1..255
    std::vector<Ipv4Prefix> scope_boundary; ///< groups that neither enter nor leave (RFC 2365); no host bits
    Igmp igmp;
    RouterDiscovery router_discovery;

    bool operator==(const Interface&) const = default;
};

/// `[[mroute]]`: a static entry.
struct Mroute {
    Ipv4Address source = kAnySource; ///< kAnySource for "*"
    Ipv4Address group;
    std::string iif;               ///< name of an interface
    std::vector<std::string> oifs; ///< names of interfaces; not empty, unique, never the iif

    bool operator==(const Mroute&) const = default;
};

/// `[[rpf_route]]`: sources of `prefix` are reached through `interface`. Longest prefix wins.
struct RpfRoute {
    Ipv4Prefix prefix; ///< no host bits
    std::string interface;
    Ipv4Address upstream; ///< neighbour that packets come through; 0.0.0.0: not known

    bool operator==(const RpfRoute&) const = default;
};

/// `[proxy]`: IGMP proxy (RFC 4605) towards one upstream interface, which IGMP does not serve.
struct Proxy {
    std::string upstream;                                    ///< name of an interface
    std::uint8_t version = 3;                                ///< 1..3, the highest spoken there
    std::optional<std::uint8_t> robustness;                  ///< 1..7; none: the querier's
    std::optional<Milliseconds> unsolicited_report_interval; ///< none: 1 s, before older routers 10 s
    bool require_router_alert = true;                        ///< of version 2 and 3 queries
    bool querier_only = true; ///< downstream, forward only where IGMP is querier (RFC 4605 section 4.2)

    bool operator==(const Proxy&) const = default;
};

/// A whole file. Every name that it mentions exists (see `port_id`, `interface_index`).
struct Config {
    Daemon daemon;
    Dataplane dataplane;
    Handoff handoff;
    Mfe mfe;
    IgmpPolicy igmp;
    std::vector<Port> ports;
    std::vector<Bridge> bridges;
    std::vector<Interface> interfaces;
    std::vector<Mroute> mroutes;
    std::vector<RpfRoute> rpf_routes;
    std::optional<Proxy> proxy; ///< if there is one, its upstream has IGMP off

    bool operator==(const Config&) const = default;
};

/// Nothing when there is no port of that name.
[[nodiscard]] std::optional<PortId> port_id(const Config& config, std::string_view name);
/// As in the configuration: "p2", or "p3:10".
[[nodiscard]] std::string member_text(const BridgeMember& member);
/// Nothing when there is no bridge of that name.
[[nodiscard]] std::optional<DomainId> bridge_domain(const Config& config, std::string_view name);
/// kNoInterface when there is no interface of that name.
[[nodiscard]] IfIndex interface_index(const Config& config, std::string_view name);
/// The scope boundary that the group does not cross there, if any.
[[nodiscard]] std::optional<Ipv4Prefix> boundary_for(const Interface& interface, Ipv4Address group);
/// Whether `neighbour` can be reached directly from an interface with these addresses. One without an address
/// cannot tell: yes.
[[nodiscard]] bool may_be_neighbour(const std::vector<Ipv4Prefix>& addresses, Ipv4Address neighbour);

} // namespace mcfwd::config
