// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Owner of a DPDK Ethernet device: found or plugged in, stopped and removed at the end.
#pragma once

#include <cstdint>
#include <string>

#include <mcfwd/result.hh>

namespace mcfwd::dataplane {

class EthernetDevice {
  public:
    /// The device `name` if the process has it (then it is taken over), else a new one on `bus` ("pci",
    /// "vdev"). The error has DPDK's words only.
    [[nodiscard]] static Expected<EthernetDevice> plug(std::string bus, std::string name,
                                                       const std::string& arguments);

    EthernetDevice(EthernetDevice&& other) noexcept;
    EthernetDevice& operator=(EthernetDevice&&) = delete;
    ~EthernetDevice();

    [[nodiscard]] std::uint16_t number() const { return number_; }
    [[nodiscard]] int start();

  private:
    EthernetDevice(std::string bus, std::string name, std::uint16_t number)
        : bus_(std::move(bus)),
          name_(std::move(name)),
          number_(number) {}
    std::string bus_; // empty: not plugged in by us
    std::string name_;
    std::uint16_t number_;
    bool started_ = false;
};

} // namespace mcfwd::dataplane
