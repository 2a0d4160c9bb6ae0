-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- Two NIC ports of the machine with pktgen, cabled to two of the machine with mcfwd and bare-metal.toml. README.md says how to
-- start both. `lua5.4 bare-metal.lua` writes bare-metal-igmp.pcap; `pktgen ... -f bare-metal.lua` measures.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
package.path = folder .. "lib/?.lua;" .. package.path

require("start")(require("plan").new({
  name = "bare-metal",
  groups = { 1, 128, 8192 },
  frame_sizes = { 64, 128, 256, 512, 1024, 1280, 1518 }, -- RFC 2544 section 9.1
  fan_outs = { 1, 4, 16 },
}))
