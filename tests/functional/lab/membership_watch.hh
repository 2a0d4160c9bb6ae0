// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Measures what a join and a leave mean on the wire: from the host's report to the first packet, and from the
// host's leave to the last one. All times come from the tap, so that no process start or scheduling counts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <mcfwd/ipv4.hh>

namespace mcfwd::lab {

class MembershipWatch {
  public:
    struct FirstData {
        Ipv4Address group;
        Ipv4Address source; ///< of the membership; kAnySource: any
        std::int64_t report_ns = 0;
        std::int64_t data_ns = 0;
    };
    struct Quiet {
        Ipv4Address group;
        Ipv4Address source;
        std::int64_t leave_ns = 0;
        std::int64_t last_data_ns = 0; ///< 0: none came after the leave
        std::uint64_t packets = 0;     ///< after the leave
    };

    /// A group counts as quiet when no packet came for this long.
    explicit MembershipWatch(std::int64_t quiet_ns) : quiet_ns_(quiet_ns) {}

    /// To be called before the kernel is asked, so that the report is not missed.
    void joining(Ipv4Address group, Ipv4Address source);
    void leaving(Ipv4Address group, Ipv4Address source);

    /// The host sent a report or leave for these groups.
    void see_report(const std::vector<Ipv4Address>& groups, std::int64_t time_ns);
    /// A data packet came; the first one after a report is an event.
    [[nodiscard]] std::optional<FirstData> see_data(Ipv4Address group, Ipv4Address source,
                                                    std::int64_t time_ns);
    /// The leaves whose traffic has stopped; each is told once.
    [[nodiscard]] std::vector<Quiet> gone_quiet(std::int64_t now_ns);

  private:
    std::int64_t quiet_ns_;
    std::vector<FirstData> joins_; ///< without data yet
    std::vector<Quiet> leaves_;    ///< not quiet yet
};

} // namespace mcfwd::lab
