// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A routed interface under arbitrary messages, time steps and operator commands. Whatever happens, its
// reported changes balance, its timers lie ahead, and it sends nothing but good queries.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

#include <igmp/codec.hh>
#include <igmp/router_interface.hh>

#include "any_message.hh"
#include "membership_ledger.hh"
#include "octets.hh"

namespace {

using namespace mcfwd;
using namespace mcfwd::igmp;
using namespace mcfwd::igmp::fuzz;

constexpr Ipv4Address kRouter{10, 0, 1, 10};

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

RouterConfig any_config(FuzzedDataProvider& data) {
    RouterConfig config{.address = kRouter};
    config.version = static_cast<Version>(data.ConsumeIntegralInRange(1, 3));
    config.robustness = data.ConsumeIntegralInRange(1U, 8U);
    config.max_groups = data.ConsumeIntegralInRange<std::size_t>(0, 3);
    config.max_sources = data.ConsumeIntegralInRange<std::size_t>(0, 3);
    config.fast_leave = data.PickValueInArray({FastLeave::kOff, FastLeave::kTracked, FastLeave::kAlways});
    config.max_groups_per_host = data.ConsumeIntegralInRange<std::size_t>(0, 2);
    config.host_rate = data.PickValueInArray<std::size_t>({0, 1, 3, 20000});
    config.max_tracked = data.PickValueInArray<std::size_t>({1, 2, 5, 1000});
    if (config.version == Version::kV3 && data.ConsumeBool()) {
        config.older_versions = OlderVersions::kIgnored;
    }
    for (int left = data.ConsumeIntegralInRange(0, 2); left > 0; --left) {
        config.access_list.push_back(
            {data.ConsumeBool() ? AccessAction::kPermit : AccessAction::kDeny,
             {Ipv4Address(239, 1, 1, 0), data.ConsumeIntegralInRange<std::uint8_t>(4, 32)},
             {Ipv4Address(10, 9, 0, 0), data.PickValueInArray<std::uint8_t>({0, 24, 30, 32})}});
    }
    config.require_router_alert = data.ConsumeBool();
    config.mtu = data.ConsumeBool() ? 68 : 1500;
    return config;
}

class Run {
  public:
    explicit Run(FuzzedDataProvider& data)
        : data_(data),
          router_(RouterInterface::create(any_config(data)).value()) {}

    void step() {
        router_.advance(now_, out_);
        check(); // apart from what follows: a group that ended and is joined again did have a gap
        switch (data_.ConsumeIntegralInRange(0, 7)) {
        case 0:
            now_ += std::chrono::milliseconds(data_.ConsumeIntegralInRange(0, 600'000));
            router_.advance(now_, out_);
            break;
        case 1:
            now_ = std::max(now_, router_.next_deadline().value_or(now_));
            router_.advance(now_, out_);
            break;
        case 2:
            data_.ConsumeBool() ? router_.start(now_, out_) : router_.stop(now_, out_);
            break;
        case 3:
            change_static({any_group(data_), data_.ConsumeBool() ? kAnySource : any_source(data_)});
            break;
        case 4: {
            const auto octets =
                data_.ConsumeBytes<std::byte>(data_.ConsumeIntegralInRange<std::size_t>(0, 64));
            router_.receive(octets.size() < 4 ? octets : test::packet_around(octets), {}, now_, out_);
            break;
        }
        default:
            const Ipv4Address from(0x0A000100U + data_.ConsumeIntegralInRange<std::uint32_t>(8, 12));
            for (const auto& packet :
                 encode(any_message(data_), data_.ConsumeBool() ? from : Ipv4Address(), 1500)) {
                router_.receive(packet, any_mac(), now_, out_);
            }
        }
        check();
    }

  private:
    MacAddress any_mac() { return {{2, 0, 0, 0, 0, data_.ConsumeIntegralInRange<std::uint8_t>(0, 2)}}; }

    void change_static(const StaticGroup& entry) {
        if (data_.ConsumeBool()) {
            static_cast<void>(router_.add_static(entry, now_, out_));
        } else {
            static_cast<void>(router_.remove_static(entry, now_, out_));
        }
    }

    /// With fast leave, one record of a report may end a group that another of its records joins again.
    [[nodiscard]] test::Gaps gaps() const {
        return router_.config().fast_leave == FastLeave::kOff ? test::Gaps::kFaults : test::Gaps::kAllowed;
    }

    void check() {
        require(!ledger_.book(out_.changes, gaps()));
        require(ledger_.agrees_with(router_));
        for (const Transmission& sent : out_.packets) {
            require(sent.packet.size() <= router_.config().mtu);
            const auto parsed = parse(sent.packet);
            require(parsed && parsed->source == kRouter && parsed->destination == sent.destination);
            const auto* query = std::get_if<Query>(&parsed->message);
            require(query != nullptr && query->version == router_.config().version);
        }
        out_ = {};
        const bool running = router_.view(now_).running;
        require(router_.next_deadline().has_value() == running);
        require(!running || *router_.next_deadline() > now_);
        std::size_t reported = 0;
        std::size_t tracked = 0;
        std::map<std::pair<MacAddress, Ipv4Address>, std::size_t> groups_of_host;
        Ipv4Address before;
        router_.visit_groups(
            now_, before,
            [&](const GroupView& view) {
                require(before < view.group);
                before = view.group;
                require(view.group.is_routable_group());
                require(!view.expires || *view.expires > Duration(0));
                const auto limit = router_.config().max_sources;
                std::size_t sources = 0;
                bool members = view.expires.has_value();
                for (const SourceView& source : view.sources) {
                    require(!source.expires || *source.expires > Duration(0));
                    sources += source.is_static ? 0 : 1;
                    members |= !source.is_static;
                }
                require(limit == 0 || sources <= limit);
                reported += members ? 1 : 0;
                require(view.hosts.size() == view.host_count);
                // A source that is static as well is shown as static alone.
                require(view.hosts.empty() || view.expires || !view.sources.empty());
                require(!view.expires || permits(router_.config().access_list, view.group, kAnySource));
                for (const HostView& host : view.hosts) {
                    require(host.expires > Duration(0));
                    require(host.mode == FilterMode::kExclude || !host.sources.empty());
                    tracked += 1 + host.sources.size();
                    ++groups_of_host[{host.mac, host.address}];
                }
                return true;
            },
            WithHosts::kYes);
        require(tracked <= router_.config().max_tracked);
        require(router_.view(now_).hosts <= router_.config().max_tracked);
        for (const auto& [host, groups] : groups_of_host) {
            const auto limit = router_.config().max_groups_per_host;
            require(limit == 0 || groups <= limit);
        }
        require(router_.config().max_groups == 0 || reported <= router_.config().max_groups);
    }

    FuzzedDataProvider& data_;
    RouterInterface router_;
    test::MembershipLedger ledger_;
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
