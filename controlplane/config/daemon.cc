// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// [daemon] and [dataplane]: the process, its cores and its memory.
#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>

#include <fmt/format.h>

#include "reader.hh"
#include "rules.hh"
#include "sections.hh"

namespace mcfwd::config {

namespace {

/// Room for a path in sockaddr_un, without the final NUL.
constexpr std::size_t kLongestSocketPath = 107;
constexpr std::int64_t kHighestCore = 1023;
constexpr std::int64_t kMostEntries = 4'000'000; // of the forwarding table: its slots count in 24 bits

std::optional<std::string> parse_socket(std::string_view text) {
    const bool fits =
        text.size() > 1 && text.size() <= kLongestSocketPath && text.front() == '/' && text.back() != '/';
    return fits ? parse_printable(text) : std::nullopt;
}
constexpr TextRule<std::string> kSocket{parse_socket, "an absolute path of at most 107 octets"};
constexpr TextRule<std::string> kEalArgument{parse_printable,
                                             "one EAL argument such as \"--log-level=pmd:debug\""};

/// EAL arguments that mcfwd itself derives from the other keys.
bool is_ours(std::string_view argument) {
    constexpr std::array<std::string_view, 7> kOurs{"-l",           "-c",        "-s",         "--lcores",
                                                    "--main-lcore", "--no-huge", "--in-memory"};
    return std::ranges::any_of(kOurs, [&](std::string_view ours) { return argument.starts_with(ours); });
}

void check_cores(const Node& table, const Dataplane& dataplane, Findings& findings) {
    const Node& cores = table.at({"worker_cores"});
    if (dataplane.worker_cores.empty()) {
        findings.error(cores, "worker_cores is empty", "at least one core");
    }
    std::set<unsigned> seen;
    for (std::size_t i = 0; i < dataplane.worker_cores.size(); ++i) {
        const Node& core = table.at({"worker_cores", i});
        if (findings.sound(core) && !seen.insert(dataplane.worker_cores[i]).second) {
            findings.error(core, "core has a worker already", "each core once");
        }
    }
    const Node* main_core = table.find("main_core");
    const Node& shared = main_core != nullptr ? *main_core : cores;
    if (dataplane.poll == Poll::kBusy && seen.contains(dataplane.main_core) && findings.sound(shared)) {
        findings.warning(shared.position, "main_core is a worker core too",
                         fmt::format("{}", dataplane.main_core),
                         "a core of its own, or poll = \"adaptive\" on small machines");
    }
}

} // namespace

void read_daemon(const Node& table, Daemon& daemon, Findings& findings) {
    TableReader reader(table, "[daemon]", findings);
    reader.text("socket", daemon.socket, kSocket);
    reader.choice("log_level", daemon.log_level);
    reader.refuse_unknown();
}

void read_dataplane(const Node& table, Dataplane& dataplane, Findings& findings) {
    TableReader reader(table, "[dataplane]", findings);
    reader.integer("main_core", dataplane.main_core, {0, kHighestCore});
    reader.integers("worker_cores", dataplane.worker_cores, {0, kHighestCore});
    reader.choice("poll", dataplane.poll);
    reader.choice("memory", dataplane.memory);
    reader.integer("mfib_entries", dataplane.mfib_entries, {1, kMostEntries});
    reader.texts("eal", dataplane.eal, kEalArgument);
    reader.refuse_unknown();

    check_cores(table, dataplane, findings);
    for (std::size_t i = 0; i < dataplane.eal.size(); ++i) {
        if (is_ours(dataplane.eal[i])) {
            findings.warning(table.at({"eal", i}), "this EAL argument follows from other keys of [dataplane]",
                             "main_core, worker_cores and memory instead");
        }
    }
}

} // namespace mcfwd::config
