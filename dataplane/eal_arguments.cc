// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The only place that knows EAL's options.
#include "eal_arguments.hh"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "device.hh"
#include "port_text.hh"

namespace mcfwd::dataplane {

namespace {

constexpr std::size_t kHugepageMb = 2;

// "hugepages-2048kB" -> 2048.
std::size_t page_kb(const std::string& directory) {
    constexpr std::string_view kPrefix = "hugepages-";
    std::size_t kb = 0;
    if (directory.starts_with(kPrefix)) {
        std::from_chars(directory.data() + kPrefix.size(), directory.data() + directory.size(), kb);
    }
    return kb;
}

std::string how_to_get_hugepages(const EalSettings& settings) {
    return fmt::format(
        "allocate them with 'echo {} > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'",
        (settings.memory_mb + kHugepageMb - 1) / kHugepageMb);
}

} // namespace

std::size_t free_hugepages_mb(const std::filesystem::path& sysfs) {
    std::size_t kb = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(sysfs / "kernel/mm/hugepages", error)) {
        std::size_t pages = 0;
        std::ifstream(entry.path() / "free_hugepages") >> pages;
        kb += pages * page_kb(entry.path().filename());
    }
    return kb / 1024;
}

Expected<Pages> choose_pages(const EalSettings& settings, std::size_t free_mb) {
    if (settings.memory == MemoryMode::kNoHuge) {
        return Pages::kOrdinary;
    }
    if (free_mb >= settings.memory_mb) {
        return Pages::kHuge;
    }
    if (settings.memory == MemoryMode::kAuto) {
        return Pages::kOrdinary;
    }
    return fail(
        Status::kNotEnoughMemory,
        fmt::format("memory = \"hugepages\" needs {} MiB of free hugepages and there are {} MiB: {}, or use "
                    "memory = \"auto\"",
                    settings.memory_mb, free_mb, how_to_get_hugepages(settings)));
}

Expected<void> check_cores(const EalSettings& settings, const std::vector<unsigned>& usable) {
    const auto check = [&usable](std::string_view what, unsigned core) -> Expected<void> {
        if (std::ranges::find(usable, core) == usable.end()) {
            return fail(Status::kInvalidParameter, fmt::format("{} {}: this process may run on CPUs {} only",
                                                               what, core, listed(usable)));
        }
        return {};
    };
    if (settings.worker_cores.empty()) {
        return fail(Status::kInvalidParameter, "worker_cores is empty: at least one worker is needed");
    }
    Expected<void> good = check("main_core", settings.main_core);
    for (const unsigned core : settings.worker_cores) {
        if (good) {
            good = check("worker core", core);
        }
    }
    return good;
}

std::vector<std::string> eal_arguments(const EalSettings& settings, Pages pages) {
    std::string lcores = fmt::format("0@{}", settings.main_core);
    for (std::size_t worker = 0; worker < settings.worker_cores.size(); ++worker) {
        lcores += fmt::format(",{}@{}", worker + 1, settings.worker_cores[worker]);
    }
    std::vector<std::string> arguments{
        "mcfwd", "--lcores", lcores, "--main-lcore", "0", "-m", fmt::to_string(settings.memory_mb)};
    // Neither form leaves files behind or shares any with another process. The two exclude each other.
    if (pages == Pages::kHuge) {
        arguments.emplace_back("--in-memory");
    } else {
        arguments.insert(arguments.end(), {"--no-huge", "--no-shconf"});
    }
    arguments.emplace_back("--no-telemetry");

    bool pci = false;
    for (const std::string& text : settings.devices) {
        if (const auto device = parse_device(text); device && device->kind == DeviceKind::kPci) {
            arguments.insert(arguments.end(), {"-a", device->devargs()});
            pci = true;
        }
    }
    if (!pci) {
        // No device needs physical addresses; with virtual ones buffers may lie across pages.
        arguments.insert(arguments.end(), {"--no-pci", "--iova-mode=va"});
    }
    arguments.insert(arguments.end(), settings.extra.begin(), settings.extra.end());
    return arguments;
}

} // namespace mcfwd::dataplane
