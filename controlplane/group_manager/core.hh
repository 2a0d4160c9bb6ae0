// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The state of the group manager and the steps its operations are made of. One operation is: checks, edits
// that collect a Change, then `finish`, which publishes and calls clients in the order of specification 2.0.
// Private to the group manager.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <controlplane/group_manager/change.hh>
#include <controlplane/group_manager/clients.hh>
#include <controlplane/group_manager/dispatcher.hh>
#include <controlplane/group_manager/enumerations.hh>
#include <controlplane/group_manager/group_manager.hh>
#include <controlplane/group_manager/interest.hh>
#include <controlplane/group_manager/log_limit.hh>
#include <controlplane/group_manager/mfe_table.hh>
#include <controlplane/group_manager/outbox.hh>
#include <controlplane/group_manager/publication.hh>
#include <controlplane/group_manager/wrong_interface.hh>

namespace mcfwd::group_manager {

/// What finds no memory is tried again after this.
inline constexpr std::chrono::milliseconds kMemoryRetry{100};

/// Memberships of a component that is not on the interface any more, or lost them in a strict handoff. They
/// are no part of the tables; what follows from their end is settled key by key.
struct Departed {
    Memberships members;
    ClientName component;
    ClientHandle told;        ///< owner of the interface that gets LOCAL_LEAVE, or kNoClient
    std::uint64_t tenure = 0; ///< of the record then
};

/// Entries whose view of one interface has to be computed anew.
struct Refresh {
    enum class What : std::uint8_t { kCovered, kEdited };
    InterfaceKey interface;
    What what = What::kCovered;
    SourceGroup key; ///< wildcard that covers them; of edited ones 0
    constexpr auto operator<=>(const Refresh&) const = default;
};

/// Sources, perhaps of one group, whose routes have to be looked up anew.
struct RouteWalk {
    Ipv4Prefix sources;
    Ipv4Address group;
    std::optional<SourceGroup> key;  ///< last one looked up
    std::optional<SourceGroup> flow; ///< the same
    bool keys_done = false;
};

struct Core;

/// Check 8 of 2.0: while one is alive, what was estimated can be allocated. Inside a batch it stays so until
/// the batch is published, since its end must not fail either.
class Room {
  public:
    Room(Core& core, std::size_t octets, Memory::Use use);
    ~Room();
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    [[nodiscard]] explicit operator bool() const { return granted_; }
    /// The answer of a call that found none.
    [[nodiscard]] std::unexpected<Error> refusal() const;

  private:
    [[nodiscard]] bool ask(Memory::Use use) const;

    Core& core_;
    std::size_t octets_;
    bool granted_;
};

/// Memory for one slice, while it is alive `Core::slice`: as large as there is memory for.
class SliceRoom {
  public:
    explicit SliceRoom(Core& core);
    ~SliceRoom();
    SliceRoom(const SliceRoom&) = delete;
    SliceRoom& operator=(const SliceRoom&) = delete;
    /// False: not even for one key or entry.
    [[nodiscard]] explicit operator bool() const { return bool(*room_); }
    [[nodiscard]] std::unexpected<Error> refusal() const { return room_->refusal(); }

  private:
    Core& core_;
    std::optional<Room> room_;
};

struct Core {
    Core(Environment environment, Settings wanted_settings, Observer observer);

    // --- core.cc: checks of 2.0 and the end of a call
    // -------------------------------------------------------------
    /// Checks 1 and 2.
    [[nodiscard]] Expected<void> ready() const;
    /// Checks 1 to 3.
    [[nodiscard]] Expected<Client*> caller(ClientHandle handle);
    /// Whether a line about what a client did may be logged.
    [[nodiscard]] bool may_log();
    [[nodiscard]] std::string name(InterfaceKey interface) const;
    [[nodiscard]] std::string name(ClientHandle client) const { return clients.name_of(client).name; }
    /// Ends a call. `cause` returns the text for the table history and is asked only if it is needed.
    template <typename Cause>
    void finish(Change& change, Cause cause) {
        const std::vector<Emission> emissions = settle(change);
        batched.insert(batched.end(), emissions.begin(), emissions.end());
        if (publication.pending() && (batch_depth == 0 || (in_slice && batch_depth == 1))) {
            add_cause(cause());
        }
        if (batch_depth == 0) {
            refreshed = 0;
            flush_batch(take_goes_on() ? Then::kGather : Then::kPublish);
        }
    }
    void begin_batch(std::string cause);
    void end_batch(GroupManager::Batch::End end);
    /// Whether what ends now left work to slices that is still to be done.
    [[nodiscard]] bool take_goes_on() { return std::exchange(goes_on, false) && !slices.empty(); }
    /// To what is held back, if anything is.
    void add_cause(std::string cause);
    /// Sends the table what batches have collected so far, and calls the clients.
    void flush_batch(Then then);
    /// Work in several tasks is done: publishes what the table has gathered, unless other work goes on.
    void publish_gathered();
    /// The work has to wait for memory, what it has done so far has not.
    void publish_gathered_before_pause();
    /// Nothing is left that was to be allocated at the end of a batch.
    void close_rooms();
    void flush(const std::string& cause, Then then);
    /// Tries again what the table refused.
    void retry(Then then);
    /// Counts, logs and reports what the table refused, and sees to it that it is tried again.
    void note(const Publication::Outcome& outcome);

    // --- alerts.cc
    // ------------------------------------------------------------------------------------------------
    /// Derives from what was touched which callbacks are due, in the order of 2.0, and marks entries to
    /// publish.
    [[nodiscard]] std::vector<Emission> settle(Change& change);
    [[nodiscard]] std::vector<Emission> first_alert(const Entry& entry) const;
    /// Calls the clients. What is above the limit waits, and is delivered in slices before any other.
    void emit(const std::vector<Emission>& emissions);
    /// What waits for this receiver about the key, or a wildcard that covers it.
    void deliver_before(const Emission& emission);
    void deliver(const Emission& emission);
    /// One slice of those that wait.
    void deliver_some();
    void deliver_first();
    /// What it says was true when it was due: the receiver of a LOCAL_JOIN or LOCAL_LEAVE has left the
    /// interface meanwhile, or the entry is not the same any more, or not the receiver's.
    [[nodiscard]] bool is_moot(const Emission& emission) const;
    /// The receiver of a PRUNE alert chose how long the entry stays from now on.
    void set_lifetime(SourceGroup flow, std::chrono::seconds timeout);
    void report_mfe(MfeChanged::What what, const Entry& entry);

    // --- edits.cc: memberships and their effect on entries
    // ---------------------------------------------------------
    Change::KeyBefore& touch_key(Change& change, SourceGroup key);
    /// Touches every (S,G) key whose o(S) changes with the attribution of the interface.
    void touch_keys_by_rpf(Change& change, InterfaceKey interface);
    /// A membership of IGMP that forwards nothing by itself (N55).
    [[nodiscard]] bool awaits_owner(const Record& record, const Membership& of_igmp) const {
        return settings.igmp_on_owned == IgmpOnOwned::kConfirm && record.owner != kNoClient &&
               !record.is_stale(of_igmp);
    }
    /// Recomputes one interface of an entry from the tables (specification 1.6).
    void evaluate(Entry& entry, InterfaceKey interface) const;
    /// As `evaluate`, for an entry of the table.
    void refresh(Change& change, Entry& entry, InterfaceKey interface);
    /// Every entry that a membership with this key covers. What is above the limit follows in slices.
    void refresh_covered(Change& change, SourceGroup key, InterfaceKey interface);
    /// Every entry in which the interface was added or vetoed explicitly, in the same way.
    void refresh_edited(Change& change, InterfaceKey interface);
    void refresh_now_or_later(Change& change, const Refresh& what);
    void refresh_later(const Refresh& what, SourceGroup from);
    /// At most `limit` of them, from `from` on. Returns the one to go on with, if there is one.
    std::optional<SourceGroup> refresh_some(Change& change, const Refresh& what, SourceGroup from,
                                            std::size_t limit);
    void erase_owner_membership(Change& change, InterfaceKey interface, SourceGroup key);
    void erase_igmp_membership(Change& change, InterfaceKey interface, SourceGroup key,
                               MembershipChanged::What why);
    /// Takes the interface out of the index by key if nobody has a membership with the key there any more.
    void leave_key(SourceGroup key, InterfaceKey interface);
    /// What follows from the end of memberships that are no part of the tables any more. What is above the
    /// limit follows in slices.
    void settle_departed(Change& change, InterfaceKey interface);
    /// The same for one key, at once: somebody edits it.
    void settle_departed(Change& change, InterfaceKey interface, SourceGroup key);
    /// Erases all of IGMP's stale memberships and explicit oifs of an earlier tenure. True: many, the rest
    /// follows in tasks of their own.
    [[nodiscard]] bool sweep(Change& change, InterfaceKey interface, const std::string& cause);
    /// One slice of it. True: there is more.
    [[nodiscard]] bool sweep_some(Change& change, InterfaceKey interface, Record& record);
    void await_replay(InterfaceKey interface, Record& record);
    void stop_awaiting_replay(InterfaceKey interface, Record& record);
    void report_membership(MembershipChanged::What what, SourceGroup key, InterfaceKey interface,
                           const ClientName& component);

    // --- ownership.cc, transfer.cc, handoff.cc
    // ----------------------------------------------------------------------------------
    void take(Client& client, InterfaceKey interface);
    void release(Client& client, InterfaceKey interface);
    void transfer(Client& from, Client& to, InterfaceKey interface);
    /// The handoffs of 3.3 and 3.4.
    void take_from_igmp(Client& client, InterfaceKey interface);
    void release_to_igmp(Client& client, InterfaceKey interface);
    void report_ownership(InterfaceKey interface);
    /// All memberships that a component on the interface has there cease to be part of the tables. `told`:
    /// who gets LOCAL_LEAVE for them.
    void depart(InterfaceKey interface, ClientHandle component, ClientHandle told = kNoClient);
    /// Live memberships of IGMP count for IGMP itself again.
    void count_for_igmp_again(Change& change, InterfaceKey interface);
    void count_again(Change& change, InterfaceKey interface, SourceGroup key, Membership& membership);
    /// Entries with this iif get another owner without alerts: a rebuild will announce them. If there are too
    /// many for one task, they get it with the rebuild.
    void adopt_entries(Change& change, InterfaceKey interface, ClientHandle from, ClientHandle to);
    /// Erases all entries with this iif. What is above the limit follows in slices: until then those are
    /// condemned. So are all while routes are looked up: what a new route leads elsewhere is rebuilt, not
    /// erased.
    void erase_entries(InterfaceKey iif);
    [[nodiscard]] bool is_condemned(const Entry& entry) const;
    /// The view says now that its packets come from elsewhere, or whether there is a route at all.
    [[nodiscard]] bool is_rerouted(const Entry& entry, const std::optional<RpfInterface>& rpf) const;
    /// For calls and queries that name one entry: nullptr also for a condemned one.
    [[nodiscard]] Entry* find_entry(SourceGroup flow);
    [[nodiscard]] const Entry* find_entry(SourceGroup flow) const;
    /// What is gone by now, or until then, needs no rebuild: its successor was built under the new owner.
    void rebuild_later(std::vector<SourceGroup> flows);
    /// All entries with this iif that were built before its last handoff.
    void rebuild_later(InterfaceKey interface);

    // --- creation.cc, rebuild.cc
    // -----------------------------------------------------------------------------------
    /// Steps 2 to 8 of 5.2, beside the table: asks the clients and computes the entry.
    [[nodiscard]] Entry build(SourceGroup flow, InterfaceKey arrival, std::vector<std::byte> header);
    void ask_rpf(Entry& entry);
    void ask_creation(Entry& entry);
    void create(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header);
    /// What is parked for the flow is dropped.
    void refuse_new(SourceGroup flow, std::string_view why);
    /// If the table has no room for the entry, the oldest negative one makes room.
    [[nodiscard]] Expected<void> publish_new(Entry& entry, const std::string& cause);
    /// Condemned ones that no new route leads elsewhere are erased.
    void rebuild(Change& change, const std::vector<SourceGroup>& flows);
    void erase_entry(SourceGroup flow, MfeChanged::What why);
    /// For (S,G) keys and entries whose routes may have changed.
    void move_keys(Change& change, const std::vector<SourceGroup>& keys);
    void move_entries(Change& change, std::vector<SourceGroup> flows);
    void rebuild_crossed(Change& change, std::vector<SourceGroup> flows);

    // --- wrong_interface.cc
    // ----------------------------------------------------------------------------------------
    void alert_wrong_interface(SourceGroup flow, InterfaceKey arrival, std::span<const std::byte> header);

    // --- room.cc: upper bounds of what calls allocate
    // -------------------------------------------------------------
    /// A membership appears or goes on the interface.
    [[nodiscard]] std::size_t room_for(SourceGroup key) const;
    /// `budget`: entries that wildcards may still change, shared by all keys of a call.
    [[nodiscard]] std::size_t room_for(SourceGroup key, std::size_t& budget) const;
    /// All of these go at once, or in slices.
    [[nodiscard]] std::size_t room_for_all(const Memberships& members) const;
    /// One entry changes, with so many oifs.
    [[nodiscard]] std::size_t room_for_entry(std::size_t oifs) const;
    /// Somebody new on the interface, or nobody any more.
    [[nodiscard]] std::size_t room_for_owner(InterfaceKey interface) const;
    [[nodiscard]] std::size_t room_for_take(const Client& client, InterfaceKey interface) const;
    [[nodiscard]] std::size_t room_for_release(InterfaceKey interface) const;
    /// Whoever is there leaves, and nobody stays.
    [[nodiscard]] std::size_t room_for_last(InterfaceKey interface) const;
    /// The entries with this iif go at once, if that is how it is configured.
    [[nodiscard]] std::size_t room_for_flush(InterfaceKey interface) const;
    [[nodiscard]] std::size_t room_for_entries_of(InterfaceKey iif) const;
    [[nodiscard]] std::size_t room_for_new_entry(SourceGroup flow) const;
    /// So many keys and entries, and what waits to be published with them.
    [[nodiscard]] std::size_t room_for_slice(std::size_t size) const;
    /// So many keys and entries whose route changed.
    [[nodiscard]] std::size_t room_for_routes(std::size_t keys, std::size_t flows) const;
    /// These wait for room in the forwarding table.
    [[nodiscard]] std::size_t room_for_retry(const std::vector<SourceGroup>& flows) const;

    // --- slices.cc: what is too much for one task of the control thread
    // ----------------------------------
    /// Runs `work` in tasks of its own until it returns false or the group manager stops. Of all that is
    /// under way one slice runs per task, in turn. The table gathers what they change; the last one
    /// publishes.
    void in_slices(std::function<bool()> work);
    void post_slice();
    /// Now, or when there is memory for it.
    void run_slice();
    void forget_slices();
    /// One slice each. True: there is more.
    [[nodiscard]] bool announce_rpf_owner(InterfaceKey interface);
    [[nodiscard]] bool refresh_queued();
    [[nodiscard]] bool settle_departed_some(InterfaceKey interface);
    [[nodiscard]] bool count_again_some(InterfaceKey interface);
    [[nodiscard]] bool erase_condemned(InterfaceKey iif);
    [[nodiscard]] bool rebuild_some();
    [[nodiscard]] bool look_up_routes();
    [[nodiscard]] bool rebuild_crossed_some(InterfaceKey iif);

    // --- timers.cc
    // -------------------------------------------------------------------------------------------------
    void expire_and_sweep(Instant now);
    /// At most so many of each.
    void expire_and_sweep(Instant now, std::size_t expiries, std::size_t interfaces);
    void expire(SourceGroup flow);

    // --- queries.cc
    // ------------------------------------------------------------------------------------------------
    /// It ends when its time has come, traffic or not (5.5).
    [[nodiscard]] bool ends_literally(const Entry& entry) const;
    [[nodiscard]] MfeView view(const Entry& entry) const;
    [[nodiscard]] MfeStatsView stats(const Entry& entry, StatsLevel level) const;

    Environment env;
    Settings settings;
    bool started = false;
    Clients clients;
    Interest interest;
    MfeTable entries;
    Publication publication;
    Dispatcher dispatcher;
    WrongInterfaceLimit wrong_interfaces;
    Deadlines<InterfaceKey> sweeps;
    std::optional<Instant> retry_at; ///< of what waits for room in the table
    Enumerations enumerations{interest};
    std::deque<std::function<bool()>> slices;
    std::size_t slice = settings.slice; ///< memberships, entries or callbacks of the next one
    bool slice_posted = false;
    bool in_slice = false;                         ///< one runs, or as much as one
    bool goes_on = false;                          ///< the call or batch under way left work to slices
    std::size_t refreshed = 0;                     ///< entries, for wildcards, by the call or batch under way
    std::map<InterfaceKey, SourceGroup> rpf_moves; ///< last key announced under the new owner
    std::map<Refresh, SourceGroup> refresh_queue;  ///< and the flow to go on with
    std::map<InterfaceKey, std::list<Departed>> departed;
    std::set<InterfaceKey> settling_departed; ///< in slices
    std::map<InterfaceKey, SourceGroup> count_again_from;
    struct Condemned {
        std::uint64_t before = 0; ///< entries of earlier tenures
        SourceGroup after;        ///< last flow looked at
    };
    std::map<InterfaceKey, Condemned> condemned;
    std::list<RouteWalk> route_walks;
    bool looking_up_routes = false;
    std::map<InterfaceKey, SourceGroup> crossed_after; ///< last flow looked at
    Outbox outbox;
    std::uint64_t last_built = 0; ///< entry
    bool rebuilding = false;
    std::set<SourceGroup> rebuild_queue;
    std::map<InterfaceKey, SourceGroup> rebuild_interfaces; ///< and the flow to go on with
    unsigned batch_depth = 0;
    std::string batch_cause;
    bool held = false;                                  ///< a batch has ended, but not what it collected
    std::vector<Emission> batched;                      ///< for after the publication
    std::map<InterfaceKey, HandoffStats> handoffs;      ///< of links as long as somebody is on them
    std::map<InterfaceKey, ClientName> reported_owners; ///< attr(X), if any, as the last event of it had it
    std::size_t deferred = 0;                           ///< octets that the end of a batch may need
    std::size_t open_rooms = 0;                         ///< of calls in a batch that is not published yet
    std::optional<Instant> slices_at;                   ///< when they are tried again
    std::optional<Instant> no_tick_before;              ///< it found no memory
    mutable Metrics metrics;                            ///< refused calls count too
    LogLimit full_log;
    LogLimit window_log;
    LogLimit client_log{30}; ///< clients come and go, take and release as they like
    /// Posted tasks hold a weak copy: they do nothing once this is gone.
    std::shared_ptr<Core*> self;
};

} // namespace mcfwd::group_manager
