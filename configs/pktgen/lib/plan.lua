-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- What a sweep measures, checked before anything is sent. Reports come from a file that pktgen reads at its start, so all
-- groups are joined once, for every fan-out a range of its own: 239.1.0.0 on the first VLAN, 239.2.0.0 on the first four, ...
local addresses = require("addresses")
local search = require("search")

local plan = {}

-- Groups of one fan-out: a /16, so that their Ethernet addresses count up without a carry into the fixed half.
local RANGE = 65536

local defaults = {
  send_port = 0,
  receive_port = 1,
  igmp_version = 3,
  groups = { 1, 128, 8192 },
  frame_sizes = { 64, 512, 1518 },
  fan_outs = { 1, 4, 16 },
  first_group = "239.1.0.0",
  first_vlan = 101,
  receiver = "10.1.%d.2",
  source = "10.0.0.2",
  source_mac = "02:00:00:00:00:02",
  lowest_percent = 1,
  resolution_percent = 1,
  warm_up_seconds = 2,
  trial_seconds = 10,
  reports_per_second = 500,
  membership_seconds = 21500,
  tx_pool = 24576,
}

local function refuse(...)
  error("plan: " .. string.format(...), 0)
end

local function expect_integer(name, value, lowest, highest)
  if math.type(value) ~= "integer" or value < lowest or value > highest then
    refuse("%s is %s, not an integer from %d to %d", name, tostring(value), lowest, highest)
  end
end

local function expect_list(name, list, lowest, highest)
  if type(list) ~= "table" or #list == 0 then
    refuse("%s is not a list", name)
  end
  for index, value in ipairs(list) do
    expect_integer(name .. "[" .. index .. "]", value, lowest, highest)
    if index > 1 and value <= list[index - 1] then
      refuse("%s does not rise: %d after %d", name, value, list[index - 1])
    end
  end
end

local function expect_percent(name, value)
  if type(value) ~= "number" or value < 0.01 or value > 100 then
    refuse("%s is %s, not a number from 0.01 to 100", name, tostring(value))
  end
end

local function check_numbers(settings)
  expect_integer("send_port", settings.send_port, 0, 63)
  expect_integer("receive_port", settings.receive_port, 0, 63)
  if settings.send_port == settings.receive_port then
    refuse("port %d sends and receives: loss of one direction would hide in the other", settings.send_port)
  end
  expect_integer("igmp_version", settings.igmp_version, 2, 3)
  expect_integer("tx_pool", settings.tx_pool, 1, 1 << 20)
  expect_list("groups", settings.groups, 1, math.min(RANGE, settings.tx_pool))
  expect_list("frame_sizes", settings.frame_sizes, 64, 1518)
  expect_list("fan_outs", settings.fan_outs, 1, 4094)
  expect_integer("first_vlan", settings.first_vlan, 1, 4095 - settings.fan_outs[#settings.fan_outs])
  expect_percent("lowest_percent", settings.lowest_percent)
  expect_percent("resolution_percent", settings.resolution_percent)
  for _, name in ipairs({ "warm_up_seconds", "trial_seconds", "reports_per_second", "membership_seconds" }) do
    expect_integer(name, settings[name], 1, 1000000)
  end
  for _, count in ipairs(settings.groups) do
    if settings.tx_pool % count ~= 0 then
      refuse("%d groups do not divide pktgen's %d buffers, so some would be sent more often than others", count, settings.tx_pool)
    end
  end
end

local function check_addresses(settings)
  local first = addresses.ipv4(settings.first_group)
  local last = first and first + #settings.fan_outs * RANGE - 1
  local lowest, highest = addresses.ipv4("225.0.0.0"), addresses.ipv4("239.255.255.255")
  if not first or first % RANGE ~= 0 or first < lowest or last > highest then
    refuse("first_group %s does not start %d ranges A.B.0.0 from 225.0.0.0 to 239.255.255.255", tostring(settings.first_group),
      #settings.fan_outs)
  end
  if first >> 24 == 232 or last >> 24 == 232 then
    refuse("232.0.0.0/8 needs joins with a source (RFC 4607)")
  end
  if not addresses.ipv4(settings.source) then
    refuse("source %s is not an IPv4 address", tostring(settings.source))
  end
  if not addresses.mac_octets(settings.source_mac) then
    refuse("source_mac %s is not an Ethernet address", tostring(settings.source_mac))
  end
end

--- One host on each VLAN: it joins and leaves, and pktgen counts what it gets.
local function receivers_of(settings)
  if not tostring(settings.receiver):match("^[%d.]*%%d[%d.]*$") then
    refuse("receiver %s is not an IPv4 address with %%d for the VLAN", tostring(settings.receiver))
  end
  local receivers = {}
  for index = 1, settings.fan_outs[#settings.fan_outs] do
    local vlan = settings.first_vlan + index - 1
    local address = addresses.ipv4(string.format(settings.receiver, vlan))
    if not address then
      refuse("receiver %s is no IPv4 address on VLAN %d", settings.receiver, vlan)
    end
    receivers[index] = { vlan = vlan, address = address, mac = string.format("02:00:00:01:%02x:%02x", vlan >> 8, vlan & 255) }
  end
  return receivers
end

local function points_of(settings)
  local points = {}
  for range, fan_out in ipairs(settings.fan_outs) do
    for _, groups in ipairs(settings.groups) do
      for _, size in ipairs(settings.frame_sizes) do
        points[#points + 1] = {
          groups = groups,
          frame_size = size,
          fan_out = fan_out,
          first_group = addresses.ipv4(settings.first_group) + (range - 1) * RANGE,
        }
      end
    end
  end
  return points
end

--- The longest that the measuring may take. Counters need up to 5 s to come to rest.
local function seconds_of(settings, points)
  local trials = search.most_trials(settings.lowest_percent, 100, settings.resolution_percent)
  return #points * (settings.warm_up_seconds + 10 + trials * (settings.trial_seconds + 5))
end

--- Settings over the defaults, checked; raises an error that says what is wrong. Adds `receivers`, one per VLAN; `points`, in
--- the order in which they are measured; and `joined`, for every fan-out the range of groups and how many receivers join it.
function plan.new(settings)
  for name in pairs(settings) do
    if defaults[name] == nil and name ~= "name" then
      refuse("unknown setting %s", tostring(name))
    end
  end
  if type(settings.name) ~= "string" or not settings.name:match("^[%w_-]+$") then
    refuse("name is %s, not a word that can begin a file name", tostring(settings.name))
  end
  local made = setmetatable({}, { __index = defaults })
  for name, value in pairs(settings) do
    made[name] = value
  end
  check_numbers(made)
  check_addresses(made)
  made.receivers = receivers_of(made)
  made.points = points_of(made)
  made.joined = {}
  for range, fan_out in ipairs(made.fan_outs) do
    made.joined[range] = {
      first_group = addresses.ipv4(made.first_group) + (range - 1) * RANGE,
      groups = made.groups[#made.groups],
      receivers = fan_out,
    }
  end
  local seconds = seconds_of(made, made.points)
  if seconds > made.membership_seconds then
    refuse("the sweep may take %d s, but memberships end after %d s: fewer points, or a longer query_interval in mcfwd and "
      .. "membership_seconds here", seconds, made.membership_seconds)
  end
  return made
end

return plan
