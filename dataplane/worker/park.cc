// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The order of a flow is kept by one rule: as long as a packet of it is here, the next one joins it.
#include "park.hh"

#include <algorithm>
#include <bit>
#include <utility>

#include <rte_cycles.h>

#include <dataplane/table/lookup.hh>

namespace mcfwd::dataplane {
namespace {

// Signals tried again in one loop of the worker; keeps the loop short when the ring is full.
constexpr unsigned kAskedPerLoop = 16;

std::uint64_t cycles(Duration duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    return static_cast<std::uint64_t>(seconds * static_cast<double>(rte_get_tsc_hz()));
}

} // namespace

Park::Park(const Limits& limits, Punt& punt, Losses& losses, Tally& tally)
    : punt_(punt),
      losses_(losses),
      tally_(tally),
      hash_(KeyHash::random()),
      timeout_(cycles(limits.park_timeout)),
      per_flow_(std::max(1U, limits.parked_per_flow)),
      flows_(limits.parked_flows),
      packets_(limits.parked_packets),
      buckets_(std::bit_ceil(std::max<std::size_t>(2, 2 * std::size_t{limits.parked_flows})), kNobody) {}

Park::~Park() {
    for (FlowList* list : {&silent_, &asked_, &ready_}) {
        while (!list->empty()) {
            drop_flow(list->first(), DropReason::kParkDiscarded);
        }
    }
}

void Park::park(const Packet& packet, std::uint64_t now) noexcept {
    std::uint32_t number = find(packet.key);
    const bool is_new = number == kNobody;
    if (is_new && packets_.used() < packets_.size()) {
        number = open_flow(packet.key, now);
    }
    if (number == kNobody || !append(number, packet)) {
        tally_.drop(packet.mbuf, DropReason::kParkFull);
        return;
    }
    if (is_new) {
        ask(number, Attempt::kFirst, now);
    }
}

bool Park::join(const Packet& packet) noexcept {
    const std::uint32_t number = find(packet.key);
    if (number == kNobody) {
        return false;
    }
    if (!append(number, packet)) {
        tally_.drop(packet.mbuf, DropReason::kParkFull);
    }
    return true;
}

void Park::look_again(const Instance& table) noexcept {
    look_again(table, silent_);
    look_again(table, asked_);
}

void Park::look_again(const Instance& table, FlowList& list) noexcept {
    std::array<std::uint32_t, kBurst> numbers;
    std::array<FlowKey, kBurst> keys;
    std::array<Answer, kBurst> answers;
    std::uint32_t next = list.first();
    while (next != kNobody) {
        std::size_t count = 0;
        for (; next != kNobody && count < kBurst; next = flows_[next].after) {
            numbers[count] = next;
            keys[count++] = flows_[next].key;
        }
        look_up(table, {keys.data(), count}, {answers.data(), count});
        for (std::size_t i = 0; i < count; ++i) {
            if (answers[i].list != kNoList) {
                move(numbers[i], ready_);
            }
        }
    }
}

void Park::release(const Instance& table, PacketBurst& burst) noexcept {
    const std::uint32_t number = ready_.first();
    ParkedFlow& flow = flows_[number];
    Answer answer;
    look_up(table, {&flow.key, 1}, {&answer, 1});
    if (answer.list == kNoList) {
        move(number, silent_); // the entry is gone again
        return;
    }
    tell(flow, answer.counters);
    while (flow.packets > 0 && !burst.full()) {
        burst.push(take_first(flow));
    }
    if (flow.packets == 0) {
        close_flow(number);
    }
}

void Park::tend(std::uint64_t now) noexcept {
    while (!asked_.empty() && expired(asked_.first(), now)) {
        drop_flow(asked_.first(), DropReason::kParkTimeout);
    }
    for (unsigned tries = 0; tries < kAskedPerLoop && !silent_.empty(); ++tries) {
        if (expired(silent_.first(), now)) {
            drop_flow(silent_.first(), DropReason::kParkTimeout);
        } else {
            ask(silent_.first(), Attempt::kAgain, now);
        }
    }
}

void Park::discard(const FlowKey& flow) noexcept {
    const std::uint32_t number = find(flow);
    if (number != kNobody && flows_[number].list != &ready_) {
        drop_flow(number, DropReason::kParkDiscarded);
    }
}

// A flow whose signal cannot be sent goes to the end, so that one policed interface does not hold up the
// others.
void Park::ask(std::uint32_t number, Attempt attempt, std::uint64_t now) noexcept {
    ParkedFlow& flow = flows_[number];
    if (punt_.no_entry(packets_[flow.first].packet, attempt, now)) {
        flow.since = now;
        move(number, asked_);
    } else {
        move(number, silent_);
    }
}

bool Park::expired(std::uint32_t number, std::uint64_t now) const noexcept {
    return now - flows_[number].since > timeout_;
}

void Park::drop_flow(std::uint32_t number, DropReason reason) noexcept {
    ParkedFlow& flow = flows_[number];
    while (flow.packets > 0) {
        tally_.drop(take_first(flow).mbuf, reason);
    }
    close_flow(number);
}

std::uint32_t Park::find(const FlowKey& key) const noexcept {
    std::uint32_t number = buckets_[hash_(key) & (buckets_.size() - 1)];
    while (number != kNobody && flows_[number].key != key) {
        number = flows_[number].chain;
    }
    return number;
}

std::uint32_t Park::open_flow(const FlowKey& key, std::uint64_t now) noexcept {
    const std::uint32_t number = flows_.take();
    if (number != kNobody) {
        std::uint32_t& bucket = buckets_[hash_(key) & (buckets_.size() - 1)];
        flows_[number] = {.key = key, .since = now, .chain = bucket};
        bucket = number;
        silent_.append(flows_, number);
    }
    return number;
}

void Park::close_flow(std::uint32_t number) noexcept {
    ParkedFlow& flow = flows_[number];
    std::uint32_t* link = &buckets_[hash_(flow.key) & (buckets_.size() - 1)];
    while (*link != number) {
        link = &flows_[*link].chain;
    }
    *link = flow.chain;
    flow.list->remove(flows_, number);
    flows_.give_back(number);
}

bool Park::append(std::uint32_t number, const Packet& packet) noexcept {
    ParkedFlow& flow = flows_[number];
    flow.uninitialized += flow.list != &ready_ ? 1U : 0U;
    const std::uint32_t place = flow.packets < per_flow_ ? packets_.take() : kNobody;
    if (place == kNobody) {
        ++flow.overflow;
        return false;
    }
    packets_[place] = {.packet = packet, .next = kNobody};
    (flow.last == kNobody ? flow.first : packets_[flow.last].next) = place;
    flow.last = place;
    ++flow.packets;
    tally_.parked.set(packets_.used());
    return true;
}

void Park::tell(ParkedFlow& flow, std::uint32_t counters) noexcept {
    if (flow.uninitialized + flow.overflow == 0) {
        return;
    }
    UseOfList losses = losses_.of(counters);
    losses.uninitialized(std::exchange(flow.uninitialized, 0));
    if (flow.overflow > 0) {
        losses.queue_overflow(std::exchange(flow.overflow, 0));
    }
}

Packet Park::take_first(ParkedFlow& flow) noexcept {
    const std::uint32_t place = flow.first;
    const Packet packet = packets_[place].packet;
    flow.first = packets_[place].next;
    flow.last = flow.first == kNobody ? kNobody : flow.last;
    --flow.packets;
    packets_.give_back(place);
    tally_.parked.set(packets_.used());
    return packet;
}

void Park::move(std::uint32_t number, FlowList& to) noexcept {
    flows_[number].list->remove(flows_, number);
    to.append(flows_, number);
}

} // namespace mcfwd::dataplane
