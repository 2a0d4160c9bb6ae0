// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Puts the data plane together: EAL, pool, ports, table, workers, and the four faces of it.
#include "dataplane.hh"

#include <algorithm>
#include <chrono>
#include <set>

#include <rte_cycles.h>
#include <rte_mempool.h>

#include "device.hh"
#include "eal.hh"
#include "injector.hh"
#include "link_watch.hh"
#include "memory.hh"
#include "pool.hh"
#include "port.hh"
#include "signal_reader.hh"
#include "table/table.hh"
#include "view.hh"
#include "workers.hh"

namespace mcfwd::dataplane {
namespace {

constexpr std::size_t kEgressesPerEntry = 4;
// In a small table some entry may still have as many as an entry can have, and the others one each.
constexpr std::size_t kMostEgresses = 65535;
// Rings, drivers, DPDK's own.
constexpr std::size_t kOtherMemory = std::size_t{96} << 20U;

class SteadyClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
};

TableSize table_size(const Settings& settings) {
    constexpr std::size_t kListsPerBridge = 2; // kUnregisteredGroup and kFloodGroup
    std::set<DomainId> bridges;
    std::size_t members = 0;
    for (const Attachment& attachment : settings.attachments) {
        if (attachment.domain != kRoutedDomain) {
            bridges.insert(attachment.domain);
            ++members;
        }
    }
    return {.entries = settings.mfib_entries,
            .egresses = settings.mfib_egresses != 0 ? settings.mfib_egresses
                                                    : std::max(kEgressesPerEntry * settings.mfib_entries,
                                                               settings.mfib_entries + kMostEgresses),
            .workers = settings.worker_cores.size(),
            .ports = settings.ports.size(),
            .flood_lists = kListsPerBridge * bridges.size(),
            .flood_egresses = kListsPerBridge * members};
}

std::vector<VlanId> bridged_vlans(const Settings& settings, PortId port) {
    std::vector<VlanId> vlans;
    for (const Attachment& attachment : settings.attachments) {
        if (attachment.port == port && attachment.domain != kRoutedDomain) {
            vlans.push_back(attachment.vlan);
        }
    }
    return vlans;
}

bool has_device(const Settings& settings, DeviceKind kind) {
    return std::ranges::any_of(settings.ports, [kind](const PortSettings& port) {
        const auto device = parse_device(port.device);
        return device && device->kind == kind;
    });
}

PoolUse pool_use(const Settings& settings) {
    return has_device(settings, DeviceKind::kPci) ? PoolUse::kDevices : PoolUse::kProcessors;
}

/// AF_XDP's driver takes no packets of several segments.
std::size_t most_small_buffers(const Settings& settings) {
    return has_device(settings, DeviceKind::kAfXdp) ? 0 : small_buffers_for(settings);
}

EalSettings eal_settings(const Settings& settings) {
    const std::size_t bytes = pool_bytes(buffers_for(settings)) +
                              small_pool_bytes(most_small_buffers(settings)) +
                              Table::bytes_for(table_size(settings)) + kOtherMemory;
    EalSettings eal{.main_core = settings.main_core,
                    .worker_cores = settings.worker_cores,
                    .memory = settings.memory,
                    .memory_mb = bytes >> 20U,
                    .devices = {},
                    .extra = settings.eal};
    for (const PortSettings& port : settings.ports) {
        eal.devices.push_back(port.device);
    }
    return eal;
}

Expected<std::vector<Port>> open_ports(const Settings& settings, rte_mempool* pool) {
    std::vector<Port> ports;
    for (const PortSettings& wanted : settings.ports) {
        const PortId id(static_cast<std::uint16_t>(ports.size()));
        auto port = Port::create({.id = id,
                                  .name = wanted.name,
                                  .device = wanted.device,
                                  .workers = static_cast<unsigned>(settings.worker_cores.size()),
                                  .pool = pool,
                                  .bridged = bridged_vlans(settings, id)});
        if (!port) {
            return std::unexpected(port.error());
        }
        ports.push_back(std::move(*port));
    }
    return ports;
}

/// Address and MTU of a port, which outlive it.
struct PortFacts {
    MacAddress mac;
    std::uint16_t mtu = 0;
};

} // namespace

// In the order of construction; each part uses only parts above it.
struct Dataplane::Parts {
    Eal eal;
    PoolOwner pool;
    PoolOwner small_pool{nullptr, rte_mempool_free};
    std::vector<Port> ports;
    std::vector<PortFacts> facts;
    SteadyClock clock;
    std::unique_ptr<Table> table;
    std::unique_ptr<LinkWatch> links;
    std::unique_ptr<Workers> workers;
    std::unique_ptr<SignalReader> signals;
    std::unique_ptr<Injector> injector;
    std::unique_ptr<View> view;

    [[nodiscard]] Expected<void> assemble(const Settings& settings);
};

Expected<void> Dataplane::Parts::assemble(const Settings& settings) {
    std::vector<MacAddress> macs;
    for (const Port& port : ports) {
        facts.push_back({.mac = port.mac(), .mtu = port.mtu()});
        macs.push_back(port.mac());
    }
    auto attachments = Attachments::create(settings.attachments, macs);
    if (!attachments) {
        return std::unexpected(attachments.error());
    }
    const TableSize size = table_size(settings);
    auto made_table = Table::create(size, clock, allocate_eal_memory);
    if (!made_table) {
        return std::unexpected(made_table.error());
    }
    table = std::move(*made_table);
    if (std::ranges::all_of(ports, [](const Port& port) { return port.capabilities().multi_segment_tx; })) {
        auto made_pool = make_small_pool(small_buffers_for(settings), pool_use(settings));
        if (!made_pool) {
            return std::unexpected(made_pool.error());
        }
        small_pool = std::move(*made_pool);
    }
    links = std::make_unique<LinkWatch>(ports.size());
    auto made_workers = Workers::create({.poll = settings.poll,
                                         .limits = settings.limits,
                                         .eal = &eal,
                                         .ports = ports,
                                         .links = links.get(),
                                         .table = table.get(),
                                         .pool = pool.get(),
                                         .small_pool = small_pool.get()},
                                        std::move(*attachments));
    if (!made_workers) {
        return std::unexpected(made_workers.error());
    }
    workers = std::move(*made_workers);
    signals =
        std::make_unique<SignalReader>(workers->rings(), workers->doorbell(), workers->attachments(), clock);
    injector = std::make_unique<Injector>(workers->rings(), ports, pool.get());
    view = std::make_unique<View>(ports, *workers, *injector, pool.get(), small_pool.get(),
                                  MemoryStatus{.hugepages = eal.hugepages(),
                                               .table_bytes = Table::bytes_for(size),
                                               .pool_buffers = buffers_for(settings),
                                               .pool_available = 0,
                                               .small_buffers = small_pool ? small_buffers_for(settings) : 0,
                                               .small_available = 0,
                                               .clock_hz = rte_get_tsc_hz()});
    return {};
}

Expected<std::unique_ptr<Dataplane>> Dataplane::create(const Settings& settings) {
    if (settings.worker_cores.empty()) {
        return fail(Status::kInvalidParameter, "worker_cores is empty: at least one worker is needed");
    }
    auto eal = Eal::create(eal_settings(settings));
    if (!eal) {
        return std::unexpected(eal.error());
    }
    auto pool = make_pool(buffers_for(settings), pool_use(settings));
    if (!pool) {
        return std::unexpected(pool.error());
    }
    auto ports = open_ports(settings, pool->get());
    if (!ports) {
        return std::unexpected(ports.error());
    }
    std::unique_ptr<Parts> parts(
        new Parts{.eal = std::move(*eal), .pool = std::move(*pool), .ports = std::move(*ports)});
    if (auto assembled = parts->assemble(settings); !assembled) {
        return std::unexpected(assembled.error());
    }
    return std::unique_ptr<Dataplane>(new Dataplane(std::move(parts)));
}

Dataplane::Dataplane(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Dataplane::~Dataplane() {
    stop();
}

Expected<void> Dataplane::start() {
    for (Port& port : parts_->ports) {
        if (auto started = port.start(); !started) {
            return started;
        }
    }
    return parts_->workers->launch();
}

void Dataplane::stop() {
    if (!parts_->pool) {
        return;
    }
    parts_->workers->join();
    parts_->view->close();
    parts_->ports.clear();
    parts_->small_pool.reset();
    parts_->pool.reset();
}

TableWriter& Dataplane::table() {
    return *parts_->table;
}

SignalSource& Dataplane::signals() {
    return *parts_->signals;
}

PacketSender& Dataplane::sender() {
    return *parts_->injector;
}

DataplaneView& Dataplane::view() {
    return *parts_->view;
}

void Dataplane::watch_links() {
    parts_->links->look(parts_->ports, parts_->clock.now());
}

bool Dataplane::link_up(PortId port) const {
    return parts_->links->up(port)->load(std::memory_order_relaxed);
}

MacAddress Dataplane::port_mac(PortId port) const {
    return parts_->facts.at(port.value()).mac;
}

std::uint16_t Dataplane::port_mtu(PortId port) const {
    return parts_->facts.at(port.value()).mtu;
}

} // namespace mcfwd::dataplane
