// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Foreign logs into ours.
#include "eal_log.hh"
#include "port_text.hh"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#include <bpf/libbpf.h>
#include <rte_log.h>
#include <spdlog/spdlog.h>

namespace mcfwd::dataplane {

namespace {

thread_local Complaints* collector = nullptr;

std::string_view trimmed(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \r\n\t");
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

void deliver(spdlog::level::level_enum level, std::string_view source, std::string_view text) {
    text = trimmed(text);
    if (text.empty()) {
        return;
    }
    if (collector != nullptr && level >= spdlog::level::warn) {
        collector->add(fmt::format("{}: {}", source, text));
        return;
    }
    spdlog::log(level, "{}: {}", source, text);
}

// DPDK's "notice" is chatter for us; its "info" tells details of the machine.
spdlog::level::level_enum level_of(int rte_level) {
    switch (rte_level) {
    case RTE_LOG_EMERG:
    case RTE_LOG_ALERT:
    case RTE_LOG_CRIT:
        return spdlog::level::critical;
    case RTE_LOG_ERR:
        return spdlog::level::err;
    case RTE_LOG_WARNING:
        return spdlog::level::warn;
    case RTE_LOG_NOTICE:
        return spdlog::level::info;
    default:
        return spdlog::level::debug;
    }
}

// rte_vlog prints a message and flushes, so the buffered stream hands over whole messages.
ssize_t write_dpdk(void* /*cookie*/, const char* text, std::size_t size) {
    deliver(level_of(rte_log_cur_msg_loglevel()), "dpdk", {text, size});
    return static_cast<ssize_t>(size);
}

int print_libbpf(libbpf_print_level level, const char* format, va_list arguments) {
    std::array<char, 512> text{};
    const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
    std::string_view message(text.data());
    message.remove_prefix(message.starts_with("libbpf: ") ? std::string_view("libbpf: ").size() : 0);
    deliver(level == LIBBPF_WARN ? spdlog::level::warn : spdlog::level::trace, "libbpf", message);
    return size;
}

// A standard stream that goes to memory until it is ended.
class Diverted {
  public:
    explicit Diverted(int descriptor)
        : descriptor_(descriptor),
          original_(dup(descriptor)),
          memory_(memfd_create("mcfwd-output", MFD_CLOEXEC)) {
        if (original_ >= 0 && memory_ >= 0) {
            dup2(memory_, descriptor_);
        }
    }

    std::string end() {
        std::string text;
        if (original_ >= 0 && memory_ >= 0) {
            dup2(original_, descriptor_);
            text.resize(static_cast<std::size_t>(std::max<off_t>(lseek(memory_, 0, SEEK_END), 0)));
            text.resize(
                static_cast<std::size_t>(std::max<ssize_t>(pread(memory_, text.data(), text.size(), 0), 0)));
        }
        close(original_);
        close(memory_);
        return text;
    }

  private:
    int descriptor_;
    int original_;
    int memory_;
};

} // namespace

Complaints::Complaints() : outer_(std::exchange(collector, this)) {}

Complaints::~Complaints() {
    collector = outer_;
    for (const std::string& line : lines_) {
        spdlog::debug("{}", line);
    }
}

void Complaints::add(std::string line) {
    lines_.push_back(std::move(line));
}

bool Complaints::contain(std::string_view part) const {
    return std::ranges::any_of(lines_, [part](const std::string& line) { return line.contains(part); });
}

std::string Complaints::text() const {
    return listed(lines_, "; ");
}

Expected<JoinedLogs> JoinedLogs::create() {
    FILE* stream =
        fopencookie(nullptr, "w", {.read = nullptr, .write = write_dpdk, .seek = nullptr, .close = nullptr});
    if (stream == nullptr || rte_openlog_stream(stream) != 0) {
        return fail(Status::kNotEnoughMemory, "no memory for the log stream of DPDK");
    }
    libbpf_set_print(print_libbpf);
    return JoinedLogs(stream);
}

JoinedLogs::JoinedLogs(JoinedLogs&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}

JoinedLogs& JoinedLogs::operator=(JoinedLogs&& other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
}

JoinedLogs::~JoinedLogs() {
    if (stream_ != nullptr) {
        rte_openlog_stream(nullptr);
        std::fclose(static_cast<FILE*>(stream_));
    }
}

std::string capture_eal_output(int (*call)(void*), void* argument, int& result) {
    std::fflush(stdout);
    std::fflush(stderr);
    Diverted output(STDOUT_FILENO);
    Diverted errors(STDERR_FILENO);
    result = call(argument);
    std::fflush(stdout);
    std::fflush(stderr);
    const std::string printed = output.end();
    const std::string complained = errors.end();
    if (result >= 0) { // nothing failed: all of it was meant for the user
        std::fputs(printed.c_str(), stdout);
        std::fputs(complained.c_str(), stderr);
        return {};
    }
    std::string reason;
    for (std::size_t at = 0; at < complained.size();) {
        const std::size_t end = std::min(complained.find('\n', at), complained.size());
        const std::string_view line = std::string_view(complained).substr(at, end - at);
        if (line.starts_with("EAL: ") || line.starts_with("mcfwd: ")) {
            reason += fmt::format("{}{}", reason.empty() ? "" : "; ", line.substr(line.find(' ') + 1));
        } else if (!line.empty()) {
            fmt::print(stderr, "{}\n", line);
        }
        at = end + 1;
    }
    return reason;
}

} // namespace mcfwd::dataplane
