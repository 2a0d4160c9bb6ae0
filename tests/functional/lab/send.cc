// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One socket per source address, one sendmmsg per burst and socket.
#include "send.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <map>
#include <span>
#include <string_view>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "pacer.hh"
#include "probe.hh"
#include "report.hh"

namespace mcfwd::lab {
namespace {

constexpr std::size_t kBurst = 64;

volatile std::sig_atomic_t g_stop = 0;

[[nodiscard]] sockaddr_in socket_address(Ipv4Address address, std::uint16_t port) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = address.to_network();
    in.sin_port = htons(port);
    return in;
}

[[nodiscard]] Expected<int> open_source(Ipv4Address source, std::uint8_t ttl) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int hops = ttl;
    const int loop = 0;
    const int room = 4 << 20;
    const in_addr interface{.s_addr = source.to_network()};
    const sockaddr_in address = socket_address(source, 0);
    if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops) != 0 ||
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) != 0) {
        return fail(Status::kCanNotComplete,
                    fmt::format("cannot send from {}: {}", source, std::strerror(errno)));
    }
    return fd;
}

/// The messages of one burst from one source address.
class Burst {
  public:
    Burst(int fd, std::size_t payload) : fd_(fd), payload_(payload), bytes_(kBurst * payload) {
        for (std::size_t i = 0; i < kBurst; ++i) {
            const std::span<std::byte> buffer = payload_at(i);
            write_padding(buffer);
            parts_[i] = {.iov_base = buffer.data(), .iov_len = buffer.size()};
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
            messages_[i].msg_hdr.msg_name = &targets_[i];
            messages_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
        }
    }

    void add(const SendFlow& flow, std::uint32_t id) {
        targets_[used_] = socket_address(flow.group, flow.port);
        write_probe(payload_at(used_), {.flow = id, .sequence = flow.sent, .sent_ns = monotonic_ns()});
        if (++used_ == kBurst) {
            flush();
        }
    }

    /// The kernel's send buffer makes us wait rather than lose something.
    void flush() {
        for (std::size_t done = 0; done < used_ && ok_;) {
            const int sent = sendmmsg(fd_, &messages_[done], static_cast<unsigned>(used_ - done), 0);
            if (sent < 0 && errno != EINTR) {
                report_error(fmt::format("send: {}", std::strerror(errno)));
                ok_ = false;
            }
            done += sent > 0 ? static_cast<std::size_t>(sent) : 0;
        }
        used_ = 0;
    }
    [[nodiscard]] bool ok() const { return ok_; }

  private:
    [[nodiscard]] std::span<std::byte> payload_at(std::size_t i) {
        return std::span(bytes_).subspan(i * payload_, payload_);
    }

    int fd_;
    std::size_t payload_;
    std::size_t used_ = 0;
    bool ok_ = true;
    std::vector<std::byte> bytes_;
    std::array<iovec, kBurst> parts_{};
    std::array<sockaddr_in, kBurst> targets_{};
    std::array<mmsghdr, kBurst> messages_{};
};

/// True when standard input says so (`word`) or ends.
[[nodiscard]] bool told(std::string_view word, int timeout_ms) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (poll(&input, 1, timeout_ms) <= 0) {
        return g_stop != 0;
    }
    std::array<char, 64> line{};
    const ssize_t got = read(STDIN_FILENO, line.data(), line.size());
    return got <= 0 || std::string_view(line.data(), static_cast<std::size_t>(got)).starts_with(word);
}

void send_paced(SendOptions& options, std::map<Ipv4Address, Burst>& bursts) {
    const std::uint64_t total = options.count * options.flows.size();
    std::size_t turn = 0;
    std::uint64_t sent = 0;
    std::int64_t next_look_ns = 0;
    const auto all_ok = [&] {
        return std::ranges::all_of(bursts, [](const auto& burst) { return burst.second.ok(); });
    };
    Pacer pacer(options.rate, monotonic_ns());
    while (g_stop == 0 && (total == 0 || sent < total) && all_ok()) {
        const std::int64_t now = monotonic_ns();
        if (options.controlled && now >= next_look_ns) {
            next_look_ns = now + 20'000'000;
            if (told("stop", 0)) {
                break;
            }
        }
        const std::uint64_t due = total == 0 ? pacer.due(now) : std::min(pacer.due(now), total - sent);
        for (std::uint64_t i = 0; i < due; ++i) {
            SendFlow& flow = options.flows[turn];
            bursts.at(flow.source).add(flow, static_cast<std::uint32_t>(turn));
            ++flow.sent;
            turn = (turn + 1) % options.flows.size();
        }
        for (auto& [source, burst] : bursts) {
            burst.flush();
        }
        sent += due;
        pacer.sent(due, now);
        sleep_until(pacer.next_ns());
    }
}

} // namespace

Expected<SendFlow> parse_flow(const std::string& text) {
    const std::string_view all = text;
    const std::size_t first = all.find(',');
    const std::size_t second = first == std::string_view::npos ? first : all.find(',', first + 1);
    if (second != std::string_view::npos) {
        const auto source = Ipv4Address::parse(all.substr(0, first));
        const auto group = Ipv4Address::parse(all.substr(first + 1, second - first - 1));
        const std::string_view digits = all.substr(second + 1);
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (source && group && group->is_multicast() && error == std::errc{} &&
            end == digits.data() + digits.size()) {
            return SendFlow{.source = *source, .group = *group, .port = port};
        }
    }
    return fail(Status::kInvalidParameter, fmt::format("'{}' is no flow: SOURCE,GROUP,PORT", text));
}

int run_send(SendOptions options) {
    std::map<Ipv4Address, Burst> bursts;
    for (const SendFlow& flow : options.flows) {
        if (!bursts.contains(flow.source)) {
            const auto fd = open_source(flow.source, options.ttl);
            if (!fd) {
                report_error(fd.error().what);
                return 1;
            }
            bursts.try_emplace(flow.source, *fd, std::max(options.payload, kProbeOctets));
        }
    }
    for (const int signal : {SIGINT, SIGTERM}) {
        std::signal(signal, [](int) { g_stop = 1; });
    }
    report_ready();
    while (options.controlled && !told("start", -1)) {
    }
    const std::int64_t start = monotonic_ns();
    send_paced(options, bursts);
    report_sent(options.flows, static_cast<double>(monotonic_ns() - start) / 1e9);
    return std::ranges::all_of(bursts, [](const auto& burst) { return burst.second.ok(); }) ? 0 : 1;
}

} // namespace mcfwd::lab
