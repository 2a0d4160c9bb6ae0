// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Why an interface, or a port of a bridge, gets a group or does not: one sentence per place, from the state
// of all parts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <controlplane/daemon/router.hh>

namespace mcfwd::daemon {

/// One place where packets could leave.
struct Explanation {
    std::string at;     ///< interface, or port of a bridge
    std::string bridge; ///< empty: an interface
    bool gets = false;
    std::string why;
};

/// What the router does with a flow as a whole.
struct FlowExplanation {
    std::string state; ///< "active", "negative", "none": no entry
    std::string iif;   ///< "-": none
    std::string why;
};

struct ExplainedFlow {
    Ipv4Address group;
    Ipv4Address source; ///< kAnySource: none was named, and not exactly one is known
    FlowExplanation routed;
    std::vector<Explanation> places;
};

/// `group`: any multicast address. `at`: only this interface or port. kNotFound: there is no such place.
[[nodiscard]] Expected<ExplainedFlow> explain(Router& router, Ipv4Address group,
                                              std::optional<Ipv4Address> source,
                                              const std::optional<std::string>& at);

} // namespace mcfwd::daemon
