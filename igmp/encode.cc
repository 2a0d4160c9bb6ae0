// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Messages to complete IP packets, split where one is not enough (RFC 9776 section 4.2.17).
#include <algorithm>
#include <cassert>

#include "code.hh"
#include "codec.hh"
#include "ip_packet.hh"
#include "wire.hh"

namespace mcfwd::igmp {
namespace {

using Octets = std::vector<std::byte>;
using Sources = std::span<const Ipv4Address>;

std::uint32_t tenths(Duration duration) {
    return static_cast<std::uint32_t>(duration / std::chrono::milliseconds(100));
}

std::uint8_t response_code(const Query& query) {
    switch (query.version) {
    case Version::kV1:
        return 0;
    case Version::kV2:
        // 0 would turn it into a version 1 query.
        return static_cast<std::uint8_t>(std::clamp<std::uint32_t>(tenths(query.max_response), 1, 255));
    case Version::kV3:
        break;
    }
    return encode_code(tenths(query.max_response));
}

class Encoder {
  public:
    Encoder(Ipv4Address source, Ipv4Address destination, std::size_t mtu)
        : source_(source),
          destination_(destination),
          room_(std::min<std::size_t>(mtu, 65535) - wire::kOurIpHeader) {}

    std::vector<Octets> operator()(const Query& query) const {
        if (query.version != Version::kV3) {
            return {simple(wire::kTypeQuery, response_code(query), query.group)};
        }
        const std::size_t most = (room_ - wire::kQueryV3) / 4;
        std::vector<Octets> packets;
        Sources rest = query.sources;
        do {
            const Sources part = rest.first(std::min(most, rest.size()));
            packets.push_back(query_part(query, part));
            rest = rest.subspan(part.size());
        } while (!rest.empty());
        return packets;
    }

    std::vector<Octets> operator()(const ReportV1& report) const {
        return {simple(wire::kTypeReportV1, 0, report.group)};
    }
    std::vector<Octets> operator()(const ReportV2& report) const {
        return {simple(wire::kTypeReportV2, 0, report.group)};
    }
    std::vector<Octets> operator()(const Leave& leave) const {
        return {simple(wire::kTypeLeave, 0, leave.group)};
    }

    std::vector<Octets> operator()(const ReportV3& report) const {
        std::vector<Octets> packets;
        Octets packet = report_start();
        std::uint16_t records = 0;
        const auto close = [&] {
            wire::store16(packet, wire::kOurIpHeader + 6, records);
            packets.push_back(finish_ip(std::move(packet)));
            packet = report_start();
            records = 0;
        };
        for (const GroupRecord& record : report.records) {
            Sources rest = record.sources;
            do {
                if (records > 0 && wire::kRecord + 4 * rest.size() > free(packet)) {
                    close();
                }
                const Sources part = rest.first(std::min(rest.size(), (free(packet) - wire::kRecord) / 4));
                append_record(packet, record, part);
                ++records;
                rest = may_split(record.type) ? rest.subspan(part.size()) : Sources{};
            } while (!rest.empty());
        }
        if (records > 0 || packets.empty()) {
            close();
        }
        return packets;
    }

  private:
    /// An exclusive list that is too long is cut: fewer sources are excluded, no traffic is lost.
    static bool may_split(RecordType type) {
        return type != RecordType::kIsExclude && type != RecordType::kToExclude;
    }

    std::size_t free(const Octets& packet) const { return wire::kOurIpHeader + room_ - packet.size(); }

    Octets simple(std::uint8_t type, std::uint8_t code, Ipv4Address group) const {
        Octets packet = begin_ip(source_, destination_);
        wire::append8(packet, type);
        wire::append8(packet, code);
        wire::append16(packet, 0);
        wire::append_address(packet, group);
        return finish_ip(std::move(packet));
    }

    Octets query_part(const Query& query, Sources sources) const {
        Octets packet = begin_ip(source_, destination_);
        wire::append8(packet, wire::kTypeQuery);
        wire::append8(packet, response_code(query));
        wire::append16(packet, 0);
        wire::append_address(packet, query.group);
        const unsigned robustness = query.robustness > 7 ? 0U : query.robustness;
        wire::append8(packet, static_cast<std::uint8_t>((query.suppress ? 0x8U : 0U) | robustness));
        const auto interval =
            std::chrono::duration_cast<std::chrono::seconds>(query.querier_interval).count();
        wire::append8(packet,
                      encode_code(static_cast<std::uint32_t>(std::clamp<long>(interval, 0, kMaxCodeValue))));
        wire::append16(packet, static_cast<std::uint16_t>(sources.size()));
        for (const Ipv4Address source : sources) {
            wire::append_address(packet, source);
        }
        return finish_ip(std::move(packet));
    }

    Octets report_start() const {
        Octets packet = begin_ip(source_, destination_);
        wire::append8(packet, wire::kTypeReportV3);
        wire::append8(packet, 0);
        wire::append16(packet, 0);
        wire::append16(packet, 0);
        wire::append16(packet, 0); // number of records
        return packet;
    }

    static void append_record(Octets& packet, const GroupRecord& record, Sources sources) {
        wire::append8(packet, static_cast<std::uint8_t>(record.type));
        wire::append8(packet, 0);
        wire::append16(packet, static_cast<std::uint16_t>(sources.size()));
        wire::append_address(packet, record.group);
        for (const Ipv4Address source : sources) {
            wire::append_address(packet, source);
        }
    }

    Ipv4Address source_;
    Ipv4Address destination_;
    std::size_t room_; ///< octets for IGMP in one packet
};

} // namespace

std::vector<Octets> encode(const Message& message, Ipv4Address source, std::size_t mtu) {
    assert(mtu >= 68);
    return std::visit(Encoder(source, destination_of(message), mtu), message);
}

} // namespace mcfwd::igmp
