// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Memberships that no host has to report: from the configuration, and from `group join` and `group leave`.
#include <algorithm>

#include <fmt/format.h>

#include "router_state.hh"

namespace mcfwd::igmp {
namespace {

std::string name_of(const StaticGroup& entry) {
    return entry.source == kAnySource ? fmt::format("static group {}", entry.group)
                                      : fmt::format("static group {} source {}", entry.group, entry.source);
}

} // namespace

void RouterInterface::State::place_static(const StaticGroup& entry, Input in) {
    Group& group = group_for(entry.group, in.now);
    if (entry.source == kAnySource) {
        group.configured.any_source = true;
    } else {
        auto& sources = group.configured.sources;
        sources.insert(std::lower_bound(sources.begin(), sources.end(), entry.source), entry.source);
    }
    settle(group, in);
}

Expected<void> RouterInterface::add_static(const StaticGroup& entry, Instant now, Output& out) {
    if (auto checked = validate(entry, state_->config.ssm_range); !checked) {
        return checked;
    }
    auto& entries = state_->config.static_groups;
    if (std::find(entries.begin(), entries.end(), entry) != entries.end()) {
        return fail(Status::kAlreadyExists, name_of(entry) + " is there already");
    }
    entries.push_back(entry);
    if (state_->running) {
        state_->advance({now, out});
        state_->place_static(entry, {now, out});
    }
    return {};
}

Expected<void> RouterInterface::remove_static(const StaticGroup& entry, Instant now, Output& out) {
    if (std::erase(state_->config.static_groups, entry) == 0) {
        return fail(Status::kNotFound, "there is no " + name_of(entry));
    }
    if (!state_->running) {
        return {};
    }
    state_->advance({now, out});
    Group& group = state_->groups.at(entry.group);
    if (entry.source == kAnySource) {
        group.configured.any_source = false;
    } else {
        std::erase(group.configured.sources, entry.source);
    }
    state_->settle(group, {now, out});
    return {};
}

} // namespace mcfwd::igmp
