// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The variables of RFC 4286 section 3.1 and what they mean in time.
#include "advertiser.hh"

#include <algorithm>

namespace mcfwd::igmp {
namespace {

constexpr unsigned kMaxInitialAdvertisements = 3;
constexpr Duration kMaxInitialInterval = std::chrono::seconds(2);
constexpr Duration kMaxResponseDelay = std::chrono::seconds(2);
/// MaxMessageRate is 10 a second.
constexpr Duration kLeastGapOfMessages = std::chrono::milliseconds(100);
/// AdvertisementJitter: a fortieth of the interval.
constexpr int kJitterParts = 40;

} // namespace

void Advertiser::start(Instant now) {
    if (interval_) {
        initial_left_ = kMaxInitialAdvertisements;
        next_ = now;
        last_.reset();
    }
}

bool Advertiser::stop() {
    next_ = Instant::max();
    return last_.has_value();
}

void Advertiser::solicited(Instant now) {
    if (next_ == Instant::max()) {
        return;
    }
    const Instant answer = now + random(kMaxResponseDelay);
    next_ = std::min(next_, last_ ? std::max(answer, *last_ + kLeastGapOfMessages) : answer);
}

bool Advertiser::due(Instant now) {
    if (next_ > now) {
        return false;
    }
    last_ = now;
    initial_left_ -= initial_left_ > 0 ? 1 : 0;
    const Duration jitter = *interval_ / kJitterParts;
    const Duration wait = *interval_ - jitter + random(2 * jitter);
    next_ = now + (initial_left_ > 0 ? std::min(wait, kMaxInitialInterval) : wait);
    return true;
}

Duration Advertiser::random(Duration most) {
    return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(random_));
}

} // namespace mcfwd::igmp
