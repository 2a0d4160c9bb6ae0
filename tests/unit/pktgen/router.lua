-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- A router behind the two ports of the stand-in: learns memberships from IGMP frames, which it reads with a decoder of its own,
-- and forwards as many copies per second as it is given.
local router = {}
router.__index = router

function router.new(copies_per_second)
  return setmetatable({ copies_per_second = copies_per_second, credit = 0, members = {}, fan_outs = {}, count = 0, most = 0,
    frames = 0 }, router)
end

local function checksum_holds(octets)
  local sum = 0
  for at = 1, #octets - 1, 2 do
    local high, low = octets:byte(at, at + 1)
    sum = sum + high * 256 + low
  end
  while sum >= 0x10000 do
    sum = (sum % 0x10000) + sum // 0x10000
  end
  return sum == 0xffff
end

local function dotted(octets)
  return string.format("%d.%d.%d.%d", octets:byte(1, 4))
end

local function number(octets)
  local a, b, c, d = octets:byte(1, 4)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

local function join(self, vlan, group)
  self.members[group] = self.members[group] or {}
  if not self.members[group][vlan] then
    self.members[group][vlan] = true
    self.fan_outs[group] = self:fan_out(group) + 1
    self.count = self.count + 1
    self.most = math.max(self.most, self.count)
  end
end

local function leave(self, vlan, group)
  if not (self.members[group] or {})[vlan] then
    error("leave of group " .. group .. " on VLAN " .. vlan .. " without a join")
  end
  self.members[group][vlan] = nil
  self.fan_outs[group] = self:fan_out(group) - 1
  self.count = self.count - 1
end

local function read_v3(self, vlan, message)
  local count = message:byte(7) * 256 + message:byte(8)
  assert(#message == 8 + 8 * count, "length of a version 3 report")
  for record = 0, count - 1 do
    local at = 9 + 8 * record
    local group = number(message:sub(at + 4, at + 7))
    local kind = message:byte(at)
    local change = assert(({ [3] = leave, [4] = join })[kind], "record type")
    change(self, vlan, group)
  end
end

--- A frame of a host. Raises an error if anything in it is wrong.
function router:hear(frame)
  self.frames = self.frames + 1
  assert(frame:sub(13, 14) == "\x81\x00" and frame:sub(17, 18) == "\x08\x00", "tagged IPv4")
  local vlan = frame:byte(15) * 256 + frame:byte(16)
  local length = frame:byte(21) * 256 + frame:byte(22)
  local packet = frame:sub(19, 18 + length)
  assert(packet:byte(1) == 0x46 and checksum_holds(packet:sub(1, 24)), "IP header")
  assert(packet:sub(21, 24) == "\x94\x04\x00\x00" and packet:byte(9) == 1 and packet:byte(10) == 2, "Router Alert, TTL 1, IGMP")
  assert(dotted(packet:sub(13, 16)) == "10.1." .. vlan .. ".2", "the host of the VLAN")
  local message = packet:sub(25)
  assert(checksum_holds(message), "IGMP checksum")
  local kind, destination = message:byte(1), packet:sub(17, 20)
  local group = number(message:sub(5, 8))
  if kind == 0x22 then
    assert(dotted(destination) == "224.0.0.22", "destination of a version 3 report")
    read_v3(self, vlan, message)
  elseif kind == 0x16 then
    assert(number(destination) == group, "destination of a version 2 report")
    join(self, vlan, group)
  else
    assert(kind == 0x17 and dotted(destination) == "224.0.0.2", "leave to all routers")
    leave(self, vlan, group)
  end
end

--- How many VLANs get a packet to the group, a number.
function router:fan_out(group)
  return self.fan_outs[group] or 0
end

--- How many of these copies get through within so many milliseconds. Twenty milliseconds' worth may be saved up.
function router:forward(copies, milliseconds)
  self.credit = math.min(self.credit + self.copies_per_second * milliseconds // 1000, self.copies_per_second // 50)
  local forwarded = math.min(copies, self.credit)
  self.credit = self.credit - forwarded
  return forwarded
end

return router
