// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Hosts as RFC 9776 section 5, RFC 2236 and RFC 1112 have them, as simple as can be: what they want, what
// they say when that changes, and when they answer a query. All of them answer within the query's response
// time.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include <igmp/message.hh>
#include <mcfwd/clock.hh>

namespace mcfwd::igmp::test {

/// What a host wants of one group. INCLUDE without sources: nothing.
struct Wish {
    FilterMode mode = FilterMode::kInclude;
    std::set<Ipv4Address> sources;

    [[nodiscard]] bool any() const { return mode == FilterMode::kExclude || !sources.empty(); }
    [[nodiscard]] bool wants(Ipv4Address source) const {
        return (mode == FilterMode::kExclude) != sources.contains(source);
    }
    bool operator==(const Wish&) const = default;
};

inline std::vector<Ipv4Address> listed(const std::set<Ipv4Address>& a,
                                       const std::set<Ipv4Address>& without = {}) {
    std::vector<Ipv4Address> result;
    for (const Ipv4Address source : a) {
        if (!without.contains(source)) {
            result.push_back(source);
        }
    }
    return result;
}

class HostModel {
  public:
    HostModel(Ipv4Address own_address, unsigned at_port, Version version)
        : address(own_address),
          port(at_port),
          version_(version) {}

    Ipv4Address address;
    unsigned port;
    std::map<Ipv4Address, Wish> wishes;

    [[nodiscard]] Version mode(Instant now) const {
        return version_ == Version::kV3 && older_querier_until_ > now ? Version::kV2 : version_;
    }

    /// What it says at once when its wish changes.
    std::vector<Message> want(Ipv4Address group, Wish to, Instant now) {
        const Wish from = std::exchange(wishes[group], to);
        if (mode(now) != Version::kV3) {
            if (to.any()) {
                return {older_report(group, now)};
            }
            return from.any() && version_ != Version::kV1 ? std::vector<Message>{Leave{group}}
                                                          : std::vector<Message>{};
        }
        ReportV3 report;
        const auto say = [&](RecordType type, std::vector<Ipv4Address> sources, bool even_if_empty) {
            if (even_if_empty || !sources.empty()) {
                report.records.push_back({type, group, std::move(sources)});
            }
        };
        if (from.mode != to.mode) {
            const bool exclude = to.mode == FilterMode::kExclude;
            say(exclude ? RecordType::kToExclude : RecordType::kToInclude, listed(to.sources), true);
        } else {
            const bool exclude = to.mode == FilterMode::kExclude;
            say(RecordType::kAllow,
                exclude ? listed(from.sources, to.sources) : listed(to.sources, from.sources), false);
            say(RecordType::kBlock,
                exclude ? listed(to.sources, from.sources) : listed(from.sources, to.sources), false);
        }
        return report.records.empty() ? std::vector<Message>{} : std::vector<Message>{report};
    }

    /// A query it hears; `fraction` in 0..1 is how much of the response time it waits.
    void hear(const Query& query, double fraction, Instant now) {
        const bool general = query.group.is_unspecified();
        if (general && query.version != Version::kV3 && version_ == Version::kV3) {
            older_querier_until_ = now + std::chrono::seconds(260);
        }
        const auto delay = std::chrono::duration_cast<Duration>(query.max_response * fraction);
        for (const auto& [group, wish] : wishes) {
            if (wish.any() && (general || group == query.group)) {
                answers_.push_back({now + delay, group, query.sources});
            }
        }
    }

    /// Another host of the same link reported: versions 1 and 2 hold their own report back.
    bool held_back_by(Ipv4Address group, Instant now) {
        if (mode(now) == Version::kV3) {
            return false;
        }
        return std::erase_if(answers_, [&](const Answer& answer) { return answer.group == group; }) > 0;
    }

    [[nodiscard]] Instant next_answer() const {
        Instant earliest = Instant::max();
        for (const Answer& answer : answers_) {
            earliest = std::min(earliest, answer.at);
        }
        return earliest;
    }

    /// What it says now, and about which group.
    std::vector<std::pair<Ipv4Address, Message>> answers_due(Instant now) {
        std::vector<std::pair<Ipv4Address, Message>> result;
        for (const Answer& answer : answers_) {
            if (answer.at <= now && wishes[answer.group].any()) {
                if (mode(now) != Version::kV3) {
                    result.emplace_back(answer.group, older_report(answer.group, now));
                } else if (const GroupRecord record = current_state(answer);
                           record.type == RecordType::kIsExclude || !record.sources.empty()) {
                    result.emplace_back(answer.group, ReportV3{.records = {record}});
                }
            }
        }
        std::erase_if(answers_, [&](const Answer& answer) { return answer.at <= now; });
        return result;
    }

  private:
    struct Answer {
        Instant at;
        Ipv4Address group;
        std::vector<Ipv4Address> sources; ///< those asked about; none: the group
    };

    [[nodiscard]] Message older_report(Ipv4Address group, Instant now) const {
        return mode(now) == Version::kV1 ? Message(ReportV1{group}) : Message(ReportV2{group});
    }

    [[nodiscard]] GroupRecord current_state(const Answer& answer) const {
        const Wish& wish = wishes.at(answer.group);
        if (answer.sources.empty()) {
            const bool exclude = wish.mode == FilterMode::kExclude;
            return {exclude ? RecordType::kIsExclude : RecordType::kIsInclude, answer.group,
                    listed(wish.sources)};
        }
        std::vector<Ipv4Address> wanted;
        for (const Ipv4Address source : answer.sources) {
            if (wish.wants(source)) {
                wanted.push_back(source);
            }
        }
        return {RecordType::kIsInclude, answer.group, wanted};
    }

    Version version_;
    Instant older_querier_until_{};
    std::vector<Answer> answers_;
};

} // namespace mcfwd::igmp::test
