// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A link with our host on it, on virtual time. Routers and other hosts speak through `hear`, time passes
// through `wait`, and what the host said is read back as lines of text with the seconds since the last mark.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <igmp/codec.hh>
#include <igmp/host_interface.hh>

#include "lan.hh"
#include "octets.hh"

namespace mcfwd::igmp::test {

inline constexpr Ipv4Address kUs{10, 0, 1, 50};

inline Membership include(std::vector<Ipv4Address> sources) {
    return {FilterMode::kInclude, std::move(sources)};
}
inline Membership exclude(std::vector<Ipv4Address> sources = {}) {
    return {FilterMode::kExclude, std::move(sources)};
}

inline Query group_query(Ipv4Address group, std::vector<Ipv4Address> sources = {}) {
    Query query = general_query();
    query.max_response = std::chrono::seconds(1);
    query.group = group;
    query.sources = std::move(sources);
    return query;
}
inline Query query_v2(Ipv4Address group = {}) {
    return {.version = Version::kV2, .max_response = std::chrono::seconds(10), .group = group};
}
inline Query query_v1() {
    return {.version = Version::kV1, .max_response = std::chrono::seconds(10)};
}

/// The same packet, sent to somebody else.
inline Octets readdressed(Octets packet, Ipv4Address destination) {
    put16(packet, 16, static_cast<std::uint16_t>(destination.host() >> 16U));
    put16(packet, 18, static_cast<std::uint16_t>(destination.host() & 0xFFFFU));
    fix_ip_checksum(packet);
    return packet;
}
/// The same packet with an IP header of 20 octets.
inline Octets without_options(Octets packet) {
    packet.erase(packet.begin() + 20, packet.begin() + 24);
    packet[0] = std::byte{0x45};
    put16(packet, 2, static_cast<std::uint16_t>(packet.size()));
    fix_ip_checksum(packet);
    return packet;
}

class HostLink {
  public:
    explicit HostLink(HostConfig config = {.address = kUs})
        : host_(HostInterface::create(std::move(config), [this](Duration limit) {
                    return draw(limit);
                }).value()) {}

    /// Running, and nothing to say.
    void start() { host_.start(now_), advance(); }

    void receive(Ipv4Address group, const Membership& state) { host_.receive_group(group, state), advance(); }

    /// Changes of reception in a daemon whose timers are served after them.
    void change_late(Duration time, const std::vector<std::pair<Ipv4Address, Membership>>& changes) {
        now_ += time;
        for (const auto& [group, state] : changes) {
            host_.receive_group(group, state);
        }
        advance();
    }

    void hear(const Message& message, Ipv4Address from = kRouter) {
        for (const auto& packet : encode(message, from, 1500)) {
            hear_octets(packet);
        }
    }
    void hear_octets(std::span<const std::byte> packet) {
        host_.receive(packet, now_, out_);
        collect();
        advance();
    }

    void advance() { host_.advance(now_, out_), collect(); }

    /// Lets time pass from deadline to deadline.
    void wait(Duration time) {
        const Instant end = now_ + time;
        while (host_.next_deadline() && *host_.next_deadline() <= end) {
            now_ = std::max(now_, *host_.next_deadline());
            advance();
        }
        now_ = end;
        advance();
    }

    void stop(Farewell farewell) { host_.stop(farewell, now_, out_), collect(); }

    void forget() { mark_ = now_, said_.clear(), packets_.clear(); }
    /// "0.5 to_ex 239.1.1.1 10.9.0.1", since the last call; the records of one packet are joined by ", ".
    Lines said() { return std::exchange(said_, {}); }
    std::vector<Transmission> packets() { return std::exchange(packets_, {}); }

    /// The next delay is this part of its limit; a half when nothing was said.
    void draws(std::initializer_list<double> parts) { parts_.insert(parts_.end(), parts); }
    /// Limits of all delays that were drawn, in seconds, since the last call.
    std::vector<double> limits() { return std::exchange(limits_, {}); }

    std::uint64_t ignored(HostIgnoreReason reason) const {
        return host_.counters().ignored[static_cast<std::size_t>(reason)];
    }
    std::uint64_t sent(MessageType type) const {
        return host_.counters().sent[static_cast<std::size_t>(type)];
    }
    Version mode() const { return host_.view(now_).version; }
    HostInterface& host() { return host_; }
    Instant now() const { return now_; }

  private:
    Duration draw(Duration limit) {
        limits_.push_back(Seconds(limit).count());
        double part = 0.5;
        if (!parts_.empty()) {
            part = parts_.front();
            parts_.pop_front();
        }
        return std::chrono::duration_cast<Duration>(part * Seconds(limit));
    }

    static std::string line(const Message& message) {
        constexpr std::array<std::string_view, 7> kTypes{"",      "is_in", "is_ex", "to_in",
                                                         "to_ex", "allow", "block"};
        if (const auto* v1 = std::get_if<ReportV1>(&message)) {
            return fmt::format("v1 {}", v1->group);
        }
        if (const auto* v2 = std::get_if<ReportV2>(&message)) {
            return fmt::format("v2 {}", v2->group);
        }
        if (const auto* leave = std::get_if<Leave>(&message)) {
            return fmt::format("leave {}", leave->group);
        }
        std::string text;
        for (const GroupRecord& record : std::get<ReportV3>(message).records) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                                kTypes[static_cast<std::size_t>(record.type)], record.group);
            for (const Ipv4Address source : record.sources) {
                text += fmt::format(" {}", source);
            }
        }
        return text;
    }

    void collect() {
        for (const Transmission& sent : out_.packets) {
            const Packet packet = parse(sent.packet).value();
            EXPECT_EQ(packet.destination, sent.destination);
            said_.push_back(fmt::format("{} {}", Seconds(now_ - mark_).count(), line(packet.message)));
        }
        EXPECT_TRUE(out_.changes.empty());
        packets_.insert(packets_.end(), out_.packets.begin(), out_.packets.end());
        out_ = {};
    }

    std::deque<double> parts_;
    std::vector<double> limits_;
    HostInterface host_;
    Instant now_{std::chrono::hours(1)};
    Instant mark_ = now_;
    Output out_;
    Lines said_;
    std::vector<Transmission> packets_;
};

} // namespace mcfwd::igmp::test
