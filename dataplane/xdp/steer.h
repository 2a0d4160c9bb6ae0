/* SPDX-License-Identifier: BSD-3-Clause */
/* SPDX-FileCopyrightText: 2026 the mcfwd authors */
/* What the steering program and the process that loads it both know: names and map values. */
#ifndef MCFWD_XDP_STEER_H
#define MCFWD_XDP_STEER_H

#include <linux/types.h>

/* Receive queues with a socket; more than any NIC has. */
#define MCFWD_STEER_QUEUES 256

#define MCFWD_STEER_PROGRAM "mcfwd_steer"
#define MCFWD_STEER_COUNTERS "steer_counters"
#define MCFWD_STEER_CONFIG "steer_config"

/* Value of steer_counters, one per CPU. Every frame counts in exactly one of them. */
struct mcfwd_steer_counters {
    __u64 redirected; /* to the AF_XDP socket */
    __u64 passed;     /* not for us: to the kernel */
    __u64 no_socket;  /* for us, but no socket serves the queue: to the kernel */
};

/* IEEE 802.1Q VLAN identifiers; 0 stands for frames without one. */
#define MCFWD_STEER_VLANS 4096

/* Value of steer_config, read-only for the program; all zero on a port that is only routed. */
struct mcfwd_steer_config {
    __u32 bridging;                      /* some VLAN is bridged */
    __u8 bridged[MCFWD_STEER_VLANS / 8]; /* bit v % 8 of octet v / 8: all multicast of VLAN v goes to the socket */
};

#endif
