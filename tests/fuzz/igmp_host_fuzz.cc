// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The host side of an interface under arbitrary messages, changes of reception and time steps. Whatever
// happens, it sends nothing but good reports about groups, its timers lie ahead, and when it leaves nothing
// is left to say.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <utility>

#include <fuzzer/FuzzedDataProvider.h>

#include <igmp/codec.hh>
#include <igmp/host_interface.hh>

#include "any_message.hh"
#include "octets.hh"

namespace {

using namespace mcfwd;
using namespace mcfwd::igmp;
using namespace mcfwd::igmp::fuzz;

constexpr Ipv4Address kUs{10, 0, 1, 50};

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

HostConfig any_config(FuzzedDataProvider& data) {
    HostConfig config{.address = kUs};
    config.version = static_cast<Version>(data.ConsumeIntegralInRange(1, 3));
    if (data.ConsumeBool()) {
        config.robustness = data.ConsumeIntegralInRange(1U, 7U);
    }
    config.require_router_alert = data.ConsumeBool();
    config.mtu = data.ConsumeBool() ? 68 : 1500;
    return config;
}

class Run {
  public:
    explicit Run(FuzzedDataProvider& data)
        : data_(data),
          host_(HostInterface::create(any_config(data), [this](Duration limit) {
                    require(limit > Duration(1));
                    return Duration(data_.ConsumeIntegralInRange<Duration::rep>(1, limit.count() - 1));
                }).value()) {}

    void step() {
        switch (data_.ConsumeIntegralInRange(0, 6)) {
        case 0:
            now_ += std::chrono::milliseconds(data_.ConsumeIntegralInRange(0, 600'000));
            break;
        case 1:
            now_ = std::max(now_, host_.next_deadline().value_or(now_));
            break;
        case 2:
            if (data_.ConsumeBool()) {
                host_.start(now_);
            } else {
                host_.stop(data_.ConsumeBool() ? Farewell::kYes : Farewell::kNo, now_, out_);
                require(!host_.next_deadline());
            }
            break;
        case 3: {
            const auto octets =
                data_.ConsumeBytes<std::byte>(data_.ConsumeIntegralInRange<std::size_t>(0, 64));
            host_.receive(octets.size() < 4 ? octets : test::packet_around(octets), now_, out_);
            break;
        }
        case 4: {
            const Ipv4Address from(0x0A000100U + data_.ConsumeIntegralInRange<std::uint32_t>(49, 51));
            for (const auto& packet : encode(any_message(data_), from, 1500)) {
                host_.receive(packet, now_, out_);
            }
            break;
        }
        default:
            change();
        }
        host_.advance(now_, out_);
        check();
    }

  private:
    void change() {
        const Ipv4Address group = any_group(data_);
        Membership state;
        state.mode = data_.ConsumeBool() ? FilterMode::kExclude : FilterMode::kInclude;
        for (std::uint32_t i = 0; i < 7; ++i) {
            if (data_.ConsumeBool()) {
                state.sources.emplace_back(0x0A090000U + i);
            }
        }
        host_.receive_group(group, state);
        if (group.is_multicast()) {
            require(host_.reception(group) == state);
            wanted_[group] = state;
        }
    }

    void check() {
        for (const Transmission& sent : out_.packets) {
            require(sent.packet.size() <= host_.config().mtu);
            const auto parsed = parse(sent.packet);
            require(parsed && parsed->source == kUs && parsed->destination == sent.destination);
            require(!std::holds_alternative<Query>(parsed->message));
            if (const auto* report = std::get_if<ReportV3>(&parsed->message)) {
                require(host_.config().version == Version::kV3 && !report->records.empty());
                for (const GroupRecord& record : report->records) {
                    require(record.group.is_multicast());
                }
            }
        }
        out_ = {};
        require(!host_.next_deadline() || *host_.next_deadline() > now_);
        std::size_t groups = 0;
        host_.visit_groups({}, [&](Ipv4Address group, const Membership& state) {
            require(wanted_.at(group) == state && !state.empty());
            ++groups;
            return true;
        });
        require(host_.view(now_).groups == groups);
        std::erase_if(wanted_, [](const auto& one) { return one.second.empty(); });
        require(wanted_.size() == groups);
    }

    FuzzedDataProvider& data_;
    HostInterface host_;
    std::map<Ipv4Address, Membership> wanted_;
    Instant now_{std::chrono::hours(1)};
    Output out_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider provider(data, size);
    Run run(provider);
    while (provider.remaining_bytes() > 0) {
        run.step();
    }
    return 0;
}
