// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Routing protocols in other processes: which client belongs to which connection, and what becomes of it when
// that ends. The methods of the control socket call it (daemon/mgm_commands.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <mcfwd/clock.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/log_limit.hh>
#include <controlplane/protocols/remote_client.hh>

namespace mcfwd::protocols {

struct RemoteRegistration {
    group_manager::ComponentId id;
    std::string name;
    Duration restart_time{}; ///< how long its interfaces and memberships wait for it when its connection ends
};

/// For `show clients`.
struct RemoteView {
    group_manager::ClientHandle handle;
    pid_t pid = 0;
    uid_t uid = 0;
    Duration restart_time{};
    enum class State : std::uint8_t {
        kConnected,
        kWaiting, ///< for its restart
        kLeaving, ///< its interfaces are being released
    };
    State state = State::kConnected;
    std::optional<Duration> expires_in; ///< connected: unclaimed memberships go; waiting: it is released
    std::size_t unclaimed = 0;          ///< memberships from before its restart that it did not add again yet
    std::uint64_t sent = 0;             ///< notifications
    std::size_t queued = 0;
};

/// Control thread only. A client whose connection ends stays as it is for its restart time: the same
/// component that registers again meanwhile takes it over, interfaces and memberships with it. Else its
/// interfaces are released one by one through the ordinary handoff, and it is deregistered.
class RemoteProtocols {
  public:
    /// All outlive it.
    struct Environment {
        const Clock& clock;
        TaskQueue& tasks;
        group_manager::GroupManager& groups;
        const group_manager::InterfaceDirectory& interfaces;
        StaticInterfaces& statics; ///< gives way to them
    };
    struct Registered {
        group_manager::ClientHandle handle;
        bool restarted = false; ///< it took over what it had
    };
    /// Every alert goes through all clients.
    static constexpr std::size_t kMostClients = 64;

    explicit RemoteProtocols(Environment environment) : environment_(environment) {}
    RemoteProtocols(const RemoteProtocols&) = delete;
    RemoteProtocols& operator=(const RemoteProtocols&) = delete;

    /// Before `enter`: a client with this id that is gone, or whose connection is although word of it has not
    /// come yet, gets out of the way, or ready for its restart. True: there is more of that, call again in a
    /// task of its own.
    [[nodiscard]] bool make_way(group_manager::ComponentId id);
    /// kAlreadyExists: the component is registered (2.1); kInvalidParameter: a name of the router's own
    /// protocols; kNotEnoughMemory: too many clients.
    [[nodiscard]] Expected<Registered> enter(rpc::Session& session, RemoteRegistration registration);
    /// kCanNotComplete: it still holds an interface (2.2).
    [[nodiscard]] Expected<void> leave(RemoteClient& client);
    /// Memberships that were not added again since the restart go now.
    void restart_complete(RemoteClient& client);

    /// kInvalidParameter: no client that this session registered has the handle.
    [[nodiscard]] Expected<RemoteClient*> client(const rpc::Session& session,
                                                 group_manager::ClientHandle handle);
    /// The client of this session that runs the enumeration. kInvalidParameter: none does.
    [[nodiscard]] Expected<RemoteClient*> client_of(const rpc::Session& session,
                                                    group_manager::EnumerationHandle enumeration);

    /// Does what is due. Cheap when nothing is.
    void advance();

    /// nullopt: not a remote client.
    [[nodiscard]] std::optional<RemoteView> view(group_manager::ClientHandle handle) const;

  private:
    using State = RemoteView::State;
    struct Entry {
        explicit Entry(const Environment& environment)
            : client(environment.groups, environment.interfaces, environment.statics) {}
        RemoteClient client;
        State state = State::kLeaving; ///< until it is connected
        Duration restart_time{};
        /// Waiting: leave then; connected: unclaimed memberships go then. Also a step that failed is made
        /// again then.
        std::optional<Instant> deadline;
        std::uint64_t session = 0; ///< counts its connections, so that word of an old one is told apart
        rpc::Session::CloseHook hook = 0; ///< tells the end of the present one
    };

    [[nodiscard]] bool may_log();
    [[nodiscard]] Entry* find(group_manager::ComponentId id);
    [[nodiscard]] Expected<Registered> restart(Entry& entry, rpc::Session& session, Duration restart_time);
    void connect(Entry& entry, rpc::Session& session, Duration restart_time);
    void lost(group_manager::ClientHandle handle, std::uint64_t session);
    void overdue(group_manager::ClientHandle handle, Entry& entry);
    /// A step now, the others in tasks of their own.
    void depart(group_manager::ClientHandle handle);
    /// Releases one interface or, when none is left, deregisters and forgets. True while there is more.
    bool depart_step(group_manager::ClientHandle handle);
    /// Some now, the others in tasks of their own.
    void drop_unclaimed(group_manager::ClientHandle handle);
    /// It is deregistered. What it remembers, perhaps something of every entry, goes a little at a time.
    void remove(group_manager::ClientHandle handle);
    void forget_removed();

    Environment environment_;
    std::map<group_manager::ClientHandle, std::unique_ptr<Entry>> clients_;
    std::map<group_manager::ClientHandle, std::unique_ptr<Entry>> removed_; ///< still remember something
    bool forgetting_ = false;                                               ///< in a task that is on its way
    std::uint64_t sessions_ = 0;
    group_manager::LogLimit log_limit_{30}; ///< clients may come and go all the time
};

} // namespace mcfwd::protocols
