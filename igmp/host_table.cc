// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The rate is kept as one time per host: the virtual scheduling form of a token bucket.
#include "host_table.hh"

#include <algorithm>

namespace mcfwd::igmp {
namespace {

/// Depth of the bucket, so also the time after which an idle host has nothing left to remember.
constexpr Duration kBurst = std::chrono::seconds(1);

} // namespace

std::size_t ReporterHash::operator()(const Reporter& reporter) const noexcept {
    std::uint64_t mac = 0;
    for (const std::uint8_t byte : reporter.mac.bytes) {
        mac = mac << 8U | byte;
    }
    // Neighbours differ in few bits: spread them over the word (a multiplicative hash with a 64-bit golden
    // ratio).
    std::uint64_t mixed = (mac ^ std::uint64_t{reporter.address.host()} << 29U) * 0x9E3779B97F4A7C15ULL;
    mixed ^= mixed >> 32U;
    return static_cast<std::size_t>(mixed * 0x9E3779B97F4A7C15ULL);
}

void HostTable::start() {
    begin_proof();
}

void HostTable::begin_proof() {
    rounds_ = 0;
    answered_at_.reset();
}

void HostTable::asked(Duration response, Instant now) {
    if (answered_at_ && now < *answered_at_) { // one answer serves both
        return;
    }
    rounds_ += answered_at_ && rounds_ < kRounds ? 1U : 0U;
    answered_at_ = now + response;
}

Host* HostTable::hear(const Reporter& reporter, Instant now, std::size_t most) {
    // Who has no address can not be told from others behind the same MAC.
    if ((last_ && *last_ != reporter) || reporter.address.is_unspecified()) {
        begin_proof();
    }
    last_ = reporter;
    if (Host* const found = hosts_.find(reporter)) {
        return found;
    }
    if (hosts_.size() >= most) {
        return nullptr;
    }
    Host& host = hosts_.make(reporter, reporter);
    idle_.arm(host, now + kBurst);
    return &host;
}

std::size_t HostTable::allow(Host* host, std::size_t records, std::size_t rate, Instant now) {
    if (rate == 0) {
        return records;
    }
    Instant& spent = host == nullptr ? unknown_.spent : host->spent;
    spent = std::max(spent, now);
    const Duration each = kBurst / static_cast<Duration::rep>(rate);
    const auto room = static_cast<std::size_t>((now + kBurst - spent) / each);
    const std::size_t allowed = std::min(records, room);
    spent += each * static_cast<Duration::rep>(allowed);
    return allowed;
}

void HostTable::join(Host& host) {
    if (host.memberships++ == 0) {
        idle_.disarm(host);
    }
}

void HostTable::part(Host& host, Instant now) {
    if (--host.memberships == 0) {
        idle_.arm(host, now + kBurst);
    }
}

bool HostTable::only_one(const Reporter& reporter) const {
    return last_ == reporter && rounds_ >= kRounds;
}

std::size_t HostTable::advance(Instant now, std::size_t most) {
    for (; most > 0 && !idle_.empty() && idle_.earliest() <= now; --most) {
        Host& host = idle_.first();
        if (host.spent > now) { // it was refused records meanwhile
            idle_.arm(host, host.spent);
            continue;
        }
        idle_.disarm(host);
        hosts_.erase(Reporter(host.id));
    }
    return most;
}

std::optional<Instant> HostTable::next_deadline() const {
    return idle_.empty() ? std::nullopt : std::optional(idle_.earliest());
}

std::size_t HostTable::dissolve(std::size_t most) {
    idle_ = {};
    return most - hosts_.erase_some(most);
}

} // namespace mcfwd::igmp
