// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The forwarding table: takes batches from the control plane and publishes them to the workers as versions.
// Start reading here; `layout.hh` is what workers see, `left_right.hh` how they get to see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>
#include <mcfwd/table.hh>

#include <dataplane/memory.hh>

#include "entry.hh"
#include "history.hh"
#include "left_right.hh"
#include "list_store.hh"
#include "retired_lists.hh"

namespace mcfwd::dataplane {

struct TableSize {
    std::size_t entries = 0;
    std::size_t egresses = 0; ///< of all entries together
    std::size_t workers = 0;
    std::size_t ports = 0; ///< egress ports are 0 to ports - 1
    /// Kept beside these for what bridges do with frames that no group entry is about: without those lists
    /// nothing could be flooded when the table is full.
    std::size_t flood_lists = 0;
    std::size_t flood_egresses = 0;
};

/// What one worker needs of the table.
struct TableAccess {
    const Publication* publication = nullptr;
    CounterMemory counters;
};

/// Control thread only.
class Table final : public TableWriter {
  public:
    /// `clock` outlives the table.
    [[nodiscard]] static Expected<std::unique_ptr<Table>> create(const TableSize& size, const Clock& clock,
                                                                 const AllocateMemory& allocate);

    [[nodiscard]] Expected<TableVersion> submit(TableBatch batch) override;
    bool advance() override;
    [[nodiscard]] TableVersion published() const override { return version_; }
    [[nodiscard]] std::size_t entries() const override { return entries_.size() - flood_lists_; }
    [[nodiscard]] std::size_t capacity() const override { return size_.entries; }
    [[nodiscard]] std::uint64_t refused() const override { return refused_; }
    [[nodiscard]] std::vector<VersionRecord> history(std::size_t limit) const override;
    [[nodiscard]] Expected<EntryCounters> counters(const MfibKey& key) const override;
    [[nodiscard]] Expected<std::vector<EgressCounters>> egress_counters(const MfibKey& key) const override;
    void visit_from(const MfibKey& from,
                    const std::function<bool(const PutEntry&, const EntryCounters&)>& visit) const override;
    std::optional<MfibKey> clear_counters(const MfibKey& from, std::size_t most) override;

    [[nodiscard]] TableAccess access(WorkerId worker) const;
    /// Memory of instances, lists and counters for a table of this size.
    [[nodiscard]] static std::size_t bytes_for(const TableSize& size);

  private:
    using Entries = std::map<MfibKey, Entry>;
    /// What a batch comes to for one key: the last command on it.
    struct Wanted {
        MfibKey key;
        PutEntry* put = nullptr; ///< none: erase
        bool restart = false;
        bool unchanged = false; ///< the entry is like that already, but perhaps for its counters
        bool present = false;   ///< there is an entry, `at`
        Entries::iterator at;
        ListHandle list;
    };
    using NetEffect = std::vector<Wanted>; ///< ascending, each key once

    Table(const TableSize& size, const Clock& clock, ListStore lists, std::unique_ptr<LeftRight> left_right);
    [[nodiscard]] NetEffect net_effect(TableBatch& batch);
    /// Finds the entries of keys.
    void find_present(NetEffect& effect);
    [[nodiscard]] Expected<void> has_room(const NetEffect& effect) const;
    [[nodiscard]] bool build_lists(NetEffect& effect);
    [[nodiscard]] std::optional<ListHandle> build_list(const PutEntry& put);
    [[nodiscard]] static bool changes_anything(const NetEffect& effect, const TableBatch& batch);
    void note(const TableBatch& batch);
    void commit(NetEffect& effect);
    static void fetch_ahead(const NetEffect& effect, NetEffect::const_iterator at);
    void put(Wanted& wanted);
    void erase(const Wanted& wanted);
    void retire(std::unique_ptr<ListUse> use);
    void publish_next();
    void end_grace();
    [[nodiscard]] TableVersion next() const { return TableVersion(version_.value() + 1); }
    [[nodiscard]] std::unexpected<Error> refuse(std::string_view why);

    TableSize size_;
    const Clock& clock_;
    ListStore lists_;
    std::unique_ptr<LeftRight> left_right_;
    Entries entries_;
    std::size_t egresses_ = 0; ///< but for those of flood lists
    std::size_t flood_lists_ = 0;
    VersionRecord next_record_; ///< of the version in the making
    bool next_waits_ = false;   ///< something is in it
    bool due_ = false;          ///< and shall be published as soon as that is possible
    RetiredLists retired_;
    History history_;
    TableVersion version_{};
    TableVersion oldest_in_use_{}; ///< every worker uses this version, or a later one
    std::uint64_t refused_ = 0;
};

} // namespace mcfwd::dataplane
