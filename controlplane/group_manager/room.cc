// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The last check of every call: is there memory for all of it (specification 2.0 check 8, N21)? How much that
// is at most is derived from what the call touches. The tests count what calls really allocate in random
// worlds.
#include <controlplane/group_manager/core.hh>

#include <algorithm>

#include <spdlog/spdlog.h>

namespace mcfwd::group_manager {

namespace {

/// What every call may need, whatever it touches: texts, a log line, an event, a list to walk.
constexpr std::size_t kCall = std::size_t{16} << 10U;
/// A key with its membership: nodes of the tables, what the call notes about it, its event.
constexpr std::size_t kKey = 2048;
/// An alert to one client: noted, sorted, delivered, and what the client keeps of it (a notification).
constexpr std::size_t kAlert = 1024;
/// An entry: its nodes, its event, its way through publication to the table.
constexpr std::size_t kEntry = 4096;
/// One interface of it, in each of these.
constexpr std::size_t kOif = 512;
/// A key, flow or interface in a list or set.
constexpr std::size_t kListed = 96;

} // namespace

Room::Room(Core& core, std::size_t octets, Memory::Use use)
    : core_(core),
      octets_(octets),
      granted_(ask(use)) {
    if (!granted_ && core.held) {
        core.flush_batch(Then::kPublish); // what it needed is free then
        granted_ = ask(use);
    }
    core.metrics.memory_refusals += !granted_;
}

bool Room::ask(Memory::Use use) const {
    Memory* memory = core_.env.memory;
    return memory == nullptr || memory->begin(kCall + octets_ + core_.deferred, use);
}

Room::~Room() {
    if (!granted_ || core_.env.memory == nullptr) {
        return;
    }
    const bool unpublished = core_.batch_depth > 0 || core_.held;
    if (unpublished && (core_.publication.pending() || !core_.batched.empty())) {
        core_.deferred += octets_;
        ++core_.open_rooms;
    } else {
        core_.env.memory->end();
    }
}

void Core::close_rooms() {
    deferred = 0;
    for (; open_rooms > 0; --open_rooms) {
        env.memory->end();
    }
}

void Core::publish_gathered_before_pause() {
    const MemoryHold hold(env.memory, kCall, Memory::Use::kShrink);
    if (publication.gathered() && hold) {
        flush(batch_cause, Then::kPublish);
    }
}

std::unexpected<Error> Room::refusal() const {
    try {
        return fail(
            Status::kNotEnoughMemory,
            fmt::format("no memory for {} KiB that this may need at a time ({} keys, {} entries and {} "
                        "interfaces in use); delete memberships or raise the memory limit of the daemon",
                        (kCall + octets_ + core_.deferred) >> 10U, core_.interest.keys().size(),
                        core_.entries.all().size(), core_.interest.records().size()));
    } catch (const std::bad_alloc&) {
        return fail(Status::kNotEnoughMemory, "no memory");
    }
}

std::size_t Core::room_for(SourceGroup key) const {
    std::size_t budget = settings.commit_limit;
    return room_for(key, budget);
}

std::size_t Core::room_for(SourceGroup key, std::size_t& budget) const {
    std::size_t octets = kKey + clients.all().size() * kAlert;
    if (const KeyState* state = interest.find(key)) {
        octets += (state->interfaces.size() + state->wanted.size()) * kListed;
    }
    const auto add = [&](const Entry& entry) { octets += room_for_entry(entry.oifs.size() + 1); };
    if (!key.is_concrete()) {
        entries.for_covered(key, budget, [&](const Entry& entry) {
            add(entry);
            --budget;
        });
    } else if (const Entry* entry = entries.find(key)) {
        add(*entry);
    }
    return octets;
}

std::size_t Core::room_for_all(const Memberships& members) const {
    std::size_t octets = kListed;
    std::size_t budget = settings.commit_limit;
    if (members.size() <= settings.commit_limit) { // else they are settled in slices
        for (const auto& [key, membership] : members) {
            octets += room_for(key, budget);
        }
    }
    return octets;
}

std::size_t Core::room_for_entry(std::size_t oifs) const {
    return kEntry + kAlert + oifs * kOif;
}

std::size_t Core::room_for_owner(InterfaceKey interface) const {
    const std::size_t keys = std::min(interest.count_by_rpf(interface), settings.commit_limit + 1);
    const std::size_t flows = std::min(entries.count_by_iif(interface), settings.commit_limit);
    std::size_t octets = keys * (kKey + 2 * kAlert) + flows * kListed;
    octets += interest.count_links(interface.interface, SIZE_MAX) * kListed;
    entries.for_edited(interface, settings.commit_limit,
                       [&](const Entry& entry) { octets += room_for_entry(entry.oifs.size() + 1); });
    return octets;
}

std::size_t Core::room_for_take(const Client& client, InterfaceKey interface) const {
    const Record* record = interest.find(interface);
    if (record == nullptr || client.is_igmp()) {
        return record == nullptr ? room_for_owner(interface) : 0;
    }
    std::size_t octets = room_for_owner(interface);
    if (settings.handoff_memberships == HandoffMemberships::kStrict) {
        octets += room_for_all(record->of_igmp);
    }
    return octets + room_for_flush(interface);
}

std::size_t Core::room_for_release(InterfaceKey interface) const {
    const Record& record = *interest.find(interface);
    const bool last = record.owner == kNoClient || record.igmp == kNoClient;
    const std::size_t octets =
        room_for_owner(interface) + room_for_all(record.of_owner) + room_for_all(record.of_igmp);
    if (last) {
        return octets + room_for_entries_of(interface);
    }
    return octets + room_for_entries_of(interface) + room_for_entry(interest.records().size());
}

std::size_t Core::room_for_last(InterfaceKey interface) const {
    const Record& record = *interest.find(interface);
    return room_for_owner(interface) + room_for_entries_of(interface) + room_for_all(record.of_owner) +
           room_for_all(record.of_igmp);
}

std::size_t Core::room_for_flush(InterfaceKey interface) const {
    return settings.handoff_mfe == HandoffMfe::kFlush ? room_for_entries_of(interface) : 0;
}

std::size_t Core::room_for_entries_of(InterfaceKey iif) const {
    std::size_t octets = kListed;
    if (entries.count_by_iif(iif) <= settings.commit_limit) { // else they go in slices
        entries.for_iif(iif, settings.commit_limit,
                        [&](const Entry& entry) { octets += room_for_entry(entry.oifs.size()); });
    }
    return octets;
}

std::size_t Core::room_for_new_entry(SourceGroup flow) const {
    std::size_t oifs = 0;
    for (const SourceGroup& key : {SourceGroup{}, SourceGroup{flow.group, kAnySource}, flow}) {
        if (const KeyState* state = interest.find(key)) {
            oifs += state->interfaces.size();
        }
    }
    return room_for_entry(2 * oifs + 1) + clients.all().size() * kAlert;
}

std::size_t Core::room_for_slice(std::size_t size) const {
    const std::size_t keys = std::min(size, interest.keys().size());
    const std::size_t flows = std::min(size + publication.pending_flows(), entries.all().size());
    return keys * clients.all().size() * kAlert + room_for_routes(keys, flows) +
           (outbox.empty() ? 0 : size * kAlert);
}

SliceRoom::SliceRoom(Core& core) : core_(core) {
    const std::uint64_t refusals = core.metrics.memory_refusals;
    for (core.slice = core.settings.slice;; core.slice /= 2) {
        room_.emplace(core, core.room_for_slice(core.slice), Memory::Use::kShrink);
        if (*room_ || core.slice == 1) {
            break;
        }
    }
    core.metrics.memory_refusals = refusals + !*room_;
}

SliceRoom::~SliceRoom() {
    core_.slice = core_.settings.slice;
}

std::size_t Core::room_for_routes(std::size_t keys, std::size_t flows) const {
    return keys * (kKey + 2 * kAlert) +
           flows * (room_for_entry(entries.most_oifs() + 1) + clients.all().size() * kAlert);
}

std::size_t Core::room_for_retry(const std::vector<SourceGroup>& flows) const {
    std::size_t octets = 0;
    for (const SourceGroup& flow : flows) {
        const Entry* entry = entries.find(flow);
        octets += room_for_entry(entry == nullptr ? 0 : entry->oifs.size());
    }
    return octets;
}

} // namespace mcfwd::group_manager
