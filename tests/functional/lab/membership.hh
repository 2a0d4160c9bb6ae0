// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Joins and leaves through the kernel, as an application does. The kernel then speaks IGMP; which version is
// set from outside with net.ipv4.conf.IF.force_igmp_version.
#pragma once

#include <map>
#include <string>
#include <utility>

#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

namespace mcfwd::lab {

/// The memberships of one host on one interface; ends them all when destroyed.
class Memberships {
  public:
    explicit Memberships(std::string interface) : interface_(std::move(interface)) {}
    Memberships(const Memberships&) = delete;
    Memberships& operator=(const Memberships&) = delete;
    ~Memberships();

    /// `source` kAnySource joins any source. kAlreadyExists if joined already.
    [[nodiscard]] Expected<void> join(Ipv4Address group, Ipv4Address source);
    /// kNotFound if not joined.
    [[nodiscard]] Expected<void> leave(Ipv4Address group, Ipv4Address source);

  private:
    using Key = std::pair<Ipv4Address, Ipv4Address>;
    std::string interface_;
    std::map<Key, int> sockets_; ///< one socket per membership; the kernel merges them per group
};

} // namespace mcfwd::lab
