// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// RFC 9776 section 6 the slow way: sets as sets, the table row by row, timers that count down second by
// second. Written apart from the implementation so that both can be compared.
#pragma once

#include <map>
#include <set>

#include <igmp/message.hh>

namespace mcfwd::igmp::test {

class SlowModel {
  public:
    using Set = std::set<int>;

    bool exclude = false;
    int group_timer = 0;
    std::map<int, int> timers; ///< remaining seconds; 0: blocked

    void record(RecordType type, const Set& list) {
        exclude ? in_exclude(type, list) : in_include(type, list);
    }

    void tick() {
        for (auto at = timers.begin(); at != timers.end();) {
            const bool ended = at->second > 0 && --at->second == 0;
            at = ended && !exclude ? timers.erase(at) : std::next(at);
        }
        if (exclude && --group_timer == 0) {
            exclude = false;
            std::erase_if(timers, [](const auto& entry) { return entry.second == 0; });
        }
    }

    [[nodiscard]] bool forwards(int source) const {
        const auto found = timers.find(source);
        return found == timers.end() ? exclude : found->second > 0;
    }

  private:
    static constexpr int kGmi = 270;
    static constexpr int kLmqt = 2;

    Set x() const {
        Set result;
        for (const auto& [source, timer] : timers) {
            if (timer > 0) {
                result.insert(source);
            }
        }
        return result;
    }
    Set y() const {
        Set result;
        for (const auto& [source, timer] : timers) {
            if (timer == 0) {
                result.insert(source);
            }
        }
        return result;
    }
    static Set minus(Set a, const Set& b) {
        std::erase_if(a, [&](int s) { return b.contains(s); });
        return a;
    }
    static Set both(Set a, const Set& b) {
        std::erase_if(a, [&](int s) { return !b.contains(s); });
        return a;
    }
    void set(const Set& sources, int value) {
        for (const int source : sources) {
            timers[source] = value;
        }
    }
    void drop(const Set& sources) {
        std::erase_if(timers, [&](const auto& entry) { return sources.contains(entry.first); });
    }
    void query(const Set& sources) {
        for (const int source : sources) {
            timers[source] = std::min(timers.at(source), kLmqt);
        }
    }

    void in_include(RecordType type, const Set& b) {
        const Set a = x();
        switch (type) {
        case RecordType::kIsInclude:
        case RecordType::kAllow:
            set(b, kGmi);
            break;
        case RecordType::kToInclude:
            set(b, kGmi);
            query(minus(a, b));
            break;
        case RecordType::kBlock:
            query(both(a, b));
            break;
        case RecordType::kIsExclude:
        case RecordType::kToExclude:
            set(minus(b, a), 0);
            drop(minus(a, b));
            exclude = true;
            group_timer = kGmi;
            if (type == RecordType::kToExclude) {
                query(both(a, b));
            }
            break;
        }
    }

    void in_exclude(RecordType type, const Set& a) {
        const Set was_x = x();
        const Set was_y = y();
        const Set fresh = minus(minus(a, was_x), was_y);
        switch (type) {
        case RecordType::kIsInclude:
        case RecordType::kAllow:
            set(a, kGmi);
            break;
        case RecordType::kToInclude:
            set(a, kGmi);
            query(minus(was_x, a));
            group_timer = std::min(group_timer, kLmqt);
            break;
        case RecordType::kBlock:
            set(fresh, group_timer);
            query(minus(a, was_y));
            break;
        case RecordType::kIsExclude:
            set(fresh, kGmi);
            drop(minus(was_x, a));
            drop(minus(was_y, a));
            group_timer = kGmi;
            break;
        case RecordType::kToExclude:
            set(fresh, group_timer);
            drop(minus(was_x, a));
            drop(minus(was_y, a));
            query(minus(a, was_y));
            group_timer = kGmi;
            break;
        }
    }
};

} // namespace mcfwd::igmp::test
