// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Runs in the kernel for every frame of an AF_XDP port and decides who gets it: IPv4 multicast and IGMP go to
// the AF_XDP socket of the receive queue, everything else stays with the kernel. Loaded by the AF_XDP driver
// (devarg xdp_prog), which puts its sockets into xsks_map. README.md has the table of decisions.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "steer.h"

// One socket per receive queue; the name is the driver's.
struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, MCFWD_STEER_QUEUES);
    __type(key, __u32);
    __type(value, __u32);
} xsks_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct mcfwd_steer_counters);
} steer_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(map_flags, BPF_F_RDONLY_PROG);
    __type(key, __u32);
    __type(value, struct mcfwd_steer_config);
} steer_config SEC(".maps");

struct vlan_header {
    __be16 tci;
    __be16 type;
};

// The IPv4 header behind at most one 802.1Q tag, or null: another protocol, more tags, or cut short.
static __always_inline const struct iphdr* find_ipv4(const struct xdp_md* context) {
    const void* end = (const void*)(long)context->data_end;
    const struct ethhdr* ethernet = (const void*)(long)context->data;
    if ((const void*)(ethernet + 1) > end) {
        return 0;
    }
    __be16 type = ethernet->h_proto;
    const void* payload = ethernet + 1;
    if (type == bpf_htons(ETH_P_8021Q)) {
        const struct vlan_header* tag = payload;
        if ((const void*)(tag + 1) > end) {
            return 0;
        }
        type = tag->type;
        payload = tag + 1;
    }
    const struct iphdr* ip = payload;
    return type == bpf_htons(ETH_P_IP) && (const void*)(ip + 1) <= end ? ip : 0;
}

static __always_inline int link_local_is_ours(void) {
    const __u32 key = 0;
    const struct mcfwd_steer_config* config = bpf_map_lookup_elem(&steer_config, &key);
    return config && config->link_local_to_socket;
}

static __always_inline int is_ours(const struct iphdr* ip) {
    const __u32 destination = bpf_ntohl(ip->daddr);
    if (ip->version != 4) {
        return 0;
    }
    if (ip->protocol == IPPROTO_IGMP) {
        return 1;
    }
    // Hellos of OSPF, PIM, VRRP and mDNS are for the daemons of this host.
    if (destination >> 8 == 0xE00000) {
        return link_local_is_ours();
    }
    return destination >> 28 == 0xE;
}

SEC("xdp")
int mcfwd_steer(struct xdp_md* context) {
    const __u32 key = 0;
    struct mcfwd_steer_counters* counters = bpf_map_lookup_elem(&steer_counters, &key);
    if (!counters) {
        return XDP_PASS;
    }
    const struct iphdr* ip = find_ipv4(context);
    if (!ip || !is_ours(ip)) {
        counters->passed++;
        return XDP_PASS;
    }
    const int action = bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
    if (action == XDP_REDIRECT) {
        counters->redirected++;
    } else {
        counters->no_socket++;
    }
    return action;
}

// What the kernel shows as the program's licence; no GPL-only helper is called.
char steer_license[] SEC("license") = "BSD";
