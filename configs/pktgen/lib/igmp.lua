-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- IGMP messages of hosts as tagged Ethernet frames: versions 2 (RFC 2236) and 3 (RFC 9776), any-source memberships.
local addresses = require("addresses")

local igmp = {}

local ALL_ROUTERS = addresses.ipv4("224.0.0.2")
local ALL_IGMPV3_ROUTERS = addresses.ipv4("224.0.0.22")
local REPORT_V2, LEAVE_V2, REPORT_V3 = 0x16, 0x17, 0x22
local CHANGE_TO_INCLUDE, CHANGE_TO_EXCLUDE = 3, 4

-- The shortest frame without its checksum.
local SHORTEST = 60

-- What is left of 1,514 octets, the longest frame that pktgen takes from a file, after 18 of Ethernet and tag, 24 of IP and 8 of
-- the report, in records of 8.
igmp.RECORDS_PER_REPORT = (1514 - 18 - 24 - 8) // 8

--- RFC 1071. `octets` has an even length.
local function checksum(octets)
  local sum = 0
  for at = 1, #octets, 2 do
    sum = sum + string.unpack(">I2", octets, at)
  end
  while sum > 0xffff do
    sum = (sum & 0xffff) + (sum >> 16)
  end
  return ~sum & 0xffff
end

--- With its checksum in octets 3 and 4, which are 0 before.
local function with_checksum(message)
  return message:sub(1, 2) .. string.pack(">I2", checksum(message)) .. message:sub(5)
end

--- TOS 0xC0, TTL 1, don't fragment, Router Alert (RFC 9776 section 4).
local function ip_packet(source, destination, message)
  local start = string.pack(">I1I1I2I2I2I1I1", 0x46, 0xc0, 24 + #message, 0, 0x4000, 1, 2)
  local rest = string.pack(">I4I4I4", source, destination, 0x94040000)
  return start .. string.pack(">I2", checksum(start .. rest)) .. rest .. message
end

local function frame(host, destination, message)
  local octets = addresses.mac_octets(addresses.group_mac(destination))
    .. addresses.mac_octets(host.mac)
    .. string.pack(">I2I2I2", 0x8100, host.vlan, 0x0800)
    .. ip_packet(host.address, destination, with_checksum(message))
  return octets .. string.rep("\0", SHORTEST - #octets)
end

local function report_v3(host, record_type, first_group, count)
  local octets = { string.pack(">I1I1I2I2I2", REPORT_V3, 0, 0, 0, count) }
  for group = first_group, first_group + count - 1 do
    octets[#octets + 1] = string.pack(">I1I1I2I4", record_type, 0, 0, group)
  end
  return frame(host, ALL_IGMPV3_ROUTERS, table.concat(octets))
end

local function append_v3(frames, host, record_type, first_group, count)
  for done = 0, count - 1, igmp.RECORDS_PER_REPORT do
    frames[#frames + 1] = report_v3(host, record_type, first_group + done, math.min(igmp.RECORDS_PER_REPORT, count - done))
  end
end

--- Appends the reports by which `host`, of IGMP `version`, joins `count` groups from `first_group` on.
function igmp.append_joins(frames, version, host, first_group, count)
  if version == 3 then
    append_v3(frames, host, CHANGE_TO_EXCLUDE, first_group, count)
    return
  end
  for group = first_group, first_group + count - 1 do
    frames[#frames + 1] = frame(host, group, string.pack(">I1I1I2I4", REPORT_V2, 0, 0, group))
  end
end

--- Appends the messages by which it leaves them.
function igmp.append_leaves(frames, version, host, first_group, count)
  if version == 3 then
    append_v3(frames, host, CHANGE_TO_INCLUDE, first_group, count)
    return
  end
  for group = first_group, first_group + count - 1 do
    frames[#frames + 1] = frame(host, ALL_ROUTERS, string.pack(">I1I1I2I4", LEAVE_V2, 0, 0, group))
  end
end

return igmp
