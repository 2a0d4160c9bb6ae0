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
        state_->with_link({now, out}, [&](const LinkInput& in) { state_->members.add_static(entry, in); });
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
    state_->with_link({now, out}, [&](const LinkInput& in) { state_->members.remove_static(entry, in); });
    return {};
}

} // namespace mcfwd::igmp
