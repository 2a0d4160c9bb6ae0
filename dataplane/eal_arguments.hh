// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From settings to EAL's argument vector, without starting anything. Used by Eal and its tests.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <mcfwd/result.hh>

#include "eal.hh"

namespace mcfwd::dataplane {

enum class Pages { kHuge, kOrdinary };

/// Free hugepages of all sizes in MiB, as /sys/kernel/mm/hugepages says.
[[nodiscard]] std::size_t free_hugepages_mb(const std::filesystem::path& sysfs = "/sys");

/// What `settings.memory` means when `free_mb` MiB of hugepages are free. kHugepages without enough of them
/// is kNotEnoughMemory with the figures and the command that allocates them.
[[nodiscard]] Expected<Pages> choose_pages(const EalSettings& settings, std::size_t free_mb);

/// kInvalidParameter unless every core is in `usable` (CPUs that this process may run on).
[[nodiscard]] Expected<void> check_cores(const EalSettings& settings, const std::vector<unsigned>& usable);

/// The complete argument vector. The control thread becomes lcore 0, worker i lcore i + 1, each bound to its
/// CPU; so workers may share a CPU with each other or with the control thread.
[[nodiscard]] std::vector<std::string> eal_arguments(const EalSettings& settings, Pages pages);

} // namespace mcfwd::dataplane
