// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A bounded log; thousands of joins merged into one version must not make it grow without limit.
#include "history.hh"

#include <algorithm>

namespace mcfwd::dataplane {

void History::add(VersionRecord record) {
    if (records_.size() == kKept) {
        records_.pop_front();
    }
    records_.push_back(std::move(record));
}

void History::retire_newest(Instant now) {
    if (!records_.empty()) {
        records_.back().retired = now;
    }
}

std::vector<VersionRecord> History::newest(std::size_t limit) const {
    const std::size_t count = std::min(limit, records_.size());
    return {records_.rbegin(), records_.rbegin() + static_cast<std::ptrdiff_t>(count)};
}

void History::join_cause(std::string& causes, std::string_view cause) {
    constexpr std::string_view kSeparator = "; ";
    constexpr std::string_view kMore = "; ...";
    const auto framed = [&kSeparator](std::string_view text) {
        return std::string(kSeparator).append(text).append(kSeparator);
    };
    if (cause.empty() || causes.ends_with(kMore) || framed(causes).contains(framed(cause))) {
        return;
    }
    if (causes.empty()) {
        causes = cause.substr(0, kCauseLength);
    } else if (causes.size() + kSeparator.size() + cause.size() > kCauseLength) {
        causes += kMore;
    } else {
        causes.append(kSeparator).append(cause);
    }
}

} // namespace mcfwd::dataplane
