// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Device texts and PCI diagnosis.
#include "device.hh"
#include "port_text.hh"

#include <algorithm>
#include <fstream>
#include <net/if.h>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace mcfwd::dataplane {

namespace {

constexpr std::string_view kForms =
    "valid are a PCI address (\"0000:3b:00.0\"), \"af_xdp:INTERFACE\", "
    "\"af_packet:INTERFACE\", or DPDK vdev arguments (\"net_memif0,role=client\")";

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

// "DDDD:BB:DD.F" or "BB:DD.F" -> the former in lower case.
std::optional<std::string> pci_address(std::string_view text) {
    std::string full = text.size() == 7 ? fmt::format("0000:{}", text) : std::string(text);
    const std::string_view view = full;
    if (view.size() != 12 || !is_hex(view.substr(0, 4), 4) || view[4] != ':' ||
        !is_hex(view.substr(5, 2), 2) || view[7] != ':' || !is_hex(view.substr(8, 2), 2) || view[10] != '.' ||
        view[11] < '0' || view[11] > '7') {
        return std::nullopt;
    }
    std::ranges::transform(full, full.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return full;
}

// A name that the kernel can have given to an interface and that is no syntax of DPDK device arguments.
bool is_interface_name(std::string_view name) {
    return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
           name.find_first_of(" \t\n/,=:[]") == std::string_view::npos;
}

std::string first_line(const std::filesystem::path& file) {
    std::string line;
    std::getline(std::ifstream(file), line);
    return line;
}

std::string bound_driver(const std::filesystem::path& device) {
    std::error_code error;
    const auto link = std::filesystem::read_symlink(device / "driver", error);
    return error ? std::string() : link.filename().string();
}

// "0000:3b:00.0 (ixgbe)" of every network controller (PCI class 02).
std::vector<std::string> network_devices(const std::filesystem::path& sysfs) {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(sysfs / "bus/pci/devices", error)) {
        if (first_line(entry.path() / "class").starts_with("0x02")) {
            const std::string driver = bound_driver(entry.path());
            found.push_back(fmt::format("{} ({})", entry.path().filename().string(),
                                        driver.empty() ? "no driver" : driver));
        }
    }
    std::ranges::sort(found);
    return found;
}

std::string how_to_bind(const std::string& address, const std::filesystem::path& sysfs) {
    std::error_code error;
    const bool iommu = !std::filesystem::is_empty(sysfs / "kernel/iommu_groups", error) && !error;
    return fmt::format(
        "'modprobe vfio-pci && {}dpdk-devbind.py -b vfio-pci {}'{}",
        iommu ? "" : "echo 1 > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode && ", address,
        iommu ? ""
              : " (this machine has no IOMMU in use, hence the unsafe mode; or enable it with the "
                "kernel argument intel_iommu=on or amd_iommu=on)");
}

} // namespace

Expected<Device> parse_device(std::string_view text) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view head = text.substr(0, comma);
    Device device{.arguments =
                      std::string(comma < text.size() ? text.substr(comma + 1) : std::string_view())};

    for (const auto& [prefix, kind] : {std::pair{std::string_view("af_xdp:"), DeviceKind::kAfXdp},
                                       std::pair{std::string_view("af_packet:"), DeviceKind::kAfPacket}}) {
        if (head.starts_with(prefix)) {
            head.remove_prefix(prefix.size());
            if (!is_interface_name(head)) {
                return fail(
                    Status::kInvalidParameter,
                    fmt::format("device \"{}\": \"{}\" is no name of a kernel interface", text, head));
            }
            device.kind = kind;
            device.target = head;
            return device;
        }
    }
    if (auto address = pci_address(head)) {
        device.kind = DeviceKind::kPci;
        device.target = *std::move(address);
        return device;
    }
    if (head.empty() || head.find_first_of(" \t\n:/=[]") != std::string_view::npos) {
        return fail(Status::kInvalidParameter, fmt::format("device \"{}\" is malformed: {}", text, kForms));
    }
    device.target = head;
    return device;
}

std::string explain_pci(const std::string& address, std::string_view reason,
                        const std::filesystem::path& sysfs) {
    const auto device = sysfs / "bus/pci/devices" / address;
    if (!std::filesystem::exists(device)) {
        const auto present = network_devices(sysfs);
        return fmt::format("no such PCI device; network devices of this machine: {}",
                           present.empty() ? "none" : listed(present));
    }
    const std::string driver = bound_driver(device);
    if (driver != "vfio-pci" && driver != "uio_pci_generic" && driver != "igb_uio") {
        return fmt::format("it is bound to {}, which DPDK cannot use{}; bind it with {}",
                           driver.empty() ? "no driver" : fmt::format("the kernel driver {}", driver),
                           driver.empty() ? "" : " (and its interface leaves the kernel then)",
                           how_to_bind(address, sysfs));
    }
    return fmt::format("it is bound to {}, but no driver of DPDK took it (vendor {} device {}){}{}", driver,
                       first_line(device / "vendor"), first_line(device / "device"),
                       reason.empty() ? "" : ": ", reason);
}

} // namespace mcfwd::dataplane
