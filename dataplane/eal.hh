// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Starts and ends DPDK's environment: memory, cores, log. The one place where EAL arguments are made.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include "dataplane.hh" // MemoryMode

namespace mcfwd::dataplane {

struct EalSettings {
    unsigned main_core = 0;             ///< CPU of the control thread, the one that calls `Eal::create`
    std::vector<unsigned> worker_cores; ///< one worker each; a CPU may be named twice or be the main core
    MemoryMode memory = MemoryMode::kAuto;
    std::size_t memory_mb = 512;      ///< what packet buffers and tables need together
    std::vector<std::string> devices; ///< `device` of every configured port; the PCI ones are allow-listed
    std::vector<std::string> extra;   ///< further EAL arguments, appended verbatim
};

/// DPDK's environment, once per process (DPDK cannot be started a second time, also not after it ended).
/// Create and destroy on the same thread; it gets bound to `main_core`. Everything made of DPDK memory must
/// be gone before it is destroyed.
class Eal {
  public:
    /// The message of the error says what to do. Errors: kInvalidParameter (cores, EAL arguments),
    /// kNotEnoughMemory (hugepages), kCanNotComplete (not root, started before).
    [[nodiscard]] static Expected<Eal> create(const EalSettings& settings);

    Eal(Eal&&) noexcept;
    Eal& operator=(Eal&&) noexcept;
    ~Eal();

    /// DPDK's lcore number of a worker, for `rte_eal_remote_launch`. Workers are numbered as `worker_cores`.
    [[nodiscard]] unsigned lcore(WorkerId worker) const;
    /// CPU on which that worker runs.
    [[nodiscard]] unsigned core(WorkerId worker) const;
    [[nodiscard]] std::size_t workers() const;
    /// Whether packet buffers and tables are in hugepages.
    [[nodiscard]] bool hugepages() const;

  private:
    struct State;
    explicit Eal(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace mcfwd::dataplane
