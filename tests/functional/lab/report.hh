// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the lab host says: one JSON object per line on standard output, each with an `event`.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "membership_watch.hh"
#include "send.hh"
#include "wire_audit.hh"

namespace mcfwd::lab {

void report_ready();
void report_error(std::string_view what);
/// `event` is the command's past tense: joined, left, wanted, unwanted.
void report_membership(std::string_view event, Ipv4Address group, Ipv4Address source);
void report_first_data(const MembershipWatch::FirstData& first);
void report_quiet(const MembershipWatch::Quiet& quiet);
/// Totals of the wire; `missed` are frames that the tap itself lost.
void report_stats(const WireAudit& audit, std::uint64_t missed, std::int64_t now_ns);
void report_flows(const WireAudit& audit);
void report_sent(std::span<const SendFlow> flows, double seconds);

} // namespace mcfwd::lab
