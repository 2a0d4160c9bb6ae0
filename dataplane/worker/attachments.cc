// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One array per port, indexed by VLAN: 8 KiB a port buys a lookup without a search.
#include "attachments.hh"

#include <fmt/format.h>

namespace mcfwd::dataplane {

Expected<Attachments> Attachments::create(std::span<const Attachment> attachments,
                                          std::span<const MacAddress> port_macs) {
    Attachments made;
    made.by_place_.assign(port_macs.size() * kVlans, kNone);
    for (const Attachment& attachment : attachments) {
        const std::size_t port = attachment.port.value();
        const auto place = fmt::format("port {}, VLAN {}", attachment.port, attachment.vlan);
        if (port >= port_macs.size() || attachment.vlan.value() > 4094) {
            return fail(Status::kInvalidParameter, fmt::format("{} does not exist", place));
        }
        if (attachment.interface == kNoInterface && attachment.domain == kRoutedDomain) {
            return fail(Status::kInvalidParameter, fmt::format("{} has neither interface nor bridge", place));
        }
        std::uint16_t& slot = made.by_place_[port * kVlans + attachment.vlan.value()];
        if (slot != kNone || made.arrivals_.size() >= kNone) {
            return fail(Status::kAlreadyExists, fmt::format("{} has two users", place));
        }
        slot = static_cast<std::uint16_t>(made.arrivals_.size());
        made.arrivals_.push_back(
            {.domain = attachment.domain,
             .interface = attachment.interface,
             .port = attachment.port,
             .vlan = attachment.vlan,
             .port_mac = port_macs[port],
             .copy_mac = attachment.source_mac == SourceMac::kShared ? port_macs[0] : port_macs[port]});
    }
    return made;
}

} // namespace mcfwd::dataplane
