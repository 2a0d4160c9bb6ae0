// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The probe's bytes. Host byte order: sender and receivers run on one machine.
#include "probe.hh"

#include <cstring>

namespace mcfwd::lab {
namespace {

struct Header {
    std::uint32_t magic;
    std::uint32_t flow;
    std::uint64_t sequence;
    std::int64_t sent_ns;
};
static_assert(sizeof(Header) == kProbeOctets);

constexpr std::uint32_t kMagic = 0x6d636677; // "mcfw"

[[nodiscard]] constexpr std::byte padding_at(std::size_t offset) {
    return static_cast<std::byte>(offset * 7 + 3);
}

} // namespace

void write_probe(std::span<std::byte> payload, const Probe& probe) {
    const Header header{
        .magic = kMagic, .flow = probe.flow, .sequence = probe.sequence, .sent_ns = probe.sent_ns};
    std::memcpy(payload.data(), &header, sizeof header);
}

void write_padding(std::span<std::byte> payload) {
    for (std::size_t i = kProbeOctets; i < payload.size(); ++i) {
        payload[i] = padding_at(i);
    }
}

std::optional<Probe> read_probe(std::span<const std::byte> payload) {
    Header header{};
    if (payload.size() < sizeof header) {
        return std::nullopt;
    }
    std::memcpy(&header, payload.data(), sizeof header);
    if (header.magic != kMagic) {
        return std::nullopt;
    }
    for (std::size_t i = kProbeOctets; i < payload.size(); ++i) {
        if (payload[i] != padding_at(i)) {
            return std::nullopt;
        }
    }
    return Probe{.flow = header.flow, .sequence = header.sequence, .sent_ns = header.sent_ns};
}

} // namespace mcfwd::lab
