// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Any octets into the IGMP parser. What it accepts must mean the same after another trip over the wire.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <variant>
#include <vector>

#include <igmp/codec.hh>

#include "octets.hh"

namespace {

using namespace mcfwd::igmp;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void parse_and_compare(std::span<const std::byte> bytes) {
    const auto parsed = parse(bytes);
    if (!parsed) {
        require(!parse_failure_name(parsed.error()).empty());
        return;
    }
    Message message = parsed->message;
    if (auto* report = std::get_if<ReportV3>(&message)) {
        report->truncated = false; // what was lost stays lost
        report->unknown_records = 0;
    }
    const auto packets = encode(message, parsed->source, 65535);
    require(packets.size() == 1);
    const auto again = parse(packets[0]);
    require(again.has_value() && again->message == message && again->router_alert && again->ttl == 1);
    for (const auto& packet : encode(message, parsed->source, 68)) {
        require(packet.size() <= 68 && parse(packet).has_value());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    parse_and_compare(bytes);
    if (size >= 4 && size < 60000) { // the same octets as an IGMP message whose checksums are right
        parse_and_compare(test::packet_around(test::Octets(bytes.begin(), bytes.end())));
    }
    return 0;
}
