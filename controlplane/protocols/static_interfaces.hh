// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// On which interfaces the static protocol is, and why: routes name them, the operator holds them, or packets
// of far sources arrive there and nobody else is on them. Only the last reason gives way to another protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/protocols/yielding.hh>

namespace mcfwd::protocols {

/// Control thread only.
class StaticInterfaces {
  public:
    /// Memory for a change of a route, beside what the group manager asks for itself.
    static constexpr std::size_t kRoom = std::size_t{256} << 10U;

    /// Both outlive this object. `yielding` gives way to this protocol where the operator wants it, and to
    /// others; it may be null.
    explicit StaticInterfaces(group_manager::GroupManager& groups, Yielding* yielding = nullptr)
        : groups_(groups),
          yielding_(yielding) {}

    /// Registers with the group manager. Once, before everything else.
    [[nodiscard]] Expected<void> start();
    [[nodiscard]] group_manager::ClientHandle client() const { return client_; }

    /// Routes name these. Counted: as often as `need`, `drop` ends it. All or nothing. kAlreadyExists:
    /// another routing protocol owns one of them.
    [[nodiscard]] Expected<void> need(const std::set<IfIndex>& interfaces);
    void drop(const std::set<IfIndex>& interfaces);

    /// Owns an interface because the operator wants it. kAlreadyExists: it is held or named by a route
    /// already, or another routing protocol owns it.
    [[nodiscard]] Expected<void> hold(IfIndex interface);
    /// Undoes `hold`. kInvalidParameter: it does not own the interface; kCanNotComplete: routes need it.
    [[nodiscard]] Expected<void> let_go(IfIndex interface);

    /// Somebody must be on the interface: this protocol, while nobody else is. Counted.
    [[nodiscard]] Expected<void> keep(IfIndex interface);
    void stop_keeping(IfIndex interface);

    /// As `take_interface_ownership` and `release_interface_ownership` of another protocol. What is only kept
    /// goes over to it, or comes back, without a moment that it has no owner. An error says what the
    /// interface is needed for; nothing has happened then.
    [[nodiscard]] Expected<void> give(group_manager::ClientHandle to, group_manager::InterfaceKey interface);
    [[nodiscard]] Expected<void> take_back(group_manager::ClientHandle from,
                                           group_manager::InterfaceKey interface);

    /// Once more what there was no memory for. Cheap when there is no such thing.
    void advance(Instant now);

  private:
    struct Use {
        std::size_t routes = 0; ///< that name it
        bool held = false;
        std::size_t kept = 0;
        bool owned = false; ///< false: kept, but somebody else is on it

        [[nodiscard]] bool firm() const { return routes > 0 || held; }
        [[nodiscard]] bool needed() const { return firm() || kept > 0; }
    };

    enum class Insist : std::uint8_t { kNo, kYes };
    [[nodiscard]] Expected<void> own(IfIndex interface, Use& use, Insist insist = Insist::kNo);
    /// Nobody else is there, or will be.
    [[nodiscard]] bool left_alone(IfIndex interface) const;
    [[nodiscard]] Expected<void> release(group_manager::ClientHandle from,
                                         group_manager::InterfaceKey interface);
    /// Releases or forgets what has no reason any more, takes what is kept and has no owner.
    [[nodiscard]] Expected<void> settle(IfIndex interface);
    /// Now, or when there is memory.
    void settle_in_time(IfIndex interface);

    group_manager::GroupManager& groups_;
    Yielding* yielding_;
    group_manager::ClientHandle client_;
    std::map<IfIndex, Use> uses_;
    bool behind_ = false; ///< something could not be settled
    Instant next_try_{};
};

} // namespace mcfwd::protocols
