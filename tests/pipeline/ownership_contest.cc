// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// P and Q behave like protocols that want to know everything: all callbacks are set.
#include "ownership_contest.hh"

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace mcfwd::pipeline {

using group_manager::CallbackFired;
using group_manager::CallbackKind;

OwnershipContest::OwnershipContest(HandoffRig& rig, std::uint64_t seed)
    : groups_(rig.groups()),
      random_(seed) {
    for (const Protocol protocol : {kP, kQ}) {
        const auto client =
            rig.groups().register_protocol({.id = {.protocol = 100U + protocol, .component = 0},
                                            .name = protocol == kP ? "p" : "q",
                                            .callbacks = callbacks(protocol)});
        if (!client) {
            throw std::runtime_error(client.error().what);
        }
        clients_[protocol] = *client;
    }
    rig.observe([this](const group_manager::Event& event) { see(event); });
}

group_manager::Callbacks OwnershipContest::callbacks(Protocol protocol) {
    Heard& heard = heard_[protocol];
    return {.rpf = [&heard](group_manager::RpfQuery&) { ++heard.rpf; },
            .creation_alert =
                [this, protocol, &heard](const group_manager::CreationAlert& alert) {
                    ++heard.creation;
                    if (protocol == kQ && refusals_ == Refusals::kByQ &&
                        alert.flow.group >= group_address(HandoffRig::kFirstRefused)) {
                        std::ranges::for_each(alert.candidates, [](auto& oif) { oif.enabled = false; });
                    }
                },
            .join_alert = [](const group_manager::JoinAlert&) {},
            .prune_alert = [](group_manager::PruneAlert&) {},
            .wrong_if = [](const group_manager::WrongInterface&) {},
            .local_join = [&heard](const group_manager::LocalMembership&) { ++heard.local_joins; },
            .local_leave = [&heard](const group_manager::LocalMembership&) { ++heard.local_leaves; },
            .disable_igmp = {},
            .enable_igmp = {}};
}

void OwnershipContest::step(HandoffRig& rig) {
    change(rig, random_() % kLans);
    // The next change meets this one's replay and rebuild before, between and after them, and its
    // publication open or done.
    const auto turns = random_() % 6;
    for (std::uint64_t i = 0; i < turns && turns < 4; ++i) {
        rig.turn();
    }
    for (int i = 0; turns >= 4 && rig.turn() && i < 1000; ++i) {
    }
}

void OwnershipContest::change(HandoffRig& rig, std::size_t lan) {
    std::optional<Protocol>& owner = owner_[lan];
    const bool take = !owner;
    changing_ = take ? Protocol(random_() % 2) : *owner;
    const auto done =
        take ? rig.groups().take_interface_ownership(clients_[changing_], HandoffRig::key(lan))
             : rig.groups().release_interface_ownership(clients_[changing_], HandoffRig::key(lan));
    if (!done) {
        ++refused_;
        return;
    }
    owner = take ? std::optional(changing_) : std::nullopt;
    ++changes_[lan];
    cycles_ += take ? 0U : 1U;
}

void OwnershipContest::release_all(HandoffRig& rig) {
    for (std::size_t lan = 0; lan < kLans; ++lan) {
        if (owner_[lan]) {
            change(rig, lan);
        }
    }
}

void OwnershipContest::see(const group_manager::Event& event) {
    const auto* fired = std::get_if<CallbackFired>(&event);
    if (fired == nullptr) {
        return;
    }
    const std::uint64_t published = groups_.metrics().publish_count;
    if (fired->kind == CallbackKind::kDisableIgmp) {
        published_at_disable_ = published;
    }
    for (Windows* windows : {&windows_[fired->interface.interface.value() - 1U], &by_protocol_[changing_]}) {
        if (fired->kind == CallbackKind::kDisableIgmp) {
            windows->out_of_order += windows->disabled != windows->enabled ? 1U : 0U;
            ++windows->disabled;
        } else if (fired->kind == CallbackKind::kEnableIgmp) {
            ++windows->enabled;
            windows->out_of_order += windows->disabled != windows->enabled ? 1U : 0U;
            windows->publications += published - published_at_disable_;
            windows->most_publications =
                std::max(windows->most_publications, published - published_at_disable_);
        }
    }
}

} // namespace mcfwd::pipeline
