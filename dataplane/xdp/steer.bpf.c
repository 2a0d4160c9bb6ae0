// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Runs in the kernel for every frame of an AF_XDP port and decides who gets it: IPv4 multicast and IGMP go to
// the AF_XDP socket of the receive queue, on bridged VLANs all multicast; everything else stays with the kernel. Loaded by the AF_XDP driver
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

struct frame {
    const __u8* destination;
    const void* payload; // behind at most one tag
    __be16 type;
    __u16 vlan;
};

// False: cut short.
static __always_inline int read_frame(const struct xdp_md* context, struct frame* frame) {
    const void* end = (const void*)(long)context->data_end;
    const struct ethhdr* ethernet = (const void*)(long)context->data;
    if ((const void*)(ethernet + 1) > end) {
        return 0;
    }
    frame->destination = ethernet->h_dest;
    frame->type = ethernet->h_proto;
    frame->payload = ethernet + 1;
    frame->vlan = 0;
    if (frame->type == bpf_htons(ETH_P_8021Q)) {
        const struct vlan_header* tag = frame->payload;
        if ((const void*)(tag + 1) > end) {
            return 0;
        }
        frame->type = tag->type;
        frame->payload = tag + 1;
        frame->vlan = bpf_ntohs(tag->tci) & 0x0fff;
    }
    return 1;
}

static __always_inline int is_bridged(__u16 vlan) {
    const __u32 key = 0;
    const struct mcfwd_steer_config* config = bpf_map_lookup_elem(&steer_config, &key);
    return config && config->bridging && (config->bridged[(vlan & 0x0fff) >> 3] >> (vlan & 7)) & 1;
}

// Group-addressed, but not broadcast, nor for the next bridge only (01:80:c2:00:00:00 to 0f): LLDP, spanning tree.
static __always_inline int passes_bridges(const __u8* destination) {
    if (!(destination[0] & 1)) {
        return 0;
    }
    const int broadcast = (destination[0] & destination[1] & destination[2] & destination[3] & destination[4] &
                           destination[5]) == 0xff;
    const int reserved = destination[0] == 0x01 && destination[1] == 0x80 && destination[2] == 0xc2 &&
                         destination[3] == 0 && destination[4] == 0 && destination[5] < 0x10;
    return !broadcast && !reserved;
}

// What a routed VLAN sends to the socket. Hellos of OSPF, PIM, VRRP and mDNS are for the daemons of this host.
static __always_inline int is_for_router(const struct xdp_md* context, const struct frame* frame) {
    const struct iphdr* ip = frame->payload;
    if (frame->type != bpf_htons(ETH_P_IP) || (const void*)(ip + 1) > (const void*)(long)context->data_end ||
        ip->version != 4) {
        return 0;
    }
    const __u32 destination = bpf_ntohl(ip->daddr);
    return ip->protocol == IPPROTO_IGMP || (destination >> 28 == 0xE && destination >> 8 != 0xE00000);
}

SEC("xdp")
int mcfwd_steer(struct xdp_md* context) {
    const __u32 key = 0;
    struct mcfwd_steer_counters* counters = bpf_map_lookup_elem(&steer_counters, &key);
    if (!counters) {
        return XDP_PASS;
    }
    struct frame frame;
    // A bridge goes by the Ethernet address alone: multicast in unicast frames (RFC 6085), mtrace and unicast queries
    // pass through the kernel's bridge.
    if (!read_frame(context, &frame) || !(is_bridged(frame.vlan) ? passes_bridges(frame.destination)
                                                                 : is_for_router(context, &frame))) {
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
