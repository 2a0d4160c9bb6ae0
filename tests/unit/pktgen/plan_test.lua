-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- The plan of a sweep: its points, who joins what, and what is refused.
package.path = arg[1] .. "/?.lua;" .. arg[2] .. "/lib/?.lua;" .. package.path
local addresses = require("addresses")
local checks = require("checks")
local plan = require("plan")

local function settings(over)
  local made = { name = "small", groups = { 2, 4 }, frame_sizes = { 64, 128 }, fan_outs = { 1, 3 }, tx_pool = 8 }
  for key, value in pairs(over or {}) do
    made[key] = value
  end
  return made
end

local function refused(text, over)
  checks.fails_with("plan: " .. text, plan.new, settings(over))
end

checks.test("points go through fan-outs, groups and sizes, and every fan-out has a range of its own", function()
  local lines = {}
  for index, point in ipairs(plan.new(settings()).points) do
    lines[index] = string.format("%d %d %d %s", point.fan_out, point.groups, point.frame_size,
      addresses.ipv4_text(point.first_group))
  end
  checks.lists_equal(lines, {
    "1 2 64 239.1.0.0", "1 2 128 239.1.0.0", "1 4 64 239.1.0.0", "1 4 128 239.1.0.0",
    "3 2 64 239.2.0.0", "3 2 128 239.2.0.0", "3 4 64 239.2.0.0", "3 4 128 239.2.0.0",
  }, "points")
end)

checks.test("the most groups of a range are joined on as many VLANs as it fans out to", function()
  local made = plan.new(settings())
  checks.equal(#made.joined, 2)
  checks.equal(made.joined[1].receivers, 1)
  checks.equal(made.joined[2].receivers, 3)
  checks.equal(made.joined[2].groups, 4)
  checks.equal(addresses.ipv4_text(made.joined[2].first_group), "239.2.0.0")
end)

checks.test("one receiver on each VLAN, with an address in its subnet", function()
  local receivers = plan.new(settings({ first_vlan = 250 })).receivers
  checks.equal(#receivers, 3)
  checks.equal(receivers[3].vlan, 252)
  checks.equal(addresses.ipv4_text(receivers[3].address), "10.1.252.2")
  checks.equal(receivers[3].mac, "02:00:00:01:00:fc")
end)

checks.test("wrong settings are named", function()
  refused("unknown setting group", { group = 1 })
  refused("name is a/b, not a word", { name = "a/b" })
  refused("name is , not a word", { name = "" })
  refused("groups is not a list", { groups = {} })
  refused("groups[2] is 9, not an integer from 1 to 8", { groups = { 1, 9 } })
  refused("groups does not rise: 2 after 4", { groups = { 4, 2 } })
  refused("frame_sizes[1] is 63", { frame_sizes = { 63 } })
  refused("frame_sizes[1] is 1519", { frame_sizes = { 1519 } })
  refused("fan_outs[1] is 1.5", { fan_outs = { 1.5 } })
  refused("first_vlan is 4093, not an integer from 1 to 4092", { first_vlan = 4093 })
  refused("igmp_version is 1", { igmp_version = 1 })
  refused("trial_seconds is 0", { trial_seconds = 0 })
  refused("lowest_percent is 0", { lowest_percent = 0 })
  refused("port 1 sends and receives", { send_port = 1 })
end)

checks.test("wrong addresses are named", function()
  refused("first_group 239.1.0.1 does not start", { first_group = "239.1.0.1" })
  refused("first_group 224.0.0.0 does not start", { first_group = "224.0.0.0" })
  refused("first_group 239.255.0.0 does not start 2 ranges", { first_group = "239.255.0.0" })
  refused("232.0.0.0/8 needs joins with a source", { first_group = "231.255.0.0" })
  refused("source 10.0.0 is not an IPv4 address", { source = "10.0.0" })
  refused("source_mac 02:00 is not an Ethernet address", { source_mac = "02:00" })
  refused("receiver 10.1.1.2 is not an IPv4 address with %d", { receiver = "10.1.1.2" })
  refused("receiver 10.1.%d.2 is no IPv4 address on VLAN 256", { first_vlan = 254 })
end)

checks.test("groups that pktgen would not send equally often are refused", function()
  refused("3 groups do not divide pktgen's 8 buffers", { groups = { 3 } })
end)

checks.test("a sweep that outlives the memberships is refused", function()
  -- 8 points of 2 + 10 s and of trials of 15 s: 100 %, 1 % and 9 between.
  plan.new(settings({ membership_seconds = 8 * (12 + 11 * 15) }))
  refused("the sweep may take 1416 s, but memberships end after 1415 s", { membership_seconds = 1415 })
end)

checks.run()
