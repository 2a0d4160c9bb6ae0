-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- The parts of a sweep on their own: counters at rest, counted frames, memberships; and that the stand-in is as strict as it says.
package.path = arg[1] .. "/?.lua;" .. arg[2] .. "/lib/?.lua;" .. package.path
local checks = require("checks")
local membership = require("membership")
local plan = require("plan")
local ports = require("ports")
local reports = require("reports")
local router = require("router")
local stand_in = require("stand_in")
local traffic = require("traffic")
local trial = require("trial")

local made = plan.new({ name = "ports", groups = { 2 }, frame_sizes = { 64 }, fan_outs = { 2 }, tx_pool = 4 })

local function lab(options)
  local file = reports.joins(made)
  for _, frame in ipairs(reports.leaves(made)) do
    file[#file + 1] = frame
  end
  local all = { router = router.new(0), tx_pool = made.tx_pool, files = { [1] = file } }
  for key, value in pairs(options or {}) do
    all[key] = value
  end
  local state = stand_in.new(all)
  pktgen = state.pktgen
  return state
end

checks.test("counters at rest are those of now, not of up to a second ago", function()
  lab()
  traffic.prepare(made, made.points[1])
  pktgen.set("0", "count", 1000)
  pktgen.start("0")
  pktgen.delay(100)
  checks.equal(ports.counters(0).opackets, 1, "at once")
  local sender = ports.counters_at_rest(made)
  checks.equal(sender.opackets, 1001, "at rest")
end)

checks.test("a port that goes on sending has no counters at rest", function()
  lab()
  traffic.prepare(made, made.points[1])
  pktgen.start("0")
  checks.fails_with("counters of ports 0 and 1 do not come to rest", ports.counters_at_rest, made)
end)

checks.test("frames that take too long are an error", function()
  lab()
  traffic.prepare(made, made.points[1])
  checks.fails_with("port 0 has not sent 1000000000 frame(s) within 1 s", ports.send_counted, 0, 1000000000, 1)
end)

checks.test("a rate below one frame is told", function()
  lab({ speed = 1 })
  traffic.prepare(made, made.points[1])
  checks.fails_with("port 0 sent nothing at 0.01 %", trial.run, made, made.points[1], 0.01, 1)
end)

checks.test("a leave that has been sent is not sent again", function()
  local state = lab()
  local memberships = membership.new(made)
  memberships:join()
  checks.equal(state.router.count, 4, "members")
  memberships:leave()
  memberships:leave()
  checks.equal(state.router.count, 0, "members")
  checks.equal(state.router.frames, 4, "frames")
  checks.equal(stand_in.sends(state), false, "sends")
end)

checks.test("reports are sent at the rate of the plan", function()
  local state = lab({ speed = 100000 })
  -- 500 frames of 66 octets, 24 more on the wire, of 100 Gbit/s
  checks.equal(string.format("%.7f", membership.new(made):percent()), string.format("%.7f", 500 * 90 * 8 / 1e11 * 100))
  checks.equal(state.calls.start, nil)
end)

checks.test("the stand-in refuses what pktgen does not have, and arguments that it does not take", function()
  lab()
  checks.fails_with("pktgen has no function send_pkt", function() pktgen.send_pkt("0") end)
  checks.fails_with("pktgen has no function range.vlan", function() pktgen.range.vlan("0") end)
  checks.fails_with("start, wrong number of arguments", function() pktgen.start() end)
  checks.fails_with("invalid portlist 2", function() pktgen.start("2") end)
  checks.fails_with("set does not support speed", function() pktgen.set("0", "speed", 1) end)
  checks.fails_with("set rate out of range", function() pktgen.set("0", "rate", 101) end)
  checks.fails_with("set size out of range", function() pktgen.set("0", "size", 60) end)
  checks.fails_with("range.dst_ip: 239.1", function() pktgen.range.dst_ip("0", "start", "239.1") end)
  checks.fails_with("range.ttl: bound", function() pktgen.range.ttl("0", "from", 1) end)
  checks.fails_with("would send pktgen's default packet", function() pktgen.start("0") end)
end)

checks.run()
