// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The seams of forwarding as fakes: a table that keeps what it was told, a sender that keeps what it was
// asked to drop, and snooping that says what a test wants.
#pragma once

#include <algorithm>
#include <map>
#include <new>
#include <utility>
#include <variant>
#include <vector>

#include <mcfwd/signals.hh>
#include <mcfwd/table.hh>

#include <controlplane/forwarding/bridge_table.hh>

namespace mcfwd::forwarding {

class RecordingTable : public TableWriter {
  public:
    Expected<TableVersion> submit(TableBatch batch) override {
        std::map<MfibKey, PutEntry> next = held;
        for (const TableCommand& command : batch.commands) {
            if (const auto* put = std::get_if<PutEntry>(&command)) {
                next.insert_or_assign(put->key, *put);
            } else if (const auto* erase = std::get_if<EraseEntry>(&command)) {
                next.erase(erase->key);
            }
        }
        ++submits;
        if (without_memory) {
            throw std::bad_alloc();
        }
        const auto grows = [&](auto measure, std::size_t most) {
            return measure(next) > most && measure(next) > measure(held);
        };
        if (full || grows(entries_of, room) || grows(egresses_of, egress_room)) {
            return fail(Status::kNotEnoughMemory, "full");
        }
        held = std::move(next);
        batches.push_back(std::move(batch));
        return TableVersion{batches.size()};
    }
    bool advance() override { return false; }
    TableVersion published() const override { return TableVersion{batches.size()}; }
    std::size_t entries() const override { return entries_of(held); }
    std::size_t capacity() const override { return room; }
    std::uint64_t refused() const override { return 0; }
    std::vector<VersionRecord> history(std::size_t) const override { return {}; }
    Expected<EntryCounters> counters(const MfibKey& key) const override {
        if (key != known) {
            return fail(Status::kNotFound, "no such entry");
        }
        return EntryCounters{.packets = 1, .bytes = 2, .wrong_interface = 3, .copies = 4};
    }
    Expected<std::vector<EgressCounters>> egress_counters(const MfibKey&) const override {
        return std::vector{EgressCounters{IfIndex{2}, 5, 6}};
    }
    void visit_from(const MfibKey& from,
                    const std::function<bool(const PutEntry&, const EntryCounters&)>& visit) const override {
        for (auto at = held.lower_bound(from); at != held.end() && visit(at->second, {}); ++at) {
        }
    }
    std::optional<MfibKey> clear_counters(const MfibKey&, std::size_t) override { return {}; }

    std::vector<TableBatch> batches;
    std::map<MfibKey, PutEntry> held; ///< after all batches
    MfibKey known{};
    bool full = false;
    std::size_t room = 1000; ///< entries, but for the two of every bridge that are no groups
    std::size_t egress_room = 10'000;
    bool without_memory = false;
    std::size_t submits = 0; ///< refused ones, too

  private:
    using Entries = std::map<MfibKey, PutEntry>;
    static bool is_limited(const Entries::value_type& line) {
        return line.first.group != kUnregisteredGroup && line.first.group != kFloodGroup;
    }
    static std::size_t entries_of(const Entries& entries) {
        return static_cast<std::size_t>(std::ranges::count_if(entries, is_limited));
    }
    static std::size_t egresses_of(const Entries& entries) {
        std::size_t sum = 0;
        for (const auto& line : entries) {
            sum += is_limited(line) ? line.second.forward.size() : 0;
        }
        return sum;
    }
};

class RecordingSender : public PacketSender {
  public:
    Expected<void> send(PortId, VlanId, MacAddress, std::span<const std::byte>) override { return {}; }
    Expected<void> send_from(PortId, VlanId, MacAddress, MacAddress, std::span<const std::byte>) override {
        return {};
    }
    void discard_parked(const MfibKey& flow) override { discarded.push_back(flow); }
    std::vector<MfibKey> discarded;
};

class FakeSnooping : public SnoopedPorts {
  public:
    std::vector<BridgePort> ports_for_flow(DomainId, Ipv4Address group, Ipv4Address) const override {
        const auto at = ports.find(group);
        return at == ports.end() ? std::vector<BridgePort>{} : at->second;
    }
    std::map<Ipv4Address, std::vector<BridgePort>> ports;
};

} // namespace mcfwd::forwarding
