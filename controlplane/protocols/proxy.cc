// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Alerts say when what is wanted of a group may have changed, the states of IGMP and the memberships of
// routing protocols say what it is now.
#include "proxy.hh"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <mcfwd/mac.hh>

namespace mcfwd::protocols {

using group_manager::AlertCause;
using group_manager::ClientHandle;
using group_manager::ComponentId;
using group_manager::InterfaceKey;
using group_manager::MembershipFlags;
using group_manager::SourceGroup;

namespace {

constexpr ComponentId kProxyId{group_manager::kProtocolIgmp, group_manager::kComponentProxy};

/// Groups merged in one turn: a few milliseconds.
constexpr std::size_t kMergesPerTurn = 1024;
/// Reports that wait for a ring slot: those of some 300,000 groups.
constexpr std::size_t kMostWaiting = 2048;
/// After a step that the group manager refused.
constexpr std::chrono::seconds kTryAgain{1};

igmp::RandomDelay random_delays() {
    return [engine = std::mt19937_64(std::random_device{}())](Duration limit) mutable {
        std::uniform_int_distribution<Duration::rep> delays(1, std::max<Duration::rep>(limit.count() - 1, 1));
        return Duration(delays(engine));
    };
}

} // namespace

Expected<void> Proxy::start(ProxyUpstream upstream, igmp::HostConfig config) {
    auto host = igmp::HostInterface::create(std::move(config), random_delays());
    if (!host) {
        return fail(host.error().status, fmt::format("proxy: {}", host.error().what));
    }
    auto client = environment_.groups.register_protocol(
        {.id = kProxyId, .name = "igmp-proxy", .callbacks = callbacks()});
    if (!client) {
        return std::unexpected(client.error());
    }
    client_ = *client;
    upstream_ = std::move(upstream);
    if (auto taken = environment_.groups.take_interface_ownership(client_, key()); !taken) {
        return taken;
    }
    host_ = std::move(*host);
    environment_.view.set_proxy_upstream(key());
    gain();
    return environment_.groups.route_changed({});
}

void Proxy::stop() {
    if (host_ && owned_) {
        host_->stop(link_up_ ? igmp::Farewell::kYes : igmp::Farewell::kNo, environment_.clock.now(), output_);
        send();
    }
}

group_manager::Callbacks Proxy::callbacks() {
    group_manager::Callbacks callbacks;
    // (*,*) is not something that a host can ask for: who wants all groups gets those that others join.
    const auto note_key = [this](SourceGroup key, AlertCause cause) {
        if (cause == AlertCause::kMembership && !key.group.is_unspecified()) {
            changed_.insert(key.group);
        }
    };
    callbacks.join_alert = [note_key](const group_manager::JoinAlert& alert) {
        note_key(alert.key, alert.cause);
    };
    callbacks.prune_alert = [note_key](group_manager::PruneAlert& alert) {
        note_key(alert.key, alert.cause);
    };
    return callbacks;
}

void Proxy::note(std::span<const igmp::MembershipChange> changes) {
    if (!host_) {
        return;
    }
    for (const igmp::MembershipChange& change : changes) {
        changed_.insert(change.group);
    }
}

void Proxy::receive(const Signal& signal) {
    host_->receive(signal.packet, environment_.clock.now(), output_);
    send();
}

void Proxy::set_link(PortId port, bool up) {
    if (!host_ || port != upstream_.port) {
        return;
    }
    link_up_ = up;
    settle_host();
}

std::vector<ProxyContribution> Proxy::contributions(Ipv4Address group) const {
    std::vector<ProxyContribution> all;
    const auto contribute = [&](IfIndex interface, bool igmp, const igmp::Membership& membership) {
        const InterfaceKey at{interface, {}};
        if (interface != upstream_.index && !environment_.boundary.blocks_output(at, group)) {
            all.push_back({interface, igmp, membership});
        }
    };
    if (!group.is_routable_group() || environment_.boundary.blocks_input(key(), group)) {
        return all;
    }
    for (const IgmpInterface* interface : environment_.igmp.interfaces()) {
        if (const igmp::Membership* membership = interface->router().membership(group)) {
            contribute(interface->attachment().index, true, *membership);
        }
    }
    for (const group_manager::JoinedKey& joined : environment_.groups.joined_in(group)) {
        if (joined.component != IgmpProtocol::kId && joined.component != kProxyId) {
            igmp::Membership membership;
            if (joined.key.source == kAnySource) {
                membership.mode = igmp::FilterMode::kExclude;
            } else {
                membership.sources = {joined.key.source};
            }
            contribute(joined.interface.interface, false, membership);
        }
    }
    std::ranges::stable_sort(all, {}, &ProxyContribution::interface);
    return all;
}

void Proxy::advance() {
    if (!host_) {
        return;
    }
    for (std::size_t i = 0; i < kMergesPerTurn && !changed_.empty(); ++i) {
        const Ipv4Address group = changed_.extract(changed_.begin()).value();
        igmp::Membership merged;
        for (const ProxyContribution& contribution : contributions(group)) {
            igmp::merge_membership(contribution.membership, merged);
        }
        host_->receive_group(group, merged);
    }
    const Instant now = environment_.clock.now();
    if (const auto deadline = host_->next_deadline(); deadline && *deadline <= now) {
        host_->advance(now, output_);
    }
    send();
    if ((!owned_ || !hears_sources_) && next_try_ <= now) {
        next_try_ = now + kTryAgain;
        catch_up();
    }
}

void Proxy::catch_up() {
    if (!owned_) {
        const auto record = environment_.groups.ownership_of(key());
        if ((record && !record->owner.name.empty()) ||
            !environment_.groups.take_interface_ownership(client_, key())) {
            return;
        }
    }
    gain();
}

void Proxy::gain() {
    owned_ = true;
    hears_sources_ =
        environment_.groups.add_group_membership(client_, {}, key(), MembershipFlags::kJoin).has_value();
    settle_host();
}

void Proxy::lose() {
    owned_ = false;
    hears_sources_ = false;
    ++counters_.losses;
    next_try_ = environment_.clock.now() + kTryAgain;
    settle_host();
}

void Proxy::settle_host() {
    const Instant now = environment_.clock.now();
    if (owned_ && link_up_) {
        host_->start(now);
        host_->advance(now, output_);
    } else {
        host_->stop(link_up_ ? igmp::Farewell::kYes : igmp::Farewell::kNo, now, output_);
    }
    send();
}

Expected<void> Proxy::take(ClientHandle to, InterfaceKey interface) {
    if (!owned_ || interface != key()) {
        return environment_.groups.take_interface_ownership(to, interface);
    }
    auto given = environment_.groups.transfer_interface_ownership(client_, to, interface);
    if (given) {
        spdlog::info("proxy gives its upstream to a routing protocol interface={}", upstream_.name);
        lose();
    }
    return given;
}

Expected<void> Proxy::release(ClientHandle from, InterfaceKey interface) {
    if (!owned_ && comes_back_to(interface)) {
        auto given = environment_.groups.transfer_interface_ownership(from, client_, interface);
        if (given) {
            spdlog::info("proxy has its upstream back interface={}", upstream_.name);
            gain();
        }
        if (given || given.error().status == Status::kNotEnoughMemory) {
            return given;
        }
    }
    return environment_.groups.release_interface_ownership(from, interface);
}

void Proxy::send() {
    std::ranges::move(output_.packets, std::back_inserter(waiting_));
    output_.packets.clear();
    if (!link_up_ || waiting_.size() > kMostWaiting) {
        const std::size_t excess = link_up_ ? waiting_.size() - kMostWaiting : waiting_.size();
        counters_.reports_dropped += excess;
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(excess));
    }
    while (!waiting_.empty()) {
        const igmp::Transmission& next = waiting_.front();
        const auto sent = environment_.packets.send(upstream_.port, upstream_.vlan,
                                                    multicast_mac(next.destination), next.packet);
        if (!sent) {
            ++counters_.send_failures;
            if (log_limit_.allow(environment_.clock.now())) {
                spdlog::warn("proxy report waits interface={} reason=\"{}\" waiting={}", upstream_.name,
                             sent.error().what, waiting_.size());
            }
            return;
        }
        waiting_.pop_front();
    }
}

void Proxy::clear_counters() {
    counters_ = {};
    if (host_) {
        host_->clear_counters();
    }
}

} // namespace mcfwd::protocols
