// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A routing protocol in another process, as the group manager's client: its calls go in, its callbacks go out
// as notifications. Owned by RemoteProtocols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <mcfwd/clock.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/protocols/entry_memory.hh>
#include <controlplane/protocols/notification.hh>
#include <controlplane/protocols/static_interfaces.hh>
#include <controlplane/rpc/session.hh>

namespace mcfwd::protocols {

/// Control thread only. Its callbacks accept everything at once and never wait: what the client thinks of it
/// comes as calls of its own, later.
class RemoteClient {
  public:
    /// A program asks for at most so many groups lists at a time: each holds a copy of all keys.
    static constexpr std::size_t kMostEnumerations = 16;

    RemoteClient(group_manager::GroupManager& groups, const group_manager::InterfaceDirectory& interfaces,
                 StaticInterfaces& statics)
        : groups_(groups),
          directory_(interfaces),
          statics_(statics),
          memory_(groups) {}
    RemoteClient(const RemoteClient&) = delete;
    RemoteClient& operator=(const RemoteClient&) = delete;

    /// Registers with the group manager; the object must stay where it is until `deregister`.
    [[nodiscard]] Expected<void> enter(group_manager::ComponentId id, std::string name);
    [[nodiscard]] Expected<void> deregister() { return groups_.deregister_protocol(handle_); }

    /// From now on callbacks are told to this session, until `disconnect`.
    void connect(rpc::Session& session);
    void disconnect();
    [[nodiscard]] rpc::Session* session() const { return session_; }

    /// Operations of the group manager on behalf of the client (specification section 2).
    [[nodiscard]] Expected<void> take(group_manager::InterfaceKey interface);
    [[nodiscard]] Expected<void> release(group_manager::InterfaceKey interface);
    [[nodiscard]] Expected<void> add(group_manager::SourceGroup key, group_manager::InterfaceKey interface,
                                     group_manager::MembershipFlags flags);
    [[nodiscard]] Expected<void> remove(group_manager::SourceGroup key, group_manager::InterfaceKey interface,
                                        group_manager::MembershipFlags flags);
    [[nodiscard]] Expected<void> replay_complete(group_manager::InterfaceKey interface);
    [[nodiscard]] Expected<void> change_mfe(group_manager::SourceGroup flow,
                                            const group_manager::MfeEdit& edit);
    [[nodiscard]] Expected<group_manager::EnumerationHandle> enumerate(group_manager::EnumerationKind kind);
    [[nodiscard]] bool enumerates(group_manager::EnumerationHandle enumeration) const {
        return enumerations_.contains(enumeration);
    }
    [[nodiscard]] Expected<group_manager::Page<group_manager::SourceGroup>>
    next_groups(group_manager::EnumerationHandle enumeration, std::size_t limit);
    [[nodiscard]] Expected<void> end_enumeration(group_manager::EnumerationHandle enumeration);

    /// Interfaces it is on, as the group manager knows.
    [[nodiscard]] std::vector<group_manager::InterfaceKey> interfaces() const;

    /// Before a restart: every membership it has now goes with `drop_unclaimed` unless it is added again.
    /// True: there are more, call again before it is connected.
    [[nodiscard]] bool await_some_claims();
    /// After `deregister`: forgets some of all that it remembers. True: there is more.
    [[nodiscard]] bool forget_some();
    /// Deletes some of what was not claimed; there is more as long as `unclaimed` says so.
    [[nodiscard]] Expected<void> drop_unclaimed();
    [[nodiscard]] std::size_t unclaimed() const { return unclaimed_.size(); }

    [[nodiscard]] group_manager::ClientHandle handle() const { return handle_; }
    [[nodiscard]] group_manager::ComponentId id() const { return id_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Notifications that its sessions took, and that wait for the present one.
    [[nodiscard]] std::uint64_t sent() const { return sent_before_ + (outbox_ ? outbox_->taken() : 0); }
    [[nodiscard]] std::size_t queued() const { return outbox_ ? outbox_->waiting() : 0; }
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] uid_t uid() const { return uid_; }

  private:
    using Membership = std::pair<group_manager::InterfaceKey, group_manager::SourceGroup>;

    [[nodiscard]] group_manager::Callbacks callbacks();
    void tell(Notification notification);
    /// True: there are more.
    [[nodiscard]] bool forget_some_claims();

    group_manager::GroupManager& groups_;
    const group_manager::InterfaceDirectory& directory_;
    StaticInterfaces& statics_;
    rpc::Session* session_ = nullptr; ///< null while no connection has it
    std::shared_ptr<Outbox> outbox_;  ///< of this session; the connection has it too until all is taken
    std::uint64_t sent_before_ = 0;   ///< by earlier sessions
    group_manager::ClientHandle handle_;
    group_manager::ComponentId id_;
    std::string name_;
    pid_t pid_ = 0; ///< of the last session
    uid_t uid_ = 0;
    std::set<group_manager::EnumerationHandle> enumerations_;
    std::set<Membership> unclaimed_;
    enum class Awaiting : std::uint8_t {
        kNothing, ///< `unclaimed_` is what an earlier restart left
        kSome,    ///< what there is up to `awaited_`
        kAll,
    };
    Awaiting awaiting_ = Awaiting::kNothing;
    Membership awaited_;
    EntryMemory memory_;
};

} // namespace mcfwd::protocols
