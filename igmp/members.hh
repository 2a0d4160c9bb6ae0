// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The members of one link: every group its hosts asked for, with filters, timers, last-member queries and
// limits. A link is a routed interface, or one port and VLAN of a bridge. Open this file first to keep group
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>

#include "deadline_heap.hh"
#include "group.hh"
#include "host_table.hh"
#include "members_config.hh"
#include "members_view.hh"
#include "message.hh"
#include "output.hh"
#include "query_sender.hh"
#include "router_counters.hh"
#include "sharded_map.hh"

namespace mcfwd::igmp {

/// Whether a leave asks those who stay.
enum class Asking : std::uint8_t {
    kNo,  ///< another system is querier and will ask; queries begun before are still repeated
    kYes, ///< this system is querier
};

/// What a call on Members happens in; made anew for every call.
struct LinkInput {
    Instant now;
    Asking asking;
    QuerySender& queries;     ///< has the intervals in force; queries of this link go out through it
    RouterCounters& counters; ///< of this link
    Output& out;              ///< membership changes are appended to it
    std::optional<Instant> reported = {}; ///< when the report at hand was received; nothing: there is none
};

/// RFC 9776 sections 6.4, 6.6.3 and 7.3.2 for one link. Does not know packets, addresses of its own or
/// elections: its owner has parsed and believed what it passes on, and says in every LinkInput whether to
/// ask. `now` never goes back from call to call, and `advance` comes before any other input of the same
/// instant. No call works through all groups: where very many end at once, `advance` has to be called
/// several times. A group that is behind is brought up to date before anything else happens to it, so only
/// what is told of it comes later.
class Members {
  public:
    /// `config` outlives the object.
    explicit Members(const MembersConfig& config) : config_(&config) {}

    [[nodiscard]] const MembersConfig& config() const { return *config_; }

    /// The link is up, or has other hosts than before: they are heard from now on. Version 1 and 2 leaves are
    /// not fast until many general queries were answered, since hosts may be there that were not heard yet.
    void start() { hosts_.start(); }
    /// A general query reached the hosts, ours or another router's; they answer within `response`.
    void asked(Duration response, Instant now) { hosts_.asked(response, now); }

    /// A report or leave of a host. What has no effect is in the counters; of a report one record is judged
    /// apart from the others.
    void receive(const ReportV1& report, const Reporter& reporter, const LinkInput& in);
    void receive(const ReportV2& report, const Reporter& reporter, const LinkInput& in);
    void receive(const Leave& leave, const Reporter& reporter, const LinkInput& in);
    void receive(const ReportV3& report, const Reporter& reporter, const LinkInput& in);

    /// A group-specific or group-and-source query of the querier, who is another system: timers are lowered
    /// as hosts on the link will have to answer it (section 6.6.1). No effect with the S flag, or for a
    /// general query.
    void obey(const Query& query, const LinkInput& in);

    /// Timers that end after `past` end at `end` instead: those of groups, sources and older hosts, and of
    /// what is known of hosts. For a link that loses, or finds, who asks its hosts.
    void retime(Instant past, Instant end, Instant now);

    /// A membership without a host begins or ends. The caller has validated it; of the same entry at most one
    /// exists.
    void add_static(const StaticGroup& entry, const LinkInput& in);
    void remove_static(const StaticGroup& entry, const LinkInput& in);

    /// Ends what has run out and repeats queries that are due, for up to `most` groups and hosts. Returns what
    /// is left of `most`.
    std::size_t advance(const LinkInput& in, std::size_t most);
    /// When `advance` has to be called next at the latest; may be earlier than necessary. Nothing: never.
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// Forgets everything, hosts and `start` included, with a leave or unblock for every join and block in
    /// force.
    void clear(Output& out);
    /// The same a part at a time and without a word, for an object that is good for nothing else any more.
    /// Frees up to `most` groups and hosts, and returns what is left of `most`.
    std::size_t dissolve(std::size_t most);

    /// The joins and blocks that lead from nothing to the membership in force: exactly the sum of all changes
    /// so far. Groups ascending; of a group the (*,G) join comes before its blocks.
    void for_each_membership(const std::function<void(const MembershipChange&)>& visit) const;
    /// What is in force for one group; nullptr: nothing. Valid until the next input.
    [[nodiscard]] const Membership* membership(Ipv4Address group) const;

    /// The first group from `from` on; nothing: there is none.
    [[nodiscard]] std::optional<Ipv4Address> group_from(Ipv4Address from) const {
        const auto at = ascending_.lower_bound(from);
        return at == ascending_.end() ? std::nullopt : std::optional(*at);
    }

    /// With reported or static members.
    [[nodiscard]] std::size_t group_count() const { return groups_.size(); }
    /// Of those, with a version 1 member: nobody can leave them before the timer ends (RFC 9776 section 9.2).
    [[nodiscard]] std::size_t version1_groups(Instant now) const;
    [[nodiscard]] std::size_t host_count() const { return hosts_.size(); }
    /// Calls `visit` for the groups from `from` on, ascending, until it returns false; with their hosts, by
    /// address and MAC, if asked for.
    void visit_groups(Instant now, Ipv4Address from, const std::function<bool(const GroupView&)>& visit,
                      WithHosts hosts = WithHosts::kNo) const;

  private:
    /// A group record after its source list was put in order.
    struct OrderedRecord {
        RecordType type;
        Ipv4Address group;
        std::span<const Ipv4Address> sources; ///< ascending, without repetition, each a possible source
        Version version = Version::kV3;       ///< of the message
    };

    /// The sender of the message at hand.
    struct Sender {
        const Reporter& id;
        Host* host; ///< nullptr: there is no room to track it
    };

    struct Retiming {
        Instant past;
        Instant end;
    };

    // members.cc
    [[nodiscard]] bool overdue(Instant now) const {
        return !deadlines_.empty() && deadlines_.earliest() <= now;
    }
    /// The group, after all that was due for it. nullptr: there is none.
    [[nodiscard]] Group* at(Ipv4Address address, const LinkInput& in);
    void run_due(Group& group, const LinkInput& in);
    /// Up to `most` groups; returns what is left of it.
    std::size_t run_overdue(const LinkInput& in, std::size_t most);
    /// Follows the retimings that the group has not followed yet. Its deadline does not.
    void follow(Group& group) const;
    std::size_t retime_some(std::size_t most);
    /// Of a group that is not there yet.
    [[nodiscard]] Group& make_group(Ipv4Address address, Instant now);
    /// Tells what changed, then forgets the group or arms its deadline.
    void settle(Group& group, const LinkInput& in);
    /// What the change follows from.
    [[nodiscard]] static std::optional<Instant> reported_by(Group& group, const MembershipChange& change,
                                                            const LinkInput& in);
    /// Arms the exact deadline of a group, or none.
    void rearm(Group& group);

    // members_records.cc
    [[nodiscard]] std::span<const Ipv4Address> in_order(const std::vector<Ipv4Address>& sources,
                                                        const LinkInput& in);
    /// The group after the record, or nothing if the record had no effect.
    Group* apply(OrderedRecord record, const Sender& sender, const LinkInput& in);
    [[nodiscard]] bool admissible(const OrderedRecord& record, const LinkInput& in) const;
    /// Takes sources that are not permitted out of a record. False: nothing of it is left.
    [[nodiscard]] bool permit(OrderedRecord& record, const LinkInput& in);
    [[nodiscard]] bool has_room(const OrderedRecord& record, const Group* known, const Sender& sender,
                                const LinkInput& in) const;
    /// Whether a limit would refuse a new group to the sender.
    [[nodiscard]] bool is_full(const Sender& sender) const;
    void question(Group& group, const RecordEffect& effect, const LinkInput& in);

    // members_hosts.cc
    [[nodiscard]] Sender hear(const Reporter& reporter, const LinkInput& in);
    /// Whether a message of version 1 or 2 counts; its sender is heard in any case.
    [[nodiscard]] bool serves_older(Ipv4Address group, const Sender& sender, const LinkInput& in);
    /// What a host said about the group is not known.
    void doubt(Ipv4Address group, const LinkInput& in);
    void track(Group& group, const OrderedRecord& said, const Sender& sender, const LinkInput& in);
    void forget_hosts(Group& group, Instant now);
    /// Ends at once what nobody else can want; what is left asks questions.
    void leave_fast(Group& group, const OrderedRecord& record, const Sender& sender, RecordEffect& effect,
                    const LinkInput& in);

    const MembersConfig* config_;
    ShardedMap<Ipv4Address, Group> groups_;
    std::set<Ipv4Address> ascending_; ///< the keys of `groups_`: reports look groups up, people list them
    std::set<Ipv4Address> version1_;  ///< groups that have or lately had version 1 members
    DeadlineHeap<Group> deadlines_;
    HostTable hosts_;
    std::size_t tracked_ = 0; ///< memberships of hosts and sources in them, over all groups
    std::size_t reported_groups_ = 0;
    std::vector<Retiming> retimings_;          ///< the last ones, that some groups may have to follow yet
    std::uint32_t retimed_ = 0;                ///< all that there were; this and the next wrap around
    std::uint32_t round_ = 0;                  ///< of these, those before the walk at hand began
    std::optional<Ipv4Address> retiming_from_; ///< where the walk over all groups goes on; nothing: it is done
    Instant retimed_at_{};                     ///< the last one
    std::vector<Ipv4Address> listed_; ///< room for one source list, kept between records
    Membership wanted_;               ///< room for one merge
};

} // namespace mcfwd::igmp
