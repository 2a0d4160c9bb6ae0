// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One thread, two inputs: commands and frames.
#include "receive.hh"

#include <array>
#include <csignal>
#include <sstream>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "membership.hh"
#include "membership_watch.hh"
#include "pacer.hh"
#include "report.hh"
#include "wire_audit.hh"
#include "wire_tap.hh"

namespace mcfwd::lab {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

volatile std::sig_atomic_t g_stop = 0;

class Receiver {
  public:
    Receiver(const ReceiveOptions& options, WireTap tap)
        : tap_(std::move(tap)),
          audit_({.ttl = options.ttl, .vlan = options.vlan}),
          memberships_(options.interface),
          watch_(options.quiet_ms * kMillisecond),
          leave_grace_ns_(options.leave_grace_ms * kMillisecond) {}

    void run();

  private:
    void read_commands();
    void obey(const std::string& line);
    void change_membership(const std::string& verb, Ipv4Address group, Ipv4Address source);
    [[nodiscard]] Expected<void> join(Ipv4Address group, Ipv4Address source);
    [[nodiscard]] Expected<void> leave(Ipv4Address group, Ipv4Address source);
    void watch_wire();
    void see(const TapFrame& seen);

    WireTap tap_;
    WireAudit audit_;
    Memberships memberships_;
    MembershipWatch watch_;
    std::int64_t leave_grace_ns_;
    std::string input_;
    bool done_ = false;
};

void Receiver::run() {
    constexpr int kQuietCheckMs = 50;
    report_ready();
    while (!done_ && g_stop == 0) {
        std::array<pollfd, 2> inputs{{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                      {.fd = tap_.fd(), .events = POLLIN, .revents = 0}}};
        poll(inputs.data(), inputs.size(), kQuietCheckMs);
        watch_wire();
        if (inputs[0].revents != 0) {
            read_commands();
        }
    }
    watch_wire();
    report_flows(audit_);
    report_stats(audit_, tap_.missed(), monotonic_ns());
}

void Receiver::watch_wire() {
    tap_.drain([this](const TapFrame& seen) { see(seen); });
    for (const auto& quiet : watch_.gone_quiet(monotonic_ns())) {
        report_quiet(quiet);
    }
}

void Receiver::see(const TapFrame& seen) {
    const Frame frame = read_frame(seen.bytes);
    if (seen.outgoing) {
        if (frame.kind == FrameKind::kIgmp) {
            watch_.see_report(groups_in_report(frame.igmp), seen.time_ns);
        }
        return;
    }
    audit_.see(frame, seen.bytes.size(), seen.vlan, seen.time_ns);
    if (frame.kind == FrameKind::kData) {
        if (const auto first = watch_.see_data(frame.group, frame.source, seen.time_ns)) {
            report_first_data(*first);
        }
    }
}

void Receiver::read_commands() {
    std::array<char, 4096> chunk{};
    const ssize_t got = read(STDIN_FILENO, chunk.data(), chunk.size());
    done_ = done_ || got <= 0;
    input_.append(chunk.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    for (std::size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
        obey(input_.substr(0, end));
        input_.erase(0, end + 1);
    }
}

void Receiver::obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    std::string group_text;
    std::string source_text;
    words >> verb >> group_text >> source_text;
    if (verb == "stats") {
        report_stats(audit_, tap_.missed(), monotonic_ns());
    } else if (verb == "flows") {
        report_flows(audit_);
    } else if (verb == "quit") {
        done_ = true;
    } else {
        const auto group = Ipv4Address::parse(group_text);
        const auto source = source_text.empty() ? kAnySource : Ipv4Address::parse(source_text);
        if (group && group->is_multicast() && source) {
            change_membership(verb, *group, *source);
        } else {
            report_error(fmt::format("no such command: {}", line));
        }
    }
}

void Receiver::change_membership(const std::string& verb, Ipv4Address group, Ipv4Address source) {
    Expected<void> result;
    std::string_view event = "joined";
    if (verb == "join") {
        result = join(group, source);
    } else if (verb == "leave") {
        event = "left";
        result = leave(group, source);
    } else if (verb == "want") {
        event = "wanted";
        audit_.want(group, source, Asker::kNeighbour);
    } else if (verb == "unwant") {
        event = "unwanted";
        audit_.unwant(group, source, Asker::kNeighbour, monotonic_ns() + leave_grace_ns_);
    } else {
        result = fail(Status::kInvalidParameter, fmt::format("no such command: {}", verb));
    }
    if (result) {
        report_membership(event, group, source);
    } else {
        report_error(result.error().what);
    }
}

Expected<void> Receiver::join(Ipv4Address group, Ipv4Address source) {
    audit_.want(group, source, Asker::kThisHost);
    watch_.joining(group, source);
    return memberships_.join(group, source);
}

Expected<void> Receiver::leave(Ipv4Address group, Ipv4Address source) {
    watch_.leaving(group, source);
    audit_.unwant(group, source, Asker::kThisHost, monotonic_ns() + leave_grace_ns_);
    return memberships_.leave(group, source);
}

} // namespace

int run_receive(const ReceiveOptions& options) {
    auto tap = WireTap::create(options.interface);
    if (!tap) {
        report_error(tap.error().what);
        return 1;
    }
    for (const int signal : {SIGINT, SIGTERM}) {
        std::signal(signal, [](int) { g_stop = 1; });
    }
    Receiver(options, std::move(*tap)).run();
    return 0;
}

} // namespace mcfwd::lab
