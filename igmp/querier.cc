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
}

Election Querier::hear(const Query& query, Ipv4Address source, Instant now) {
    if (source.is_unspecified() || source >= own_address_) {
        return Election::kNoEffect;
    }
    const bool was_elected = elected();
    startup_left_ = 0;
    address_ = source;
    adopt(query);
    other_until_ = now + intervals_.other_querier_present_interval();
    return was_elected ? Election::kYielded : Election::kObeyed;
}

void Querier::adopt(const Query& query) {
    intervals_ = own_;
    if (query.version != Version::kV3) {
        return; // older queries announce nothing
    }
    adopt_announced(query);
    intervals_.query_response_interval = std::min(query.max_response, intervals_.query_interval);
}

void Querier::adopt_announced(const Query& query) {
    intervals_.robustness = query.robustness == 0 ? kDefaultRobustness : query.robustness;
    intervals_.query_interval =
        query.querier_interval == Duration::zero() ? kDefaultQueryInterval : query.querier_interval;
    if (!own_last_member_count_) {
        intervals_.last_member_query_count = intervals_.robustness;
    }
}

void Querier::hear_specific(const Query& query, Ipv4Address source) {
    if (!elected() && source == address_ && query.version == Version::kV3) {
        adopt_announced(query);
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
    next_query_ = now + (startup_left_ > 0 ? startup_interval_ : own_.query_interval);
    return true;
}

} // namespace mcfwd::igmp
