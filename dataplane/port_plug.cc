// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Hot-plug by name: after EAL has started, so that each failure belongs to one port.
#include "port_plug.hh"

#include <utility>

#include <fmt/format.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "eal_log.hh"

namespace mcfwd::dataplane {

namespace {
constexpr std::uint16_t kGone = RTE_MAX_ETHPORTS;
}

Expected<EthernetDevice> EthernetDevice::plug(std::string bus, std::string name,
                                              const std::string& arguments) {
    std::uint16_t number = kGone;
    if (rte_eth_dev_get_port_by_name(name.c_str(), &number) == 0) {
        return EthernetDevice(bus == "pci" ? std::move(bus) : std::string(), std::move(name), number);
    }
    if (const int result = rte_eal_hotplug_add(bus.c_str(), name.c_str(), arguments.c_str()); result != 0) {
        return fail(Status::kNotFound,
                    fmt::format("DPDK cannot make device {} ({})", name, rte_strerror(-result)));
    }
    if (rte_eth_dev_get_port_by_name(name.c_str(), &number) != 0) {
        rte_eal_hotplug_remove(bus.c_str(), name.c_str());
        return fail(Status::kInvalidParameter, fmt::format("device {} is no Ethernet device", name));
    }
    return EthernetDevice(std::move(bus), std::move(name), number);
}

EthernetDevice::EthernetDevice(EthernetDevice&& other) noexcept
    : bus_(std::move(other.bus_)),
      name_(std::move(other.name_)),
      number_(std::exchange(other.number_, kGone)),
      started_(other.started_) {}

EthernetDevice::~EthernetDevice() {
    if (number_ == kGone) {
        return;
    }
    const Complaints about_devices_that_are_gone;
    if (started_) {
        rte_eth_dev_stop(number_);
    }
    rte_eth_dev_close(number_);
    if (!bus_.empty()) {
        rte_eal_hotplug_remove(bus_.c_str(), name_.c_str());
    }
}

int EthernetDevice::start() {
    const int result = rte_eth_dev_start(number_);
    started_ = result == 0;
    return result;
}

} // namespace mcfwd::dataplane
