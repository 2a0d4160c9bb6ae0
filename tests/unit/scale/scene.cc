// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See scene.hh.
#include "scene.hh"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include <controlplane/daemon/heap.hh>
#include <igmp/codec.hh>

#include "../ordinary_memory.hh"

namespace mcfwd::scale {

namespace {

constexpr std::uint32_t kBatch = 1000;

/// A task that posts itself again behind what it has caused.
void go_on(Tasks& tasks, std::shared_ptr<std::function<bool()>> work) {
    tasks.post([&tasks, work = std::move(work)] {
        if ((*work)()) {
            go_on(tasks, work);
        }
    });
}

} // namespace

void Tasks::run_one() {
    if (tasks_.empty()) {
        return;
    }
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
}

Scene::Scene(const Clock& base, Meter& meter, std::uint32_t entries, const group_manager::Settings& settings)
    : meter_(meter),
      clock_(base),
      table(dataplane::Table::create(
                {.entries = entries, .egresses = 8 * entries, .workers = 1, .ports = kInterfaces}, clock_,
                mcfwd::test::ordinary_memory)
                .value()),
      publisher_(interfaces, bridges_, no_bridges_, *table, sender_),
      groups({.clock = clock_,
              .tasks = tasks,
              .interfaces = interfaces,
              .view = counted_view_,
              .boundary = counted_boundaries_,
              .sink = sink_},
             settings) {
    for (std::uint8_t n = 1; n <= kInterfaces; ++n) {
        const IfIndex index{n};
        const Ipv4Prefix address{Ipv4Address(10, n, 0, 1), 16};
        interfaces.put({.name = fmt::format("lan{}", n),
                        .index = index,
                        .port = PortId(static_cast<std::uint16_t>(n - 1)),
                        .vlan = {},
                        .mac = {},
                        .addresses = {address}});
        check(view.add_connected(address, {index, {}}));
    }
    check(groups.start());
    check(igmp.start());
    protocol = groups
                   .register_protocol(
                       {.id = {.protocol = 13, .component = 0}, .name = "dvmrp", .callbacks = counting()})
                   .value();
}

group_manager::Callbacks Scene::counting() {
    group_manager::Callbacks all;
    all.rpf = [this](auto&) { ++counts_.callbacks; };
    all.creation_alert = [this](const auto&) { ++counts_.callbacks; };
    all.join_alert = [this](const auto&) { ++counts_.callbacks; };
    all.prune_alert = [this](auto&) { ++counts_.callbacks; };
    all.wrong_if = [this](const auto&) { ++counts_.callbacks; };
    all.local_join = [this](const auto&) { ++counts_.callbacks; };
    all.local_leave = [this](const auto&) { ++counts_.callbacks; };
    return all;
}

void Scene::check(const Expected<void>& done) {
    if (!done) {
        fmt::print(stderr, "{}\n", done.error().what);
        std::exit(1);
    }
}

void Scene::step(const std::string& what, const std::function<void()>& first) {
    meter_.begin(what, counts_);
    meter_.run(Meter::Part::kTask, first);
    for (bool more = true; more;) {
        meter_.run(Meter::Part::kTask, [this] { tasks.run_one(); });
        meter_.run(Meter::Part::kTable, [&] { more = table->advance(); });
        counts_.versions = table->published().value();
        daemon::sort_freed();
        meter_.run(Meter::Part::kTask, [this] { groups.tick(); });
        more |= !tasks.empty() || is_due();
    }
    meter_.end();
}

bool Scene::is_due() const {
    const auto deadline = groups.next_deadline();
    return deadline && *deadline <= clock_.now();
}

void Scene::tick_while_due() {
    while (is_due()) {
        groups.tick();
    }
}

void Scene::one_by_one(std::uint32_t count, std::function<void(std::uint32_t)> call) {
    go_on(tasks, std::make_shared<std::function<bool()>>([count, call = std::move(call), n = 0U]() mutable {
              call(n);
              return ++n < count;
          }));
}

void Scene::in_batches(std::uint32_t count, std::function<void(std::uint32_t)> call) {
    one_by_one((count + kBatch - 1) / kBatch, [this, count, call = std::move(call)](std::uint32_t batch) {
        const group_manager::GroupManager::Batch all(groups, "many");
        for (std::uint32_t n = batch * kBatch; n < std::min(count, (batch + 1) * kBatch); ++n) {
            call(n);
        }
    });
}

void Scene::serve(std::uint8_t n) {
    igmp::RouterConfig config;
    config.address = Ipv4Address(10, n, 0, 1);
    config.host_rate = 0; // one host does what many would
    check(igmp.add({.name = fmt::format("lan{}", n),
                    .index = IfIndex(n),
                    .port = PortId(static_cast<std::uint16_t>(n - 1)),
                    .vlan = {}},
                   config));
}

std::function<void()> Scene::report(std::uint8_t n, igmp::RecordType type, std::uint32_t number) {
    igmp::ReportV3 report;
    for (std::uint32_t group = 0; group < number; ++group) {
        report.records.push_back({type, group_of(group), {}});
    }
    const auto packets = std::make_shared<const std::vector<std::vector<std::byte>>>(
        igmp::encode(report, Ipv4Address(10, n, 0, 9), 1500));
    return [this, n, packets] {
        one_by_one(static_cast<std::uint32_t>(packets->size()), [this, n, packets](std::uint32_t packet) {
            igmp.receive({.kind = SignalKind::kIgmp,
                          .domain = kRoutedDomain,
                          .port = {},
                          .vlan = {},
                          .interface = IfIndex(n),
                          .source_mac = {},
                          .packet = (*packets)[packet]});
        });
    };
}

void Scene::advance_igmp() {
    if (const auto next = igmp.advance(); next && *next <= clock_.now()) {
        tasks.post([this] { advance_igmp(); });
    }
}

std::function<void()> Scene::take(InterfaceKey x) {
    return [this, x] { check(groups.take_interface_ownership(protocol, x)); };
}

std::function<void()> Scene::release(InterfaceKey x) {
    return [this, x] { check(groups.release_interface_ownership(protocol, x)); };
}

std::function<void()> Scene::down(InterfaceKey x) {
    return [this, x] { check(groups.interface_down(x)); };
}

std::function<void()> Scene::add(SourceGroup key, InterfaceKey x) {
    return [this, key, x] {
        check(groups.add_group_membership(protocol, key, x, group_manager::MembershipFlags::kJoin));
    };
}

std::function<void()> Scene::remove(SourceGroup key, InterfaceKey x) {
    return [this, key, x] {
        check(groups.delete_group_membership(protocol, key, x, group_manager::MembershipFlags::kJoin));
    };
}

void Scene::join_all(std::uint32_t number, InterfaceKey x, Ipv4Address source) {
    one_by_one(number, [this, x, source](std::uint32_t group) { add({group_of(group), source}, x)(); });
}

void Scene::flows(std::uint32_t number) {
    one_by_one(number, [this](std::uint32_t group) { groups.new_packet(flow_of(group), kLan2, {}); });
}

void Scene::clear_counters(const MfibKey& from) {
    if (const auto next = table->clear_counters(from, 4096)) {
        tasks.post([this, next = *next] { clear_counters(next); });
    }
}

Ipv4Address Scene::group_of(std::uint32_t number) {
    return Ipv4Address(Ipv4Address(239, 0, 0, 0).host() + number);
}

} // namespace mcfwd::scale
