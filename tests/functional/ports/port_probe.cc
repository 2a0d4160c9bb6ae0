// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Opens ports by their device texts and does what it is told on standard input, so that test_ports.py can try
// real ports inside network namespaces:
//   frames        -> one line of JSON: for each port the received frames since the last call, in hex
//   status        -> one line of JSON: for each port its PortStatus
//   send N HEX    -> sends one frame on port N; answers the number sent
//   shared HEX    -> sends one buffer by reference on all ports; answers the number sent
//   pool          -> free packet buffers
// "DEVICE bridged=0,10" as one argument: a port with bridged VLANs. The end of input closes everything. A
// failure prints "error: ..." and exits 1.
#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <poll.h>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <dataplane/eal.hh>
#include <dataplane/port.hh>

namespace {

using mcfwd::dataplane::Port;

constexpr unsigned kBuffers = 32767;

struct Probe {
    rte_mempool* pool = nullptr;
    std::vector<Port> ports;
    std::vector<std::vector<std::string>> frames;
};

std::string hex(const rte_mbuf* packet) {
    std::string text;
    const auto* octets = rte_pktmbuf_mtod(packet, const unsigned char*);
    for (unsigned at = 0; at < rte_pktmbuf_data_len(packet); ++at) {
        text += fmt::format("{:02x}", octets[at]);
    }
    return text;
}

rte_mbuf* packet_of(rte_mempool* pool, const std::string& text) {
    rte_mbuf* packet = rte_pktmbuf_alloc(pool);
    auto* octets = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(text.size() / 2));
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        octets[at / 2] = static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
    }
    return packet;
}

unsigned transmit(const Port& port, rte_mbuf* packet) {
    const unsigned sent = rte_eth_tx_burst(port.number(), 0, &packet, 1);
    if (sent == 0) {
        rte_pktmbuf_free(packet);
    }
    return sent;
}

void receive(Probe& probe) {
    std::array<rte_mbuf*, 32> burst{};
    for (std::size_t index = 0; index < probe.ports.size(); ++index) {
        for (std::uint16_t queue = 0; queue < probe.ports[index].rx_queues(); ++queue) {
            const unsigned count =
                rte_eth_rx_burst(probe.ports[index].number(), queue, burst.data(), burst.size());
            for (unsigned at = 0; at < count; ++at) {
                probe.frames[index].push_back(hex(burst[at]));
                rte_pktmbuf_free(burst[at]);
            }
        }
    }
}

void print_frames(Probe& probe) {
    std::string text;
    for (auto& frames : probe.frames) {
        std::string list;
        for (const std::string& frame : frames) {
            list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", frame);
        }
        text += fmt::format("{}[{}]", text.empty() ? "" : ",", list);
        frames.clear();
    }
    fmt::print("[{}]\n", text);
}

void print_status(const Probe& probe) {
    std::string text;
    for (const Port& port : probe.ports) {
        const mcfwd::PortStatus s = port.status();
        text += fmt::format(
            R"({}{{"name":"{}","driver":"{}","mac":"{}","mtu":{},"link_up":{},"rx_queues":{},"tx_queues":{},)"
            R"("rx_packets":{},"rx_missed":{},"tx_packets":{},"has_xdp":{},"redirected":{},"passed":{},"no_socket":{},)"
            R"("multi_segment_tx":{},"echoes_own_frames":{}}})",
            text.empty() ? "" : ",", s.name, s.driver, s.mac, s.mtu, s.link_up, s.rx_queues, s.tx_queues,
            s.rx_packets, s.rx_missed, s.tx_packets, s.has_xdp, s.xdp.redirected, s.xdp.passed,
            s.xdp.no_socket, port.capabilities().multi_segment_tx, port.capabilities().echoes_own_frames);
    }
    fmt::print("[{}]\n", text);
}

unsigned send_shared(Probe& probe, const std::string& text) {
    rte_mbuf* packet = packet_of(probe.pool, text);
    rte_pktmbuf_refcnt_update(packet, static_cast<std::int16_t>(probe.ports.size() - 1));
    unsigned sent = 0;
    for (const Port& port : probe.ports) {
        sent += transmit(port, packet);
    }
    return sent;
}

void obey(Probe& probe, const std::string& line) {
    std::istringstream words(line);
    std::string command;
    std::string frame;
    std::size_t port = 0;
    words >> command;
    if (command == "frames") {
        print_frames(probe);
    } else if (command == "status") {
        print_status(probe);
    } else if (command == "send" && words >> port >> frame && port < probe.ports.size()) {
        fmt::print("{}\n", transmit(probe.ports[port], packet_of(probe.pool, frame)));
    } else if (command == "shared" && words >> frame) {
        fmt::print("{}\n", send_shared(probe, frame));
    } else if (command == "pool") {
        fmt::print("{}\n", rte_mempool_avail_count(probe.pool));
    } else {
        fmt::print("unknown command\n");
    }
    std::fflush(stdout);
}

void serve(Probe& probe) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    for (std::string line;;) {
        receive(probe);
        if (poll(&input, 1, 0) > 0) {
            if (!std::getline(std::cin, line)) {
                return;
            }
            obey(probe, line);
        }
    }
}

/// The VLANs behind " bridged=", which are cut off.
std::vector<mcfwd::VlanId> take_bridged(std::string& device) {
    std::vector<mcfwd::VlanId> vlans;
    constexpr std::string_view kMark = " bridged=";
    if (const auto at = device.find(kMark); at != std::string::npos) {
        std::istringstream numbers(device.substr(at + kMark.size()));
        for (std::string number; std::getline(numbers, number, ',');) {
            vlans.emplace_back(static_cast<std::uint16_t>(std::stoi(number)));
        }
        device.resize(at);
    }
    return vlans;
}

int complain(const mcfwd::Error& error) {
    fmt::print("error: {}\n", error.what);
    return 1;
}

} // namespace

int main(int argc, char** argv) {
    spdlog::set_default_logger(spdlog::stderr_logger_st("probe"));
    spdlog::set_level(spdlog::level::warn);
    std::vector<std::string> devices(argv + 1, argv + argc);
    std::vector<std::vector<mcfwd::VlanId>> bridged;
    std::ranges::transform(devices, std::back_inserter(bridged), take_bridged);
    const auto eal = mcfwd::dataplane::Eal::create({.main_core = 0,
                                                    .worker_cores = {0},
                                                    .memory = mcfwd::dataplane::MemoryMode::kNoHuge,
                                                    .memory_mb = 256,
                                                    .devices = devices});
    if (!eal) {
        return complain(eal.error());
    }
    Probe probe{
        .pool = rte_pktmbuf_pool_create("probe", kBuffers, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY)};
    for (std::size_t index = 0; index < devices.size(); ++index) {
        auto port = Port::create({.id = mcfwd::PortId(static_cast<std::uint16_t>(index)),
                                  .name = fmt::format("p{}", index),
                                  .device = devices[index],
                                  .pool = probe.pool,
                                  .bridged = bridged[index]});
        if (!port) {
            return complain(port.error());
        }
        if (const auto started = port->start(); !started) {
            return complain(started.error());
        }
        probe.ports.push_back(std::move(*port));
        probe.frames.emplace_back();
    }
    fmt::print("ready\n");
    std::fflush(stdout);
    serve(probe);
    return 0;
}
