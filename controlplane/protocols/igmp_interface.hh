// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP on one routed interface as a client of the group manager: the protocol's state machine, what it has
// asked for, and whether it may ask at all. Owned by IgmpProtocol.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/protocols/refusal_log.hh>
#include <igmp/router_interface.hh>

namespace mcfwd::protocols {

/// Where the interface is on the wire, and in the group manager.
struct IgmpAttachment {
    std::string name;
    IfIndex index;
    PortId port;
    VlanId vlan;
    DomainId bridge = kRoutedDomain; ///< that it is the routed interface of
    /// Where IGMP alone decides about forwarding it forwards only as querier of the link (RFC 4605
    /// section 4.2).
    bool querier_only = false;
};

/// Carries membership changes to the group manager, or holds them back while an ownership handoff is going
/// on (group manager specification 3.6). Control thread only.
class IgmpInterface {
  public:
    IgmpInterface(IgmpAttachment attachment, igmp::RouterInterface router,
                  group_manager::GroupManager& groups);

    [[nodiscard]] const IgmpAttachment& attachment() const { return attachment_; }
    [[nodiscard]] group_manager::InterfaceKey key() const { return {attachment_.index, {}}; }
    [[nodiscard]] igmp::RouterInterface& router() { return router_; }
    [[nodiscard]] const igmp::RouterInterface& router() const { return router_; }
    /// Calls the group manager refused. Not those held back.
    [[nodiscard]] std::uint64_t refused_calls() const { return refused_calls_; }

    /// Nothing is forwarded here, since another router is the querier.
    [[nodiscard]] bool yields() const { return yields_; }

    /// `client` owns the interface, or shares it, from now on.
    void attach(group_manager::ClientHandle client) { client_ = client; }

    /// Takes note of the changes, and passes them on as one batch unless held back.
    void apply(std::span<const igmp::MembershipChange> changes);

    /// DISABLE_IGMP: hold back, cancel a replay that has not run.
    void hold_back();
    /// ENABLE_IGMP: pass on again. Returns the ticket with which `replay` has to be called from a task.
    [[nodiscard]] std::uint64_t resume();
    /// Adds everything the interface has now, a slice at a time. True: call it again from another task. No
    /// effect if another DISABLE came after the ticket was given. Without memory it ends, and is `behind`.
    [[nodiscard]] bool replay(std::uint64_t ticket);

    /// Another router may have become querier, or we: what hosts want is taken from the group manager, or
    /// told again. The ticket for that replay; nothing: all is as it was.
    [[nodiscard]] std::optional<std::uint64_t> follow_election();

    /// The group manager had no memory for something: it does not know all that hosts want until a replay.
    [[nodiscard]] bool behind() const { return behind_ && !held_back_; }
    /// The ticket for that replay. One that ended for want of memory goes on where it was.
    [[nodiscard]] std::uint64_t catch_up();

    /// Writes to the log what was refused since the last time.
    void log_refusals(Instant now);
    void clear_counters();

    /// CREATION_ALERT: whether hosts here refuse this source of a group they joined for any source.
    [[nodiscard]] bool refuses_new(group_manager::SourceGroup flow);

  private:
    [[nodiscard]] std::uint64_t begin_replay();
    [[nodiscard]] bool replay_some();
    void note(const igmp::MembershipChange& change);
    void pass_on(const igmp::MembershipChange& change);
    void settle(std::span<const igmp::MembershipChange> changes);
    void settle_group(Ipv4Address group);
    [[nodiscard]] bool settle_flow(group_manager::SourceGroup flow, bool& forwarding);
    [[nodiscard]] bool wants(group_manager::SourceGroup flow) const;
    [[nodiscard]] bool owns_forwarding() const;
    [[nodiscard]] bool has_to_yield() const {
        return attachment_.querier_only && !router_.is_querier() && owns_forwarding();
    }
    /// Some of it; counts what it looks at. False: there was no memory.
    [[nodiscard]] bool delete_what_is_left(std::size_t& calls);
    /// False: others would fare alike. There was no memory for the call, and it has to be made again; or
    /// nobody is on the interface any more, not even IGMP.
    bool check(const Expected<void>& result, std::string_view call, group_manager::SourceGroup key);

    IgmpAttachment attachment_;
    igmp::RouterInterface router_;
    group_manager::GroupManager& groups_;
    RefusalLog refusals_;
    group_manager::ClientHandle client_;
    bool held_back_ = false;
    bool yields_ = false;
    std::uint64_t ticket_ = 0;
    std::uint64_t refused_calls_ = 0;
    std::set<group_manager::SourceGroup> joined_;
    std::set<group_manager::SourceGroup> blocked_;
    /// Flows for which a FORWARD call was made or a veto given, and whether the last one was an add. A veto
    /// outlives the block that caused it, so it has to be taken back when the flow is wanted again.
    std::map<group_manager::SourceGroup, bool> exceptions_;
    group_manager::SourceGroup replayed_; ///< last key of `joined_` that the replay under way has added
    group_manager::SourceGroup settled_;  ///< last flow of `exceptions_` that it has settled
    bool settling_ = false;               ///< it is done with `joined_`
    bool behind_ = false;
    bool deletes_missing_ = false;       ///< some of what it is behind with
    group_manager::SourceGroup deleted_; ///< up to here they are made
};

} // namespace mcfwd::protocols
