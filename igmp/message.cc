// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What kind a message is and where it goes, from its content alone.
#include "message.hh"

namespace mcfwd::igmp {
namespace {

struct TypeOf {
    MessageType operator()(const Query& query) const {
        if (query.group.is_unspecified()) {
            return MessageType::kGeneralQuery;
        }
        return query.sources.empty() ? MessageType::kGroupQuery : MessageType::kGroupSourceQuery;
    }
    MessageType operator()(const ReportV1&) const { return MessageType::kReportV1; }
    MessageType operator()(const ReportV2&) const { return MessageType::kReportV2; }
    MessageType operator()(const Leave&) const { return MessageType::kLeave; }
    MessageType operator()(const ReportV3&) const { return MessageType::kReportV3; }
};

struct DestinationOf {
    Ipv4Address operator()(const Query& query) const {
        return query.group.is_unspecified() ? kAllSystems : query.group;
    }
    Ipv4Address operator()(const ReportV1& report) const { return report.group; }
    Ipv4Address operator()(const ReportV2& report) const { return report.group; }
    Ipv4Address operator()(const Leave&) const { return kAllRouters; }
    Ipv4Address operator()(const ReportV3&) const { return kAllIgmpv3Routers; }
};

} // namespace

MessageType type_of(const Message& message) {
    return std::visit(TypeOf{}, message);
}

Ipv4Address destination_of(const Message& message) {
    return std::visit(DestinationOf{}, message);
}

} // namespace mcfwd::igmp
