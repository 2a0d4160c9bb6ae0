// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Events as the JSON of controlplane/rpc/README.md.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <controlplane/config/config.hh>
#include <controlplane/daemon/event_log.hh>
#include <controlplane/forwarding/interface_table.hh>

namespace mcfwd::daemon {

/// What interfaces and ports are called.
struct EventNames {
    const config::Config& config;
    const forwarding::InterfaceTable& interfaces;
};

[[nodiscard]] nlohmann::json event_json(const LoggedEvent& event, const EventNames& names);
/// The notification, with its newline.
void append_event_line(std::string& out, const LoggedEvent& event, const EventNames& names);

} // namespace mcfwd::daemon
