// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who owns an interface only until a routing protocol wants it, and comes back after it: the proxy on its
// upstream.
#pragma once

#include <mcfwd/result.hh>

#include <controlplane/group_manager/types.hh>

namespace mcfwd::protocols {

/// Control thread only.
class Yielding {
  public:
    virtual ~Yielding() = default;

    /// As `take_interface_ownership` and `release_interface_ownership` of the group manager on behalf of a
    /// routing protocol. Where this one makes way or comes back, the interface has an owner all the time.
    [[nodiscard]] virtual Expected<void> take(group_manager::ClientHandle to,
                                              group_manager::InterfaceKey interface) = 0;
    [[nodiscard]] virtual Expected<void> release(group_manager::ClientHandle from,
                                                 group_manager::InterfaceKey interface) = 0;
    /// It owns the interface, or will when that is free.
    [[nodiscard]] virtual bool comes_back_to(group_manager::InterfaceKey interface) const = 0;
};

} // namespace mcfwd::protocols
