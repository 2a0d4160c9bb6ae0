-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- What the sending port sends for a point of the sweep: UDP to its groups one after the other, by pktgen's range mode.
local addresses = require("addresses")
local ports = require("ports")

local traffic = {}

local UDP_PORT = 5001
local TTL = 64
local NO_MAC, NO_ADDRESS = "00:00:00:00:00:00", "0.0.0.0"

local function fixed(set, port, value, none)
  for _, bound in ipairs({ "start", "min", "max" }) do
    set(port, bound, value)
  end
  set(port, "inc", none)
end

local function counting(set, port, first, last, none)
  set(port, "start", first)
  set(port, "min", first)
  set(port, "max", last)
  set(port, "inc", none)
end

--- Prepares the sending port of the plan for the point; sends one frame to its first group. Counters are at rest then.
function traffic.prepare(plan, point)
  local port = tostring(plan.send_port)
  local last_group = point.first_group + point.groups - 1
  pktgen.set(port, "size", point.frame_size) -- the rate is reckoned with this one, also in range mode
  pktgen.set(port, "rate", plan.lowest_percent)
  pktgen.range.ip_proto(port, "udp")
  fixed(pktgen.range.src_mac, port, plan.source_mac, NO_MAC)
  fixed(pktgen.range.src_ip, port, plan.source, NO_ADDRESS)
  fixed(pktgen.range.src_port, port, UDP_PORT, 0)
  fixed(pktgen.range.dst_port, port, UDP_PORT, 0)
  fixed(pktgen.range.ttl, port, TTL, 0)
  fixed(pktgen.range.pkt_size, port, point.frame_size, 0)
  counting(pktgen.range.dst_mac, port, addresses.group_mac(point.first_group), addresses.group_mac(last_group), NO_MAC)
  counting(pktgen.range.dst_ip, port, addresses.ipv4_text(point.first_group), addresses.ipv4_text(last_group), NO_ADDRESS)
  pktgen.set_range(port, "on")
  -- pktgen counts an address on from the one it used last. One frame without counting puts both addresses of the destination on
  -- the first group; else Ethernet and IP address would belong to different groups.
  ports.send_counted(plan.send_port, 1, 5)
  pktgen.range.dst_mac(port, "inc", "00:00:00:00:00:01")
  pktgen.range.dst_ip(port, "inc", "0.0.0.1")
  pktgen.set(port, "count", 0) -- without end
  ports.counters_at_rest(plan)
end

return traffic
