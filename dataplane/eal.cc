// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Start and end of DPDK's environment.
#include "eal.hh"

#include <sched.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <spdlog/spdlog.h>

#include "eal_arguments.hh"
#include "eal_log.hh"
#include "port_text.hh"

namespace mcfwd::dataplane {

namespace {

std::vector<unsigned> usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<unsigned> cpus;
    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &set)) {
                cpus.push_back(cpu);
            }
        }
    }
    return cpus;
}

// rte_eal_init wants char**, may reorder it and keeps no pointer into it.
int call_eal_init(void* arguments) {
    auto& list = *static_cast<std::vector<std::string>*>(arguments);
    std::vector<char*> argv;
    for (std::string& argument : list) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    return rte_eal_init(static_cast<int>(list.size()), argv.data());
}

Error explain_failure(int error, const std::string& reason, const std::vector<std::string>& arguments) {
    const std::string said = reason.empty() ? std::string(rte_strerror(error)) : reason;
    if (error == EALREADY) {
        return {Status::kCanNotComplete,
                "DPDK's EAL was started before in this process and cannot start again"};
    }
    if (error == EINVAL) {
        return {
            Status::kInvalidParameter,
            fmt::format(
                "DPDK's EAL refused its arguments ({}); they were: {}. Correct `eal` of [dataplane] or what "
                "follows -- on the command line",
                said, listed(arguments, " "))};
    }
    const char* hint =
        geteuid() == 0 ? "" : "; not running as root, which ports and hugepages need: use sudo";
    return {
        error == ENOMEM ? Status::kNotEnoughMemory : Status::kCanNotComplete,
        fmt::format("DPDK's EAL did not start ({}); arguments: {}{}", said, listed(arguments, " "), hint)};
}

} // namespace

struct Eal::State {
    JoinedLogs logs;
    std::vector<unsigned> worker_cores;
    Pages pages;
    bool running = false;

    ~State() {
        if (running) {
            rte_eal_cleanup();
        }
    }
};

Expected<Eal> Eal::create(const EalSettings& settings) {
    if (auto good = check_cores(settings, usable_cpus()); !good) {
        return std::unexpected(good.error());
    }
    const std::size_t free_mb = free_hugepages_mb();
    const auto pages = choose_pages(settings, free_mb);
    if (!pages) {
        return std::unexpected(pages.error());
    }
    if (settings.memory == MemoryMode::kAuto && *pages == Pages::kOrdinary) {
        spdlog::warn(
            "memory mode=no-huge free_hugepages_mb={} needed_mb={}: works, but slower and without PCI ports; "
            "for hugepages 'echo {} > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'",
            free_mb, settings.memory_mb, (settings.memory_mb + 1) / 2);
    }
    auto logs = JoinedLogs::create();
    if (!logs) {
        return std::unexpected(logs.error());
    }
    auto state = std::make_unique<State>(std::move(*logs), settings.worker_cores, *pages);

    const std::vector<std::string> arguments = eal_arguments(settings, *pages);
    spdlog::debug("eal arguments=\"{}\"", listed(arguments, " "));
    Complaints complaints;
    std::vector<std::string> scratch = arguments;
    int result = 0;
    std::string printed = capture_eal_output(call_eal_init, &scratch, result);
    if (result < 0) {
        const std::string logged = complaints.text();
        return std::unexpected(
            explain_failure(rte_errno, logged.empty() ? printed : printed + "; " + logged, arguments));
    }
    state->running = true;
    return Eal(std::move(state));
}

Eal::Eal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Eal::Eal(Eal&&) noexcept = default;
Eal& Eal::operator=(Eal&&) noexcept = default;
Eal::~Eal() = default;

unsigned Eal::lcore(WorkerId worker) const {
    return worker.value() + 1U;
}

unsigned Eal::core(WorkerId worker) const {
    return state_->worker_cores.at(worker.value());
}

std::size_t Eal::workers() const {
    return state_->worker_cores.size();
}

bool Eal::hugepages() const {
    return state_->pages == Pages::kHuge;
}

} // namespace mcfwd::dataplane
