// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Joins what DPDK and libbpf print into our log, and holds their complaints back while an operation runs
// whose failure we explain ourselves.
#pragma once

#include <string>
#include <vector>

#include <mcfwd/result.hh>

namespace mcfwd::dataplane {

/// While one lives, warnings and errors that DPDK and libbpf write on this thread are collected instead of
/// logged. They go to the log at debug level when it ends. May be nested; the innermost collects.
class Complaints {
  public:
    Complaints();
    ~Complaints();
    Complaints(const Complaints&) = delete;
    Complaints& operator=(const Complaints&) = delete;

    void add(std::string line);
    [[nodiscard]] bool contain(std::string_view part) const;
    /// All lines, joined by "; ".
    [[nodiscard]] std::string text() const;

  private:
    std::vector<std::string> lines_;
    Complaints* outer_;
};

/// DPDK's log stream and libbpf's print function end in spdlog while it lives. One at a time.
class JoinedLogs {
  public:
    [[nodiscard]] static Expected<JoinedLogs> create();
    JoinedLogs(JoinedLogs&& other) noexcept;
    JoinedLogs& operator=(JoinedLogs&& other) noexcept;
    ~JoinedLogs();

  private:
    explicit JoinedLogs(void* stream) : stream_(stream) {}
    void* stream_; // FILE*
};

/// Runs `call` with this process's standard output and standard error in temporary files, then passes on what
/// others wrote. Returns what EAL itself printed on standard error: it reports bad arguments nowhere else.
/// Only while starting, when no other thread prints much.
[[nodiscard]] std::string capture_eal_output(int (*call)(void*), void* argument, int& result);

} // namespace mcfwd::dataplane
