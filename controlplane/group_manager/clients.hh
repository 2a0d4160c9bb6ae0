// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The registered clients. Private to the group manager.
#pragma once

#include <map>
#include <set>

#include <mcfwd/clock.hh>

#include <controlplane/group_manager/callbacks.hh>
#include <controlplane/group_manager/events.hh>

namespace mcfwd::group_manager {

struct Client {
    ClientHandle handle;
    ClientName name;
    Callbacks callbacks;
    std::set<InterfaceKey> interfaces; ///< it is on, as owner or as IGMP
    std::size_t memberships = 0;
    Instant since{};

    [[nodiscard]] bool is_igmp() const { return group_manager::is_igmp(name.id); }
};

/// Iterates in the order of registration, which is the order alerts go out (specification 2.0).
class Clients {
  public:
    Client& add(ComponentId id, std::string name, Callbacks callbacks, Instant now) {
        const ClientHandle handle{++last_};
        ids_.emplace(id, handle);
        return by_handle_
            .emplace(handle, Client{handle, {id, std::move(name)}, std::move(callbacks), {}, 0, now})
            .first->second;
    }
    void remove(ClientHandle handle) {
        ids_.erase(by_handle_.at(handle).name.id);
        by_handle_.erase(handle);
    }
    void clear() {
        ids_.clear();
        by_handle_.clear();
    }
    [[nodiscard]] bool knows(ComponentId id) const { return ids_.contains(id); }
    [[nodiscard]] Client* find(ClientHandle handle) {
        const auto at = by_handle_.find(handle);
        return at == by_handle_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const Client* find(ClientHandle handle) const {
        const auto at = by_handle_.find(handle);
        return at == by_handle_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] ClientName name_of(ClientHandle handle) const {
        const Client* client = find(handle);
        return client != nullptr ? client->name : ClientName{};
    }
    [[nodiscard]] const std::map<ClientHandle, Client>& all() const { return by_handle_; }

  private:
    std::uint64_t last_ = 0;
    std::map<ClientHandle, Client> by_handle_;
    std::map<ComponentId, ClientHandle> ids_;
};

} // namespace mcfwd::group_manager
