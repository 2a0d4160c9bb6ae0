// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the `device` text of a port means, and what to tell its user when it cannot be opened. Reads sysfs,
// opens nothing; Port does that.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <mcfwd/result.hh>

namespace mcfwd::dataplane {

enum class DeviceKind {
    kAfXdp,    ///< kernel interface through an AF_XDP socket
    kAfPacket, ///< kernel interface through a packet socket
    kPci,      ///< NIC driven by DPDK itself
    kVdev,     ///< DPDK virtual device, or an Ethernet device that the process has already
};

struct Device {
    DeviceKind kind = DeviceKind::kVdev;
    std::string target;    ///< interface name, PCI address with domain, or name of the virtual device
    std::string arguments; ///< of the driver, "key=value,...", may be empty

    /// "TARGET" or "TARGET,ARGUMENTS".
    [[nodiscard]] std::string devargs() const {
        return arguments.empty() ? target : target + "," + arguments;
    }
    [[nodiscard]] bool is_kernel_interface() const {
        return kind == DeviceKind::kAfXdp || kind == DeviceKind::kAfPacket;
    }
    bool operator==(const Device&) const = default;
};

/// kInvalidParameter with the valid forms when `text` is none of them.
[[nodiscard]] Expected<Device> parse_device(std::string_view text);

/// Why a PCI device cannot be used and how to change that: no such device (which NICs there are), bound to a
/// kernel driver (how to bind it), no driver in DPDK. `reason` is what DPDK said, may be empty.
[[nodiscard]] std::string explain_pci(const std::string& address, std::string_view reason,
                                      const std::filesystem::path& sysfs = "/sys");

} // namespace mcfwd::dataplane
