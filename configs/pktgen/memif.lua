-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- pktgen and mcfwd on one machine over memif, mcfwd with memif.toml. README.md says how to start both.
-- `lua5.4 memif.lua` writes memif-igmp.pcap; `pktgen ... -f memif.lua` measures.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
package.path = folder .. "lib/?.lua;" .. package.path

require("start")(require("plan").new({
  name = "memif",
  groups = { 1, 128, 1024 },
  frame_sizes = { 64, 512, 1518 },
  fan_outs = { 1, 4, 16 },
  lowest_percent = 0.05, -- memif calls itself a link of 100 Gbit/s
}))
