// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Wiring only: which interface a packet belongs to, where a query goes, which callback reaches whom.
#include "igmp_protocol.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <mcfwd/mac.hh>

#include <controlplane/protocols/reported_changes.hh>

namespace mcfwd::protocols {

namespace {

/// What the group manager had no memory for is told again after this.
constexpr std::chrono::seconds kMemoryRetry{1};
/// Groups and hosts, over all interfaces, that one task looks at because of the time: a few milliseconds if all
/// of them end.
constexpr std::size_t kSlice = 1'000;

} // namespace

IgmpProtocol::IgmpProtocol(Environment environment) : environment_(std::move(environment)) {}

Expected<void> IgmpProtocol::start() {
    auto client =
        environment_.groups.register_protocol({.id = kId, .name = "igmp", .callbacks = callbacks()});
    if (!client) {
        return std::unexpected(client.error());
    }
    client_ = *client;
    return {};
}

group_manager::Callbacks IgmpProtocol::callbacks() {
    group_manager::Callbacks callbacks;
    callbacks.disable_igmp = [this](group_manager::InterfaceKey key) {
        if (IgmpInterface* interface = served(key.interface)) {
            interface->hold_back();
        }
    };
    callbacks.enable_igmp = [this](group_manager::InterfaceKey key) {
        if (IgmpInterface* interface = served(key.interface)) {
            replay_later(key.interface, interface->resume());
        }
    };
    callbacks.creation_alert = [this](const group_manager::CreationAlert& alert) {
        for (group_manager::CandidateOif& candidate : alert.candidates) {
            IgmpInterface* interface = served(candidate.oif.interface);
            if (interface != nullptr && interface->refuses_new(alert.flow)) {
                candidate.enabled = false;
            }
        }
    };
    return callbacks;
}

void IgmpProtocol::replay_later(IfIndex interface, std::uint64_t ticket) {
    environment_.tasks.post([this, interface, ticket] {
        IgmpInterface* at = served(interface);
        if (at == nullptr) {
            return;
        }
        if (at->replay(ticket)) {
            replay_later(interface, ticket);
        }
        note_behind(*at);
    });
}

void IgmpProtocol::note_behind(const IgmpInterface& interface) {
    if (interface.behind() && !catch_up_at_) {
        catch_up_at_ = environment_.clock.now() + kMemoryRetry;
    }
}

void IgmpProtocol::catch_up() {
    catch_up_at_.reset();
    for (const auto& interface : interfaces_) {
        if (interface->behind()) {
            replay_later(interface->attachment().index, interface->catch_up());
        }
    }
}

Expected<void> IgmpProtocol::add(IgmpAttachment attachment, igmp::RouterConfig config) {
    auto router = igmp::RouterInterface::create(std::move(config));
    if (!router) {
        return fail(router.error().status,
                    fmt::format("interface {}: igmp: {}", attachment.name, router.error().what));
    }
    auto interface =
        std::make_unique<IgmpInterface>(std::move(attachment), std::move(*router), environment_.groups);
    if (auto taken = environment_.groups.take_interface_ownership(client_, interface->key()); !taken) {
        return taken;
    }
    interface->attach(client_);
    interfaces_.push_back(std::move(interface));
    igmp::Output output;
    interfaces_.back()->router().start(environment_.clock.now(), output);
    carry_out(*interfaces_.back(), output);
    return {};
}

void IgmpProtocol::receive(const Signal& signal) {
    ++counters_.received;
    IgmpInterface* interface = served(signal.interface);
    if (interface == nullptr) {
        ++counters_.no_interface;
        return;
    }
    igmp::Output output;
    interface->router().receive(signal.packet, {signal.source_mac, signal.received}, environment_.clock.now(),
                                output);
    carry_out(*interface, output);
}

void IgmpProtocol::link_up(PortId port) {
    for (const auto& interface : interfaces_) {
        const IgmpAttachment& at = interface->attachment();
        if (at.bridge == kRoutedDomain && at.port == port) {
            igmp::Output output;
            interface->router().link_up(environment_.clock.now(), output);
            carry_out(*interface, output);
        }
    }
}

void IgmpProtocol::hosts_moved(DomainId bridge) {
    for (const auto& interface : interfaces_) {
        if (bridge != kRoutedDomain && interface->attachment().bridge == bridge) {
            interface->router().hosts_moved();
        }
    }
}

std::optional<Instant> IgmpProtocol::advance() {
    const Instant now = environment_.clock.now();
    if (catch_up_at_ && *catch_up_at_ <= now) {
        catch_up();
    }
    forget_awaited();
    if (next_ && now < *next_) {
        return next_call();
    }
    next_.reset();
    std::size_t left = kSlice;
    const std::size_t first = turn_;
    for (std::size_t i = 0; i < interfaces_.size(); ++i) {
        const std::size_t number = (first + i) % interfaces_.size();
        IgmpInterface& interface = *interfaces_[number];
        igmp::RouterInterface& router = interface.router();
        igmp::Output output;
        if (const auto deadline = router.next_deadline(); deadline && *deadline <= now) {
            const bool had_room = left > 0;
            left = router.advance(now, output, left);
            if (had_room && left == 0) {
                turn_ = (number + 1) % interfaces_.size(); // those after it had nothing of this slice
            }
        }
        carry_out(interface, output);
    }
    return next_call();
}

std::optional<Instant> IgmpProtocol::next_call() const {
    return next_ && catch_up_at_ ? std::min(next_, catch_up_at_) : next_ ? next_ : catch_up_at_;
}

void IgmpProtocol::carry_out(IgmpInterface& interface, const igmp::Output& output) {
    if (const auto deadline = interface.router().next_deadline();
        deadline && (!next_ || *deadline < *next_)) {
        next_ = deadline;
    }
    interface.log_refusals(environment_.clock.now());
    await(interface, output.changes);
    interface.apply(output.changes);
    forget_awaited();
    note_behind(interface);
    if (const auto ticket = interface.follow_election()) {
        replay_later(interface.attachment().index, *ticket);
    }
    if (environment_.memberships_changed && !output.changes.empty()) {
        environment_.memberships_changed(output.changes);
    }
    send(interface, output);
}

void IgmpProtocol::stop() {
    for (const auto& interface : interfaces_) {
        igmp::Output output;
        interface->router().stop(environment_.clock.now(), output);
        send(*interface, output);
    }
}

void IgmpProtocol::send(const IgmpInterface& interface, const igmp::Output& output) {
    const IgmpAttachment& at = interface.attachment();
    for (const igmp::Transmission& transmission : output.packets) {
        if (at.bridge != kRoutedDomain) {
            environment_.send_on_bridge(at.bridge, transmission);
            continue;
        }
        const auto sent = environment_.packets.send(at.port, at.vlan, multicast_mac(transmission.destination),
                                                    transmission.packet);
        if (!sent) {
            ++counters_.send_failures;
            if (!log_limit_.allow(environment_.clock.now())) {
                continue;
            }
            spdlog::warn("igmp packet not sent interface={} destination={} reason=\"{}\" total={}", at.name,
                         transmission.destination, sent.error().what, counters_.send_failures);
        }
    }
}

void IgmpProtocol::await(const IgmpInterface& interface, std::span<const igmp::MembershipChange> changes) {
    if (environment_.latencies != nullptr) {
        await_reported(*environment_.latencies, forwarding::HostPlace::routed(interface.attachment().index),
                       changes);
    }
}

/// Not while a handoff is going on: what it holds back counts until the replay is published.
void IgmpProtocol::forget_awaited() {
    if (environment_.latencies != nullptr && environment_.latencies->awaits(kRoutedDomain) &&
        environment_.groups.settled()) {
        environment_.latencies->forget_awaited(kRoutedDomain);
    }
}

Expected<void> IgmpProtocol::join_static(std::string_view name, const igmp::StaticGroup& entry) {
    auto interface = served(name);
    if (!interface) {
        return std::unexpected(interface.error());
    }
    igmp::Output output;
    auto joined = (*interface)->router().add_static(entry, environment_.clock.now(), output);
    carry_out(**interface, output);
    return joined ? joined : fail(joined.error().status, fmt::format("{}: {}", name, joined.error().what));
}

Expected<void> IgmpProtocol::leave_static(std::string_view name, const igmp::StaticGroup& entry) {
    auto interface = served(name);
    if (!interface) {
        return std::unexpected(interface.error());
    }
    igmp::Output output;
    auto left = (*interface)->router().remove_static(entry, environment_.clock.now(), output);
    carry_out(**interface, output);
    return left ? left : fail(left.error().status, fmt::format("{}: {}", name, left.error().what));
}

std::vector<const IgmpInterface*> IgmpProtocol::interfaces() const {
    std::vector<const IgmpInterface*> all;
    all.reserve(interfaces_.size());
    std::ranges::transform(interfaces_, std::back_inserter(all), [](const auto& one) { return one.get(); });
    return all;
}

void IgmpProtocol::clear_counters() {
    counters_ = {};
    for (const auto& interface : interfaces_) {
        interface->clear_counters();
    }
}

const IgmpInterface* IgmpProtocol::find(IfIndex index) const {
    const auto at =
        std::ranges::find(interfaces_, index, [](const auto& one) { return one->attachment().index; });
    return at == interfaces_.end() ? nullptr : at->get();
}

IgmpInterface* IgmpProtocol::served(IfIndex index) {
    return const_cast<IgmpInterface*>(std::as_const(*this).find(index));
}

Expected<IgmpInterface*> IgmpProtocol::served(std::string_view name) {
    const auto at = std::ranges::find(
        interfaces_, name, [](const auto& one) -> std::string_view { return one->attachment().name; });
    if (at == interfaces_.end()) {
        std::vector<std::string_view> names;
        std::ranges::transform(interfaces_, std::back_inserter(names),
                               [](const auto& one) -> std::string_view { return one->attachment().name; });
        return fail(Status::kNotFound,
                    fmt::format("no interface '{}' with IGMP; there are: {}", name,
                                names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
    }
    return at->get();
}

} // namespace mcfwd::protocols
