// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A batch is decided in three steps: what it comes to per key, whether there is room, and building its lists.
// From then on nothing can fail.
#include "table.hh"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "command_check.hh"

namespace mcfwd::dataplane {
namespace {

// Lists that a grace period still holds, published ones, those of the version after, and those that replace
// the last while a batch is built: in the worst case each time all of them.
constexpr std::size_t kListGenerations = 4;

// Entries of a batch that are fetched while one is worked at; what they point to, half of that.
constexpr std::ptrdiff_t kAhead = 6;

// Of retired lists, by one call of `advance`: about a millisecond.
constexpr std::size_t kReleasedAtOnce = 1024;

/// Has room of its own.
bool is_flood_list(const MfibKey& key) {
    return key.group == kUnregisteredGroup || key.group == kFloodGroup;
}

std::size_t all_lists(const TableSize& size) {
    return (size.entries + size.flood_lists) * kListGenerations;
}

std::size_t all_list_egresses(const TableSize& size) {
    return (size.egresses + size.flood_egresses) * kListGenerations;
}

} // namespace

Expected<std::unique_ptr<Table>> Table::create(const TableSize& size, const Clock& clock,
                                               const AllocateMemory& allocate) {
    if (size.entries == 0) {
        return fail(Status::kInvalidParameter, "a table needs room for at least one entry");
    }
    if (const std::size_t most = kMostCounters / kListGenerations; size.entries + size.flood_lists > most) {
        return fail(Status::kInvalidParameter,
                    fmt::format("mfib_entries is {}: a table has room for at most {} entries", size.entries,
                                most - size.flood_lists));
    }
    auto lists = ListStore::create(all_lists(size), all_list_egresses(size), size.workers, allocate);
    if (!lists) {
        return std::unexpected(lists.error());
    }
    auto left_right =
        LeftRight::create(size.entries + size.flood_lists, size.workers, lists->lists(), allocate);
    if (!left_right) {
        return std::unexpected(left_right.error());
    }
    return std::unique_ptr<Table>(new Table(size, clock, std::move(*lists), std::move(*left_right)));
}

Table::Table(const TableSize& size, const Clock& clock, ListStore lists,
             std::unique_ptr<LeftRight> left_right)
    : size_(size),
      clock_(clock),
      lists_(std::move(lists)),
      left_right_(std::move(left_right)) {}

std::size_t Table::bytes_for(const TableSize& size) {
    return 2 * Index::buckets_for(size.entries + size.flood_lists) * sizeof(Bucket) +
           ListStore::bytes_for(all_lists(size), all_list_egresses(size), size.workers);
}

TableAccess Table::access(WorkerId worker) const {
    return {.publication = &left_right_->publication(), .counters = lists_.counters(worker)};
}

Expected<TableVersion> Table::submit(TableBatch batch) {
    end_grace();
    left_right_->prepare();
    for (const TableCommand& command : batch.commands) {
        if (auto checked = check_command(command, size_.ports); !checked) {
            return std::unexpected(checked.error());
        }
    }
    NetEffect effect = net_effect(batch);
    if (auto room = has_room(effect); !room) {
        return refuse(room.error().what);
    }
    if (!build_lists(effect)) {
        return refuse("no room for more egress lists");
    }
    if (changes_anything(effect, batch)) {
        note(batch);
    }
    commit(effect);
    for (const TableCommand& command : batch.commands) {
        if (const auto* set = std::get_if<SetMissPolicy>(&command)) {
            left_right_->set_miss_policy(set->interface, set->policy);
        }
    }
    due_ = next_waits_ && (due_ || !batch.more);
    if (due_ && left_right_->prepare()) {
        publish_next();
    }
    return next_waits_ ? next() : version_;
}

void Table::note(const TableBatch& batch) {
    if (!next_waits_) {
        next_record_ = {.submitted = clock_.now()};
        next_waits_ = true;
    }
    next_record_.commands += batch.commands.size();
    History::join_cause(next_record_.cause, batch.cause);
}

// Who sends very many commands has walked his own table, so they come in the order of their keys.
Table::NetEffect Table::net_effect(TableBatch& batch) {
    NetEffect effect;
    effect.reserve(batch.commands.size());
    for (TableCommand& command : batch.commands) {
        if (auto* put = std::get_if<PutEntry>(&command)) {
            effect.push_back(
                {.key = put->key, .put = put, .restart = put->counters == CounterPolicy::kRestart});
        } else if (const auto* erase = std::get_if<EraseEntry>(&command)) {
            effect.push_back({.key = erase->key, .restart = true}); // what is put again after it is new
        }
    }
    if (!std::ranges::is_sorted(effect, {}, &Wanted::key)) {
        std::ranges::stable_sort(effect, {}, &Wanted::key);
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < effect.size(); ++i) {
        if (kept > 0 && effect[kept - 1].key == effect[i].key) {
            const bool restart = effect[kept - 1].restart || effect[i].restart;
            effect[kept - 1] = effect[i];
            effect[kept - 1].restart = restart;
        } else {
            effect[kept++] = effect[i];
        }
    }
    effect.resize(kept);
    find_present(effect);
    return effect;
}

// One walk, as far as keys and entries are close to each other.
void Table::find_present(NetEffect& effect) {
    constexpr int kSteps = 4; // about what a search costs
    auto at = entries_.begin();
    for (Wanted& wanted : effect) {
        for (int step = 0; step < kSteps && at != entries_.end() && at->first < wanted.key; ++step) {
            ++at;
        }
        if (at != entries_.end() && at->first < wanted.key) {
            at = entries_.lower_bound(wanted.key);
        }
        wanted.present = at != entries_.end() && at->first == wanted.key;
        wanted.at = at;
    }
}

Expected<void> Table::has_room(const NetEffect& effect) const {
    std::size_t entries = this->entries();
    std::size_t egresses = egresses_;
    for (const Wanted& wanted : effect) {
        if (is_flood_list(wanted.key)) {
            continue;
        }
        if (wanted.present) {
            --entries;
            egresses -= wanted.at->second.desired().forward.size();
        }
        if (wanted.put != nullptr) {
            ++entries;
            egresses += wanted.put->forward.size();
        }
    }
    // What does not grow is let through whatever the numbers are.
    if (entries > size_.entries && entries > this->entries()) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("{} entries needed, at most {}", entries, size_.entries));
    }
    if (egresses > size_.egresses && egresses > egresses_) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("{} egresses of all entries needed, at most {}", egresses, size_.egresses));
    }
    return {};
}

bool Table::build_lists(NetEffect& effect) {
    for (auto wanted = effect.begin(); wanted != effect.end(); ++wanted) {
        fetch_ahead(effect, wanted);
        const PutEntry* put = wanted->put;
        if (put == nullptr) {
            continue;
        }
        if (wanted->present) {
            const PutEntry& present = wanted->at->second.desired();
            if (present.accept == put->accept && present.forward == put->forward) {
                wanted->unchanged = true;
                continue;
            }
        }
        const auto list = build_list(*put);
        if (!list) {
            std::for_each(effect.begin(), wanted, [this](const Wanted& built) {
                if (built.put != nullptr && !built.unchanged) {
                    lists_.release(built.list);
                }
            });
            return false;
        }
        wanted->list = *list;
    }
    return true;
}

// Lists that no worker reads any more are given back some at a time; here they are needed.
std::optional<ListHandle> Table::build_list(const PutEntry& put) {
    auto list = lists_.build(put);
    if (!list) {
        retired_.release(oldest_in_use_, SIZE_MAX, lists_);
        list = lists_.build(put);
    }
    return list;
}

// Workers' caches are warm with the list they use: a rebuilt entry that came out the same keeps it, and a
// batch of nothing else is not worth a version.
bool Table::changes_anything(const NetEffect& effect, const TableBatch& batch) {
    return std::ranges::any_of(effect,
                               [](const Wanted& wanted) {
                                   return wanted.put != nullptr ? !wanted.unchanged : wanted.present;
                               }) ||
           std::ranges::any_of(batch.commands, [](const TableCommand& command) {
               return std::holds_alternative<SetMissPolicy>(command);
           });
}

std::unexpected<Error> Table::refuse(std::string_view why) {
    ++refused_;
    return fail(Status::kNotEnoughMemory, fmt::format("table full: {} ({} entries and {} egresses in use)",
                                                      why, entries_.size(), egresses_));
}

// Removals come first, so that the index never holds more entries than it was made for.
void Table::commit(NetEffect& effect) {
    for (const Wanted& wanted : effect) {
        if (wanted.put == nullptr && wanted.present) {
            erase(wanted);
        }
    }
    for (auto wanted = effect.begin(); wanted != effect.end(); ++wanted) {
        fetch_ahead(effect, wanted);
        if (effect.end() - wanted > kAhead) {
            left_right_->fetch(flow_key(wanted[kAhead].key));
        }
        if (wanted->put != nullptr && !wanted->unchanged) {
            put(*wanted);
        } else if (wanted->put != nullptr && wanted->restart) {
            wanted->at->second.restart_counters(lists_);
        }
    }
}

// Entries are far apart: a batch that is large takes what memory takes.
void Table::fetch_ahead(const NetEffect& effect, NetEffect::const_iterator at) {
    if (effect.end() - at > 2 * kAhead && at[2 * kAhead].present) {
        at[2 * kAhead].at->second.fetch();
    }
    if (effect.end() - at > kAhead && at[kAhead].present) {
        at[kAhead].at->second.fetch_parts();
    }
}

void Table::put(Wanted& wanted) {
    const MfibKey& key = wanted.key;
    Entry& entry = wanted.present ? wanted.at->second : entries_[key];
    if (is_flood_list(key)) {
        flood_lists_ += wanted.present ? 0U : 1U;
    } else {
        egresses_ += wanted.put->forward.size();
        egresses_ -= entry.desired().forward.size();
    }
    left_right_->put({.group = key.group.host(),
                      .source = key.source.host(),
                      .domain = key.domain.value() & (kMostDomains - 1),
                      .list = wanted.list.start & (kMostListUnits - 1),
                      .counters = wanted.list.counters & (kMostCounters - 1)});
    lists_.begin_use(wanted.list, next());
    retire(entry.replace(std::move(*wanted.put), wanted.list, next(), wanted.restart));
}

void Table::erase(const Wanted& wanted) {
    Entry& entry = wanted.at->second;
    if (is_flood_list(wanted.key)) {
        --flood_lists_;
    } else {
        egresses_ -= entry.desired().forward.size();
    }
    retire(entry.end());
    entries_.erase(wanted.at);
    left_right_->erase(flow_key(wanted.key));
}

void Table::retire(std::unique_ptr<ListUse> use) {
    if (use && use->since <= version_) {
        lists_.end_use(use->list, next());
        retired_.add(std::move(use), next());
    } else if (use) {
        lists_.release(use->list); // no worker ever saw it
    }
}

void Table::publish_next() {
    version_ = next();
    left_right_->publish(version_);
    next_waits_ = false;
    due_ = false;
    next_record_.version = version_;
    next_record_.published = clock_.now();
    next_record_.entries = entries_.size();
    history_.add(std::exchange(next_record_, {}));
}

void Table::end_grace() {
    if (left_right_->end_grace()) {
        oldest_in_use_ = version_;
        history_.retire_newest(clock_.now());
    }
}

bool Table::advance() {
    end_grace();
    due_ = due_ || (next_waits_ && clock_.now() - next_record_.submitted >= kGatherLimit);
    if (left_right_->prepare() && due_) {
        publish_next();
    }
    const bool retired = retired_.release(oldest_in_use_, kReleasedAtOnce, lists_);
    return retired || next_waits_ || !left_right_->prepared();
}

std::vector<VersionRecord> Table::history(std::size_t limit) const {
    return history_.newest(limit);
}

Expected<EntryCounters> Table::counters(const MfibKey& key) const {
    const auto present = entries_.find(key);
    if (present == entries_.end()) {
        return fail(Status::kNotFound, fmt::format("no entry ({}, {})", key.source, key.group));
    }
    return present->second.counters(lists_);
}

Expected<std::vector<EgressCounters>> Table::egress_counters(const MfibKey& key) const {
    const auto present = entries_.find(key);
    if (present == entries_.end()) {
        return fail(Status::kNotFound, fmt::format("no entry ({}, {})", key.source, key.group));
    }
    return present->second.egress_counters(lists_);
}

void Table::visit_from(const MfibKey& from,
                       const std::function<bool(const PutEntry&, const EntryCounters&)>& visit) const {
    for (auto at = entries_.lower_bound(from); at != entries_.end(); ++at) {
        if (!visit(at->second.desired(), at->second.counters(lists_))) {
            return;
        }
    }
}

std::optional<MfibKey> Table::clear_counters(const MfibKey& from, std::size_t most) {
    auto at = entries_.lower_bound(from);
    for (std::size_t cleared = 0; at != entries_.end() && cleared < most; ++at, ++cleared) {
        at->second.clear_counters(lists_);
    }
    return at == entries_.end() ? std::nullopt : std::optional(at->first);
}

} // namespace mcfwd::dataplane
