// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Four of these groups carry IGMP, which workers hand over whatever its destination; what else is sent to
// them is flooded like the rest.
#include "link_local.hh"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include <igmp/discovery.hh>
#include <igmp/message.hh>

namespace mcfwd::daemon {
namespace {

/// What IGMP is sent to a group, and where a snooping bridge lets it go on to.
struct IgmpUse {
    Ipv4Address group;
    std::string_view messages;
    std::string_view relayed;
};
constexpr std::array kIgmpUses{
    IgmpUse{igmp::kAllSystems, "general queries", "to all ports"},
    IgmpUse{igmp::kAllRouters, "version 2 leaves and router solicitations",
            "leaves to router ports only, solicitations to all ports"},
    IgmpUse{igmp::kAllIgmpv3Routers, "version 3 reports", "to router ports only"},
    IgmpUse{igmp::kAllSnoopers, "router advertisements and terminations", "to all ports"},
};

const IgmpUse* igmp_use(Ipv4Address group) {
    const auto* const use = std::ranges::find(kIgmpUses, group, &IgmpUse::group);
    return use == kIgmpUses.end() ? nullptr : use;
}

} // namespace

std::string link_local_flow_text(Ipv4Address group) {
    return fmt::format("{} is link-local (224.0.0.0/24), which no router forwards", group);
}

std::string link_local_interface_text(Ipv4Address group, IgmpHere igmp) {
    const IgmpUse* use = igmp_use(group);
    const std::string text = "link-local groups are never routed";
    return use == nullptr
               ? text
               : fmt::format("{}; IGMP sent to this one ({}) is for routers themselves, and {}", text,
                             use->messages, igmp == IgmpHere::kYes ? "read here" : "IGMP is off here");
}

std::string link_local_port_text(Ipv4Address group) {
    const IgmpUse* use = igmp_use(group);
    const std::string text = "link-local groups are flooded to all ports, whatever hosts asked for";
    return use == nullptr ? text
                          : fmt::format("{}; but IGMP sent to this one ({}) is read by snooping and goes {}",
                                        text, use->messages, use->relayed);
}

} // namespace mcfwd::daemon
