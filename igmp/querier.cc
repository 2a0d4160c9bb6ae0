// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The lowest address queries. Losing does not touch last-member queries that are under way (RFC 2236 section
// 3).
#include "querier.hh"

#include <algorithm>

namespace mcfwd::igmp {
namespace {

// What an announced 0 stands for (RFC 9776 sections 8.1 and 8.2).
constexpr unsigned kDefaultRobustness = 2;
constexpr Duration kDefaultQueryInterval = std::chrono::seconds(125);

/// Between general queries of ours, however often the link goes and comes.
constexpr Duration kLeastPause = std::chrono::seconds(1);

} // namespace

Querier::Querier(const RouterConfig& config)
    : own_(Intervals::of(config)),
      own_last_member_count_(config.last_member_query_count.has_value()),
      own_address_(config.address),
      startup_interval_(config.startup_query_interval.value_or(config.query_interval / 4)),
      startup_count_(config.startup_query_count.value_or(config.robustness)),
      intervals_(own_),
      address_(config.address) {}

void Querier::start(Instant now) {
    other_until_.reset();
    address_ = own_address_;
    intervals_ = own_;
    next_query_ = now;
    startup_left_ = startup_count_;
    asked_.reset();
}

void Querier::ask_anew(Instant now) {
    if (elected()) {
        startup_left_ = startup_count_;
        next_query_ = std::min(next_query_, asked_ ? std::max(now, *asked_ + kLeastPause) : now);
    }
}

Election Querier::hear(const Query& query, Ipv4Address source, Instant now, Contest contest) {
    // One without an address gives way to all others, and follows the lowest of them.
    const bool beats_us =
        contest == Contest::kWon ||
        (own_address_.is_unspecified() ? elected() || source <= address_ : source < own_address_);
    if (source.is_unspecified() || !beats_us) {
        return Election::kNoEffect;
    }
    const bool was_elected = elected();
    startup_left_ = 0;
    address_ = source;
    intervals_ = announced(query);
    other_until_ = now + intervals_.other_querier_present_interval();
    return was_elected ? Election::kYielded : Election::kObeyed;
}

Intervals Querier::announced(const Query& query) const {
    Intervals result = own_;
    if (query.version == Version::kV3) { // older queries announce nothing
        adopt(query, result);
        result.query_response_interval = std::min(query.max_response, result.query_interval);
    }
    return result;
}

void Querier::adopt(const Query& query, Intervals& into) const {
    into.robustness = query.robustness == 0 ? kDefaultRobustness : query.robustness;
    into.query_interval =
        query.querier_interval == Duration::zero() ? kDefaultQueryInterval : query.querier_interval;
    if (!own_last_member_count_) {
        into.last_member_query_count = into.robustness;
    }
}

void Querier::hear_specific(const Query& query, Ipv4Address source) {
    if (!elected() && source == address_ && query.version == Version::kV3) {
        adopt(query, intervals_);
    }
}

bool Querier::take_over(Instant now) {
    if (!other_until_ || *other_until_ > now) {
        return false;
    }
    other_until_.reset();
    address_ = own_address_;
    intervals_ = own_;
    next_query_ = now;
    return true;
}

bool Querier::query_due(Instant now) {
    if (!elected() || next_query_ > now) {
        return false;
    }
    if (startup_left_ > 0) {
        --startup_left_;
    }
    asked_ = now;
    next_query_ = now + (startup_left_ > 0 ? startup_interval_ : own_.query_interval);
    return true;
}

} // namespace mcfwd::igmp
