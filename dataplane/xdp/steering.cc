// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// libbpf calls around the steering program.
#include "steering.hh"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>

#include "steer.h"

namespace mcfwd::dataplane::xdp {

namespace {

std::optional<bpf_map_info> map_info(std::uint32_t id, Descriptor& map) {
    map = Descriptor(bpf_map_get_fd_by_id(id));
    bpf_map_info info{};
    std::uint32_t size = sizeof(info);
    if (map.value() < 0 || bpf_obj_get_info_by_fd(map.value(), &info, &size) != 0) {
        return std::nullopt;
    }
    return info;
}

std::uint32_t mode_flag(std::uint8_t attach_mode) {
    switch (attach_mode) {
    case XDP_ATTACHED_SKB:
        return XDP_FLAGS_SKB_MODE;
    case XDP_ATTACHED_HW:
        return XDP_FLAGS_HW_MODE;
    default:
        return XDP_FLAGS_DRV_MODE;
    }
}

} // namespace

Expected<std::string> object_path() {
    std::error_code error;
    const std::string self = std::filesystem::read_symlink("/proc/self/exe", error).string();
    std::string path = self.starts_with(MCFWD_BUILD_ROOT "/") ? MCFWD_STEER_BUILT : MCFWD_STEER_INSTALLED;
    if (!std::filesystem::is_regular_file(path, error)) {
        return fail(Status::kNotFound,
                    fmt::format("the XDP program {} is missing: install mcfwd again", path));
    }
    return path;
}

bool AttachedProgram::is_ours() const {
    return name == MCFWD_STEER_PROGRAM;
}

Expected<std::optional<AttachedProgram>> attached_program(const Netdev& netdev) {
    bpf_xdp_query_opts query{};
    query.sz = sizeof(query);
    if (const int result = bpf_xdp_query(static_cast<int>(netdev.index), 0, &query); result != 0) {
        return fail(Status::kCanNotComplete, fmt::format("cannot ask for the XDP program of interface {}: {}",
                                                         netdev.name, std::strerror(-result)));
    }
    AttachedProgram program{.mode = mode_flag(query.attach_mode)};
    for (const std::uint32_t id : {query.prog_id, query.drv_prog_id, query.skb_prog_id, query.hw_prog_id}) {
        program.id = program.id == 0 ? id : program.id;
    }
    if (program.id == 0) {
        return std::nullopt;
    }
    const Descriptor descriptor(bpf_prog_get_fd_by_id(program.id));
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    if (descriptor.value() >= 0 && bpf_obj_get_info_by_fd(descriptor.value(), &info, &size) == 0) {
        program.name = info.name;
    }
    return program;
}

Expected<void> detach(const Netdev& netdev, const AttachedProgram& program) {
    const Descriptor descriptor(bpf_prog_get_fd_by_id(program.id));
    bpf_xdp_attach_opts expected{};
    expected.sz = sizeof(expected);
    expected.old_prog_fd = descriptor.value();
    const int result = descriptor.value() < 0
                           ? -errno
                           : bpf_xdp_detach(static_cast<int>(netdev.index), program.mode, &expected);
    // EEXIST: another program has taken its place; ENODEV: the interface is gone.
    if (result == 0 || result == -ENOENT || result == -EEXIST || result == -ENODEV) {
        return {};
    }
    return fail(Status::kCanNotComplete,
                fmt::format("cannot detach XDP program {} (id {}) from interface {}: {}", program.name,
                            program.id, netdev.name, std::strerror(-result)));
}

Expected<Steering> Steering::open(const AttachedProgram& program) {
    const Descriptor descriptor(bpf_prog_get_fd_by_id(program.id));
    std::array<std::uint32_t, 8> maps{};
    bpf_prog_info info{};
    info.nr_map_ids = maps.size();
    info.map_ids = reinterpret_cast<std::uintptr_t>(maps.data());
    std::uint32_t size = sizeof(info);
    if (descriptor.value() < 0 || bpf_obj_get_info_by_fd(descriptor.value(), &info, &size) != 0) {
        return fail(Status::kNotFound, fmt::format("XDP program id {} is gone", program.id));
    }
    const auto find = [&](std::string_view name, std::size_t value_size) {
        for (const std::uint32_t id :
             std::span(maps).first(std::min<std::size_t>(info.nr_map_ids, maps.size()))) {
            Descriptor map;
            const auto found = map_info(id, map);
            if (found && found->name == name && found->value_size == value_size) {
                return map;
            }
        }
        return Descriptor();
    };
    Descriptor counters = find(MCFWD_STEER_COUNTERS, sizeof(mcfwd_steer_counters));
    Descriptor config = find(MCFWD_STEER_CONFIG, sizeof(mcfwd_steer_config));
    if (counters.value() < 0 || config.value() < 0) {
        return fail(Status::kNotFound,
                    fmt::format("XDP program {} lacks map " MCFWD_STEER_COUNTERS " or " MCFWD_STEER_CONFIG,
                                program.name));
    }
    return Steering(program, std::move(counters), std::move(config));
}

Expected<void> Steering::set_bridged(std::span<const VlanId> vlans) const {
    mcfwd_steer_config config{.bridging = vlans.empty() ? 0U : 1U, .bridged = {}};
    for (const VlanId vlan : vlans) {
        __u8& octet = config.bridged[vlan.value() / 8U];
        octet = static_cast<__u8>(octet | (1U << (vlan.value() % 8U)));
    }
    const std::uint32_t key = 0;
    if (bpf_map_update_elem(config_.value(), &key, &config, BPF_ANY) != 0) {
        return fail(
            Status::kCanNotComplete,
            fmt::format("cannot tell the XDP program which VLANs are bridged: {}", std::strerror(errno)));
    }
    return {};
}

XdpCounters Steering::counters() const {
    XdpCounters sum;
    std::vector<mcfwd_steer_counters> cpus(static_cast<std::size_t>(std::max(libbpf_num_possible_cpus(), 1)));
    const std::uint32_t key = 0;
    if (bpf_map_lookup_elem(counters_.value(), &key, cpus.data()) == 0) {
        for (const mcfwd_steer_counters& cpu : cpus) {
            sum.redirected += cpu.redirected;
            sum.passed += cpu.passed;
            sum.no_socket += cpu.no_socket;
        }
    }
    return sum;
}

} // namespace mcfwd::dataplane::xdp
