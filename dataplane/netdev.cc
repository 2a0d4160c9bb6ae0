// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// ioctls and sockets on kernel interfaces.
#include "netdev.hh"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

#include "port_text.hh"

namespace mcfwd::dataplane {

namespace {

ifreq request_for(const std::string& name) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

bool control(unsigned long operation, ifreq& request) {
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return socket.value() >= 0 && ioctl(socket.value(), operation, &request) == 0;
}

// `command` is one of the structs of <linux/ethtool.h>, its `cmd` filled in.
template <typename Command>
bool ethtool(const std::string& name, Command& command) {
    ifreq request = request_for(name);
    request.ifr_data = reinterpret_cast<char*>(&command);
    return control(SIOCETHTOOL, request);
}

void read_queues(Netdev& netdev) {
    ethtool_channels channels{.cmd = ETHTOOL_GCHANNELS};
    if (ethtool(netdev.name, channels)) {
        netdev.rx_queues = std::max(1U, channels.rx_count + channels.combined_count);
        // The driver serves combined channels only, and takes an interface without them for a single queue.
        netdev.xdp_queues = channels.max_combined == 0 ? 1 : std::max(1U, channels.combined_count);
    }
}

std::uint32_t speed_of(const std::string& name) {
    ethtool_cmd settings{.cmd = ETHTOOL_GSET};
    if (!ethtool(name, settings)) {
        return 0;
    }
    const std::uint32_t speed = ethtool_cmd_speed(&settings);
    return speed == static_cast<std::uint32_t>(SPEED_UNKNOWN) ? 0 : speed;
}

unsigned flags_of(const ifreq& request) {
    return static_cast<unsigned short>(request.ifr_flags);
}

bool carrier(const std::string& name, unsigned flags) {
    // The carrier of now; IFF_RUNNING follows it up to a second late.
    ethtool_value link{.cmd = ETHTOOL_GLINK};
    return (flags & IFF_UP) != 0 && (ethtool(name, link) ? link.data != 0 : (flags & IFF_RUNNING) != 0);
}

std::pair<sockaddr_un, socklen_t> claim_address(const std::string& name) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = "mcfwd/interface/" + name;
    path.copy(&address.sun_path[1], sizeof(address.sun_path) - 1); // abstract: begins with a zero octet
    return {address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size())};
}

// Who has the claim, for people.
std::string claimant(const std::string& name) {
    const auto [address, size] = claim_address(name);
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ucred peer{};
    socklen_t peer_size = sizeof(peer);
    if (connect(socket.value(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        getsockopt(socket.value(), SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) != 0) {
        return "another mcfwd process";
    }
    return fmt::format("mcfwd process {}", peer.pid);
}

bool set_rx_vlan_offload(const std::string& name, bool on) {
    ethtool_value flags{.cmd = ETHTOOL_GFLAGS};
    if (!ethtool(name, flags)) {
        return false;
    }
    flags.cmd = ETHTOOL_SFLAGS;
    flags.data =
        on ? flags.data | ETH_FLAG_RXVLAN : flags.data & ~static_cast<std::uint32_t>(ETH_FLAG_RXVLAN);
    return ethtool(name, flags);
}

bool rx_vlan_offload(const std::string& name) {
    ethtool_value flags{.cmd = ETHTOOL_GFLAGS};
    return ethtool(name, flags) && (flags.data & ETH_FLAG_RXVLAN) != 0;
}

} // namespace

Descriptor::~Descriptor() {
    if (value_ >= 0) {
        close(value_);
    }
}

std::vector<std::string> netdev_names() {
    std::vector<std::string> names;
    struct if_nameindex* list = if_nameindex();
    for (const auto* entry = list; entry != nullptr && entry->if_index != 0; ++entry) {
        names.emplace_back(entry->if_name);
    }
    if_freenameindex(list);
    std::ranges::sort(names);
    return names;
}

bool has_carrier(const std::string& name, unsigned index) {
    ifreq request = request_for(name);
    return if_nametoindex(name.c_str()) == index && control(SIOCGIFFLAGS, request) &&
           carrier(name, flags_of(request));
}

Expected<Netdev> inspect_netdev(const std::string& name) {
    Netdev netdev{.name = name, .index = if_nametoindex(name.c_str())};
    ifreq request = request_for(name);
    if (netdev.index == 0 || !control(SIOCGIFFLAGS, request)) {
        return fail(Status::kNotFound,
                    fmt::format("there is no interface {} in this network namespace; interfaces: {}", name,
                                listed(netdev_names())));
    }
    netdev.up = (flags_of(request) & IFF_UP) != 0;
    netdev.carrier = carrier(name, flags_of(request));
    request = request_for(name);
    if (control(SIOCGIFMTU, request)) {
        netdev.mtu = static_cast<unsigned>(request.ifr_mtu);
    }
    ethtool_drvinfo driver{.cmd = ETHTOOL_GDRVINFO};
    if (ethtool(name, driver)) {
        netdev.driver = driver.driver;
    }
    netdev.speed_mbps = speed_of(name);
    read_queues(netdev);
    return netdev;
}

Expected<Descriptor> claim_netdev(const std::string& name) {
    const auto [address, size] = claim_address(name);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (bind(socket.value(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
        return fail(Status::kAlreadyExists,
                    errno == EADDRINUSE
                        ? fmt::format("interface {} is already a port of {}", name, claimant(name))
                        : fmt::format("cannot claim interface {}: {}", name, std::strerror(errno)));
    }
    listen(socket.value(), 1); // so that another process can ask who we are
    return socket;
}

Expected<Descriptor> receive_all_multicast(const Netdev& netdev) {
    // A membership is counted by the kernel and dropped with its socket; protocol 0 receives no packet.
    Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    packet_mreq membership{.mr_ifindex = static_cast<int>(netdev.index), .mr_type = PACKET_MR_ALLMULTI};
    if (setsockopt(socket.value(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof(membership)) != 0) {
        return fail(Status::kCanNotComplete, fmt::format("cannot make interface {} receive all multicast: {}",
                                                         netdev.name, std::strerror(errno)));
    }
    return socket;
}

Expected<KeptVlanTags> KeptVlanTags::create(const Netdev& netdev) {
    // The setting of a veth has no effect: whether frames carry their tags is up to the sending end.
    if (netdev.driver == "veth") {
        spdlog::info("interface={} driver=veth: if its hosts use VLAN interfaces, run 'ethtool -K INTERFACE "
                     "txvlan off' at "
                     "the other end, else XDP does not see their tags",
                     netdev.name);
        return KeptVlanTags({});
    }
    if (!rx_vlan_offload(netdev.name)) {
        return KeptVlanTags({});
    }
    if (!set_rx_vlan_offload(netdev.name, false) || rx_vlan_offload(netdev.name)) {
        return fail(
            Status::kCanNotComplete,
            fmt::format(
                "interface {} (driver {}) strips VLAN tags before XDP sees them and does not let that be "
                "turned off (rx-vlan-offload, fixed): use af_packet:{}",
                netdev.name, netdev.driver, netdev.name));
    }
    spdlog::info("interface={} rx_vlan_offload=off: while mcfwd uses it, its frames keep their VLAN tags",
                 netdev.name);
    return KeptVlanTags(netdev.name);
}

KeptVlanTags::~KeptVlanTags() {
    if (!name_.empty()) {
        set_rx_vlan_offload(name_, true);
    }
}

} // namespace mcfwd::dataplane
