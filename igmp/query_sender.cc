// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Queries carry the robustness and query interval in force (RFC 9776 sections 4.1.6 and 4.1.7).
#include "query_sender.hh"

#include <utility>

#include "codec.hh"

namespace mcfwd::igmp {

void QuerySender::general() {
    send({.max_response = intervals_.query_response_interval});
}

void QuerySender::group(Ipv4Address group, Suppress suppress) {
    send({.max_response = intervals_.last_member_query_interval,
          .group = group,
          .suppress = suppress == Suppress::kYes});
}

void QuerySender::group_and_sources(Ipv4Address group, std::vector<Ipv4Address> sources, Suppress suppress) {
    if (sources.empty()) {
        return;
    }
    send({.max_response = intervals_.last_member_query_interval,
          .group = group,
          .suppress = suppress == Suppress::kYes,
          .sources = std::move(sources)});
}

void QuerySender::send(Query query) {
    query.version = form_.version;
    query.robustness = static_cast<std::uint8_t>(intervals_.robustness > 7 ? 0U : intervals_.robustness);
    query.querier_interval = intervals_.query_interval;
    const Message message = std::move(query);
    const Ipv4Address destination = destination_of(message);
    for (auto& packet : encode(message, form_.source, form_.mtu)) {
        ++counters_.sent[static_cast<std::size_t>(type_of(message))];
        out_.packets.push_back({destination, std::move(packet)});
    }
}

} // namespace mcfwd::igmp
