// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Two tables, because an entry and its oifs lose packets for different reasons.
#include "statistics.hh"

#include <nlohmann/json.hpp>

#include "format.hh"
#include "table.hh"

namespace mcfwd::ctl {

using nlohmann::json;

std::string render_statistics(const json& result) {
    using enum Align;
    Table arrived({{"SOURCE"},
                   {"GROUP"},
                   {"IIF"},
                   {"PACKETS", kRight},
                   {"BYTES", kRight},
                   {"WRONG IIF", kRight},
                   {"EARLY", kRight},
                   {"OVERFLOW", kRight},
                   {"NEGATIVE", kRight},
                   {"NO BUFFER", kRight},
                   {"TTL", kRight},
                   {"SENT", kRight}});
    Table left({{"SOURCE"},
                {"GROUP"},
                {"OIF"},
                {"PACKETS", kRight},
                {"BYTES", kRight},
                {"TTL", kRight},
                {"MTU", kRight},
                {"DISCARDED", kRight}});
    for (const json& entry : member(result, "entries")) {
        const std::string source = text_at(entry, "source");
        const std::string group = text_at(entry, "group");
        arrived.row({source, group, text_at(entry, "iif"), count_at(entry, "packets"),
                     count_at(entry, "bytes"), count_at(entry, "wrong_interface"),
                     count_at(entry, "uninitialized"), count_at(entry, "queue_overflow"),
                     count_at(entry, "negative"), count_at(entry, "input_discards"),
                     count_at(entry, "header_errors"), count_at(entry, "sent")});
        for (const json& oif : member(entry, "oif_counters")) {
            left.row({source, group, text_at(oif, "interface"), count_at(oif, "packets"),
                      count_at(oif, "bytes"), count_at(oif, "ttl_exceeded"), count_at(oif, "mtu_exceeded"),
                      count_at(oif, "discards")});
        }
    }
    return arrived.text() + '\n' + left.text();
}

} // namespace mcfwd::ctl
