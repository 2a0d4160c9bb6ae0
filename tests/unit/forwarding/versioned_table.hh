// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A table with versions as the real one has them: what is submitted while a grace period is open becomes
// visible later, with the next version.
#pragma once

#include <deque>

#include "recording_table.hh"

namespace mcfwd::forwarding {

class VersionedTable : public RecordingTable {
  public:
    explicit VersionedTable(const Clock& clock) : clock_(clock) {}

    Expected<TableVersion> submit(TableBatch batch) override {
        if (auto taken = RecordingTable::submit(std::move(batch)); !taken) {
            return taken;
        }
        waiting_ = true;
        if (!grace_open) {
            publish();
            return version_;
        }
        return TableVersion(version_.value() + 1);
    }
    bool advance() override {
        if (waiting_ && !grace_open) {
            publish();
        }
        return grace_open;
    }
    TableVersion published() const override { return version_; }
    std::vector<VersionRecord> history(std::size_t limit) const override {
        return {history_.begin(),
                history_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, history_.size()))};
    }
    void visit_from(const MfibKey& from,
                    const std::function<bool(const PutEntry&, const EntryCounters&)>& visit) const override {
        for (auto at = held.lower_bound(from); at != held.end() && visit(at->second, {}); ++at) {
        }
    }

    bool grace_open = false;

  private:
    void publish() {
        waiting_ = false;
        version_ = TableVersion(version_.value() + 1);
        history_.push_front({.version = version_, .published = clock_.now(), .cause = {}});
    }
    const Clock& clock_;
    TableVersion version_;
    bool waiting_ = false;
    std::deque<VersionRecord> history_; ///< newest first
};

} // namespace mcfwd::forwarding
