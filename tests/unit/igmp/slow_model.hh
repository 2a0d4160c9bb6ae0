// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A link the slow way: sets as sets, the table of RFC 9776 section 6.4 row by row, every host with what it
// said last. Written apart from the implementation so that both can be compared. Time is in whole seconds.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <igmp/members_config.hh>

namespace mcfwd::igmp::test {

using Set = std::set<int>;

inline Set minus(Set a, const Set& b) {
    std::erase_if(a, [&](int s) { return b.contains(s); });
    return a;
}
inline Set both(Set a, const Set& b) {
    std::erase_if(a, [&](int s) { return !b.contains(s); });
    return a;
}
inline Set either(Set a, const Set& b) {
    a.insert(b.begin(), b.end());
    return a;
}

constexpr int kGmi = 270;
constexpr int kOlderHost = 260;
constexpr int kOtherQuerier = 255;
constexpr int kLmqt = 2;
constexpr int kBlocked = -1;

/// What one host said about one group.
struct SlowMember {
    bool exclude = false;
    int until = 0;             ///< EXCLUDE
    std::map<int, int> wanted; ///< INCLUDE: end of each
    Set refused;               ///< EXCLUDE

    [[nodiscard]] bool there(int now) const {
        return exclude ? until > now
                       : std::ranges::any_of(wanted, [&](const auto& entry) { return entry.second > now; });
    }
    [[nodiscard]] bool wants(int source, int now) const {
        if (exclude) {
            return until > now && !refused.contains(source);
        }
        const auto found = wanted.find(source);
        return found != wanted.end() && found->second > now;
    }
    void say(RecordType type, const Set& list, int now) {
        const bool was_exclude = exclude && until > now;
        switch (type) {
        case RecordType::kIsExclude:
        case RecordType::kToExclude:
            *this = {.exclude = true, .until = now + kGmi, .wanted = {}, .refused = list};
            break;
        case RecordType::kBlock:
            refused = either(refused, list);
            std::erase_if(wanted, [&](const auto& entry) { return list.contains(entry.first); });
            break;
        case RecordType::kToInclude:
            if (was_exclude || list.empty()) {
                wanted.clear();
            }
            exclude = false;
            confirm(list, now);
            break;
        case RecordType::kIsInclude:
        case RecordType::kAllow:
            exclude = was_exclude;
            until = exclude && type == RecordType::kIsInclude ? now + kGmi : until;
            refused = minus(refused, list);
            confirm(exclude ? Set{} : list, now);
            break;
        }
    }

  private:
    void confirm(const Set& list, int now) {
        for (const int source : list) {
            wanted[source] = now + kGmi;
        }
    }
};

struct SlowGroup {
    bool exclude = false;
    int until = 0;
    std::map<int, int> timers; ///< end of each; kBlocked
    int version1_until = 0;
    int version2_until = 0;
    int unsure_until = 0; ///< some hosts were not understood before
    std::map<int, SlowMember> members;

    [[nodiscard]] Set running() const {
        Set result;
        for (const auto& [source, end] : timers) {
            if (end != kBlocked) {
                result.insert(source);
            }
        }
        return result;
    }
    [[nodiscard]] Set blocked() const { return minus(all(), running()); }
    [[nodiscard]] Set all() const {
        Set result;
        for (const auto& [source, end] : timers) {
            result.insert(source);
        }
        return result;
    }
    [[nodiscard]] bool empty() const { return !exclude && timers.empty(); }
    [[nodiscard]] int mode(int now) const { return version1_until > now ? 1 : version2_until > now ? 2 : 3; }
    [[nodiscard]] bool forwards(int source) const {
        const auto found = timers.find(source);
        return found == timers.end() ? exclude : found->second != kBlocked;
    }
    void expire(int now) {
        if (exclude && until <= now) {
            exclude = false;
            drop(blocked());
        }
        for (auto at = timers.begin(); at != timers.end();) {
            const bool ended = at->second != kBlocked && at->second <= now;
            if (ended && exclude) {
                at->second = kBlocked;
            }
            at = ended && !exclude ? timers.erase(at) : std::next(at);
        }
        std::erase_if(members, [&](const auto& entry) { return !entry.second.there(now); });
    }
    void drop(const Set& sources) {
        std::erase_if(timers, [&](const auto& entry) { return sources.contains(entry.first); });
    }
};

/// What a record asks for.
struct SlowQuestions {
    Set sources;
    bool group = false;
};

class SlowLink {
  public:
    struct Settings {
        FastLeave fast_leave = FastLeave::kOff;
        std::size_t max_groups = 0;
        std::size_t max_sources = 0;
        std::size_t max_groups_per_host = 0;
        int host_rate = 1000;
    };

    SlowLink(Settings settings, int start) : settings_(settings), now_(start) {}

    std::map<int, SlowGroup> groups;

    [[nodiscard]] bool querier() const { return other_until_ <= now_; }

    void pass(int seconds) {
        now_ += seconds;
        if (seconds > 0) {
            sent_.clear();
        }
        for (auto& [number, group] : groups) {
            group.expire(now_);
        }
        std::erase_if(groups, [](const auto& entry) { return entry.second.empty(); });
    }

    /// Each returns what the router has to ask now.
    SlowQuestions version1_report(int host, int group) { return older_report(host, group, 1); }
    SlowQuestions version2_report(int host, int group) { return older_report(host, group, 2); }
    SlowQuestions leave(int host, int group) {
        return may_talk(host, group) ? apply(host, group, RecordType::kToInclude, {}) : SlowQuestions{};
    }
    SlowQuestions record(int host, int group, RecordType type, const Set& list) {
        return may_talk(host, group) ? apply(host, group, type, list) : SlowQuestions{};
    }

    /// Ours or another router's; answers come within 10 seconds.
    void general_query() {
        if (queries_.empty() || now_ - queries_.back() >= 10) {
            queries_.push_back(now_);
        }
    }
    void general_query_of_lower() {
        other_until_ = now_ + kOtherQuerier;
        general_query();
    }
    void specific_query_of_lower(int number, const Set& sources, bool suppress, int response) {
        const auto found = groups.find(number);
        if (querier() || suppress || found == groups.end()) {
            return;
        }
        if (found->second.mode(now_) != 1) { // they answer later than that
            lower(found->second, {sources, sources.empty()}, 2 * response);
        }
    }

  private:
    bool may_talk(int host, int number) {
        if (last_ != -1 && host != last_) {
            queries_.clear();
        }
        last_ = host;
        if (++sent_[host] <= settings_.host_rate) {
            return true;
        }
        if (groups.contains(number)) {
            groups.at(number).unsure_until = now_ + kGmi;
        }
        return false;
    }

    SlowQuestions older_report(int host, int number, int version) {
        if (!may_talk(host, number)) {
            return {};
        }
        if (!refused(host, number, RecordType::kIsExclude, {})) {
            const SlowQuestions questions = apply(host, number, RecordType::kIsExclude, {});
            SlowGroup& group = groups.at(number);
            (version == 1 ? group.version1_until : group.version2_until) = now_ + kOlderHost;
            return questions;
        }
        return {};
    }

    [[nodiscard]] bool refused(int host, int number, RecordType type, const Set& list) const {
        const bool known = groups.contains(number);
        const bool exclusive = type == RecordType::kIsExclude || type == RecordType::kToExclude;
        const bool joins = exclusive || (type != RecordType::kBlock && !list.empty());
        if (!known && (!joins || (settings_.max_groups != 0 && groups.size() >= settings_.max_groups))) {
            return true;
        }
        const auto memberships = static_cast<std::size_t>(std::ranges::count_if(
            groups, [&](const auto& entry) { return entry.second.members.contains(host); }));
        return joins && settings_.max_groups_per_host != 0 && memberships >= settings_.max_groups_per_host &&
               !(known && groups.at(number).members.contains(host));
    }

    SlowQuestions apply(int host, int number, RecordType type, const Set& said) {
        const int mode = groups.contains(number) ? groups.at(number).mode(now_) : 3;
        const bool ignored =
            mode < 3 && (type == RecordType::kBlock || (mode == 1 && type == RecordType::kToInclude));
        const Set list = mode < 3 && type == RecordType::kToExclude ? Set{} : said;
        if (ignored) {
            track(groups.at(number), host, type, said);
            return {};
        }
        if (refused(host, number, type, list)) {
            return {};
        }
        SlowGroup& group = groups[number];
        SlowQuestions questions =
            group.exclude ? in_exclude(group, type, list) : in_include(group, type, list);
        track(group, host, type, said);
        leave_fast(group, host, type, list, questions);
        if (querier()) {
            lower(group, questions, kLmqt);
        } else {
            questions = {};
        }
        if (group.empty()) {
            groups.erase(number);
        }
        return questions;
    }

    void track(SlowGroup& group, int host, RecordType type, const Set& said) const {
        group.members[host].say(type, said, now_);
        std::erase_if(group.members, [&](const auto& entry) { return !entry.second.there(now_); });
    }

    /// Takes away what nobody can want, and what then needs no question.
    void leave_fast(SlowGroup& group, int host, RecordType type, const Set& list, SlowQuestions& questions) {
        const bool always = settings_.fast_leave == FastLeave::kAlways;
        if (settings_.fast_leave == FastLeave::kOff || (questions.sources.empty() && !questions.group)) {
            return;
        }
        bool sure = (type != RecordType::kToInclude || list.empty()) && group.unsure_until <= now_;
        bool others_exclude = false;
        for (const auto& [other, member] : group.members) {
            others_exclude |= member.exclude;
            sure &= group.mode(now_) == 3 || other == host;
        }
        sure &= group.mode(now_) == 3 || alone(host);
        if (!sure && !always) {
            return;
        }
        for (const int source : Set(questions.sources)) {
            const bool wanted = std::ranges::any_of(
                group.members, [&](const auto& entry) { return entry.second.wants(source, now_); });
            if (always || !wanted) {
                group.timers[source] = now_;
                questions.sources.erase(source);
            }
        }
        bool all_named = true; // what others list is joined without EXCLUDE mode, too
        for (const auto& [other, member] : group.members) {
            for (const auto& [source, end] : member.wanted) {
                all_named &= member.exclude || end <= now_ || group.running().contains(source);
            }
        }
        if (questions.group && (always || (!others_exclude && all_named))) {
            group.until = now_;
            questions.group = false;
        }
        group.expire(now_);
    }

    /// Twenty queries were answered by this host alone, and the last one perhaps not yet.
    [[nodiscard]] bool alone(int host) const { return host == last_ && queries_.size() > 20; }

    void lower(SlowGroup& group, const SlowQuestions& questions, int time) const {
        for (const int source : questions.sources) {
            if (const auto found = group.timers.find(source); found != group.timers.end()) {
                found->second = std::min(found->second, now_ + time);
            }
        }
        if (questions.group) {
            group.until = std::min(group.until, now_ + time);
        }
    }

    void set(SlowGroup& group, const Set& sources, int end) const {
        for (const int source : sources) {
            if (settings_.max_sources == 0 || group.timers.contains(source) ||
                group.timers.size() < settings_.max_sources) {
                group.timers[source] = end;
            }
        }
    }

    SlowQuestions in_include(SlowGroup& group, RecordType type, const Set& b) const {
        const Set a = group.running();
        switch (type) {
        case RecordType::kIsInclude:
        case RecordType::kAllow:
            set(group, b, now_ + kGmi);
            return {};
        case RecordType::kToInclude:
            set(group, b, now_ + kGmi);
            return {minus(a, b), false};
        case RecordType::kBlock:
            return {both(a, b), false};
        case RecordType::kIsExclude:
        case RecordType::kToExclude:
            group.drop(minus(a, b));
            set(group, minus(b, a), kBlocked);
            group.exclude = true;
            group.until = now_ + kGmi;
            return {type == RecordType::kToExclude ? both(a, b) : Set{}, false};
        }
        return {};
    }

    SlowQuestions in_exclude(SlowGroup& group, RecordType type, const Set& a) const {
        const Set x = group.running();
        const Set y = group.blocked();
        const Set fresh = minus(minus(a, x), y);
        switch (type) {
        case RecordType::kIsInclude:
        case RecordType::kAllow:
            set(group, a, now_ + kGmi);
            return {};
        case RecordType::kToInclude:
            set(group, a, now_ + kGmi);
            return {minus(x, a), true};
        case RecordType::kBlock:
            set(group, fresh, group.until);
            return {both(minus(a, y), group.all()), false};
        case RecordType::kIsExclude:
            group.drop(either(minus(x, a), minus(y, a)));
            set(group, fresh, now_ + kGmi);
            group.until = now_ + kGmi;
            return {};
        case RecordType::kToExclude:
            group.drop(either(minus(x, a), minus(y, a)));
            set(group, fresh, group.until);
            group.until = now_ + kGmi;
            return {both(minus(a, y), group.all()), false};
        }
        return {};
    }

    Settings settings_;
    int now_;
    int other_until_ = 0;
    int last_ = -1;            ///< host that spoke last
    std::vector<int> queries_; ///< general ones since then or before, as long as nobody else spoke
    std::map<int, int> sent_;  ///< records of each host in this second
};

} // namespace mcfwd::igmp::test
