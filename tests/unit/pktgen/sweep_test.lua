-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- The sweep against a stand-in for pktgen with a router behind it: what is found, in which order things happen, and how it ends
-- when something fails.
package.path = arg[1] .. "/?.lua;" .. arg[2] .. "/lib/?.lua;" .. package.path
local checks = require("checks")
local plan = require("plan")
local reports = require("reports")
local router = require("router")
local stand_in = require("stand_in")
local sweep = require("sweep")
local wire = require("wire")

local function small(over)
  local settings = { name = "pktgen_sweep_test", groups = { 2, 8 }, frame_sizes = { 64, 1518 }, fan_outs = { 1, 4 }, tx_pool = 16,
    trial_seconds = 4 }
  for key, value in pairs(over or {}) do
    settings[key] = value
  end
  return plan.new(settings)
end

local MEMBERSHIPS = 8 + 4 * 8

local function file_of(made)
  local frames = reports.joins(made)
  for _, frame in ipairs(reports.leaves(made)) do
    frames[#frames + 1] = frame
  end
  return frames
end

--- A stand-in over `options`, whose router forwards so many copies per second.
local function lab(made, copies_per_second, options)
  local all = { router = router.new(copies_per_second), tx_pool = made.tx_pool, files = { [1] = file_of(made) } }
  for key, value in pairs(options or {}) do
    all[key] = value
  end
  local state = stand_in.new(all)
  pktgen = state.pktgen
  return state
end

--- The rows of a file that the sweep has written, which is removed.
local function rows_of(name)
  local path = "pktgen_sweep_test-" .. name .. ".csv"
  local lines = {}
  for line in checks.contents(path):gmatch("[^\n]+") do
    lines[#lines + 1] = line
  end
  os.remove(path)
  local columns, rows = {}, {}
  for column in lines[1]:gmatch("[^,]+") do
    columns[#columns + 1] = column
  end
  for index = 2, #lines do
    local row, at = {}, 0
    for field in lines[index]:gmatch("[^,]+") do
      at = at + 1
      row[columns[at]] = tonumber(field)
    end
    rows[index - 1] = row
  end
  return rows, lines
end

local function silently(body, ...)
  local shown = print
  print = function() end
  local outcome = table.pack(pcall(body, ...))
  print = shown
  if not outcome[1] then
    error(outcome[2], 0)
  end
end

checks.test("finds the capacity of the router at every point", function()
  local made, capacity = small(), 2000000
  lab(made, capacity)
  silently(sweep.run, made)
  local rows = rows_of("results")
  rows_of("trials")
  checks.equal(#rows, #made.points)
  for index, row in ipairs(rows) do
    local point = made.points[index]
    checks.equal(row.groups, point.groups, "groups")
    checks.equal(row.frame_size, point.frame_size, "frame_size")
    checks.equal(row.fan_out, point.fan_out, "fan_out")
    local line_rate = 10000 * 1000000 // ((point.frame_size + 20) * 8)
    local expected = math.min(100, 100 * capacity / point.fan_out / line_rate)
    local found = row.loss_free_percent
    assert(found <= expected * 1.0001 and found >= expected / 1.0101, string.format("found %g %%, expected %g %%", found, expected))
    checks.equal(row.loss_free_rx_pps // point.fan_out, row.loss_free_tx_pps, "out is in times fan-out")
    assert(math.abs(row.loss_free_tx_pps - found * line_rate / 100) < 50 + found * line_rate / 1e6, "rate in packets")
    local loss = math.max(0, 100 - expected)
    assert(math.abs(row.line_rate_loss_percent - loss) < 0.5, row.line_rate_loss_percent .. " % lost, expected " .. loss)
  end
end)

checks.test("writes exactly these lines", function()
  local made = small({ groups = { 2 }, frame_sizes = { 64 }, fan_outs = { 4 }, lowest_percent = 10, resolution_percent = 100 })
  lab(made, 16000000)
  silently(sweep.run, made)
  local _, results = rows_of("results")
  local _, trials = rows_of("trials")
  -- A link of 10 Gbit/s takes 14,880,952 frames of 64 octets a second; the router makes 16 million copies, of 4 million packets.
  checks.lists_equal(trials, {
    "groups,frame_size,fan_out,rate_percent,seconds,tx_packets,expected_packets,rx_packets,lost_packets,rx_missed,tx_pps,rx_pps",
    "2,64,4,100.0000,4,59523808,238095232,64000000,174095232,0,14880952,16000000",
    "2,64,4,10.0000,4,5952380,23809520,23809520,0,0,1488095,5952380",
    "2,64,4,31.6228,4,18823080,75292320,64000000,11292320,0,4705770,16000000",
    "2,64,4,17.7828,4,10584996,42339984,42339984,0,0,2646249,10584996",
  }, "trials")
  checks.lists_equal(results, {
    "groups,frame_size,fan_out,loss_free_percent,loss_free_tx_pps,loss_free_rx_pps,line_rate_tx_pps,line_rate_rx_pps,"
      .. "line_rate_loss_percent",
    "2,64,4,17.7828,2646249,10584996,14880952,16000000,73.1200",
  }, "results")
end)

checks.test("a router that never gets through is a row with 0, not an error", function()
  local made = small({ groups = { 2 }, frame_sizes = { 64 }, fan_outs = { 4 } })
  lab(made, 1000)
  silently(sweep.run, made)
  local rows = rows_of("results")
  checks.equal(#rows_of("trials"), 2)
  checks.equal(rows[1].loss_free_percent, 0)
  checks.equal(rows[1].loss_free_tx_pps, 0)
  checks.equal(rows[1].line_rate_rx_pps, 1000)
end)

for version = 2, 3 do
  checks.test("IGMPv" .. version .. ": all groups are joined before traffic starts, and left after it", function()
    local made, starts = small({ igmp_version = version }), 0
    local state = lab(made, 2000000, {
      on_traffic = function(self)
        starts = starts + 1
        checks.equal(self.router.count, MEMBERSHIPS, "memberships while traffic runs")
      end,
    })
    silently(sweep.run, made)
    rows_of("results")
    local trials = rows_of("trials")
    checks.equal(starts, #trials + 2 * #made.points, "starts: trials, first frames and warm-ups")
    checks.equal(state.router.count, 0, "memberships afterwards")
    checks.equal(state.router.frames, #file_of(made), "IGMP frames")
    checks.equal(stand_in.sends(state), false, "sends afterwards")
  end)
end

checks.test("a point sends its size to its groups, every one equally often", function()
  local made, seen = small(), {}
  lab(made, 2000000, {
    on_traffic = function(self, port)
      if port.range.dst_ip_inc == "0.0.0.0" then
        return -- the first frame of a point
      end
      local times, groups = {}, 0
      for _, group in ipairs(port.buffers) do
        groups = groups + (times[group] and 0 or 1)
        times[group] = (times[group] or 0) + 1
      end
      local first = wire.ip_number(port.range.dst_ip_start)
      for group = first, first + groups - 1 do
        checks.equal(times[group], self.tx_pool // groups, "share of a group")
        checks.equal(self.router:fan_out(group), first == wire.ip_number("239.1.0.0") and 1 or 4, "fan-out")
      end
      checks.equal(port.range.src_ip_start, "10.0.0.2", "source")
      checks.equal(port.range.ttl_start, 64, "TTL")
      local line = string.format("%s %d %d", port.range.dst_ip_start, groups, port.range.pkt_size_start)
      if seen[#seen] ~= line then
        seen[#seen + 1] = line
      end
    end,
  })
  silently(sweep.run, made)
  rows_of("results")
  rows_of("trials")
  checks.lists_equal(seen, {
    "239.1.0.0 2 64", "239.1.0.0 2 1518", "239.1.0.0 8 64", "239.1.0.0 8 1518",
    "239.2.0.0 2 64", "239.2.0.0 2 1518", "239.2.0.0 8 64", "239.2.0.0 8 1518",
  }, "points")
end)

--- Runs into the failure and expects the error; then nothing sends and nobody is a member.
local function ends_clean(text, options, over)
  local made = small(over)
  local state = lab(made, 2000000, options)
  checks.fails_with(text, silently, sweep.run, made)
  checks.equal(stand_in.sends(state), false, "sends afterwards")
  checks.equal(state.router.count, 0, "memberships afterwards")
  rows_of("results")
  rows_of("trials")
  return state
end

checks.test("an error while traffic runs stops it and leaves the groups", function()
  local started
  local options = { failures = { { name = "delay", message = "interrupted" } }, on_traffic = function(self, port)
    if port.range.dst_ip_inc ~= "0.0.0.0" and not started then
      started = true
      self.failures[1].call = self.calls.delay + 1
    end
  end }
  local state = ends_clean("interrupted", options)
  checks.equal(started, true)
  checks.equal(state.router.most, MEMBERSHIPS, "memberships before")
end)

checks.test("an error half-way through the joins leaves what was joined", function()
  local state = ends_clean("interrupted", { failures = { { name = "delay", call = 4, message = "interrupted" } } },
    { igmp_version = 2, reports_per_second = 500 })
  checks.equal(state.router.frames, 2 * MEMBERSHIPS, "all of the file was sent")
end)

checks.test("an error of stop does not hide the first one", function()
  ends_clean("first", { failures = {
    { name = "range.ttl", call = 1, message = "first" },
    { name = "stop", call = 1, message = "second" },
  } })
end)

checks.test("an error of the leave alone is told", function()
  local made = small({ groups = { 2 }, frame_sizes = { 64 }, fan_outs = { 1 } })
  local state = lab(made, 20000000, { failures = { { name = "pcap", call = 2, message = "no leave" } } })
  checks.fails_with("no leave", silently, sweep.run, made)
  checks.equal(state.router.count, 2)
  checks.equal(#rows_of("results"), 1, "results")
  rows_of("trials")
end)

checks.test("IGMP frames that pktgen did not send are told", function()
  local made = small()
  lab(made, 2000000, { short_by = 1 })
  checks.fails_with("port 1 sent 4 of 5 IGMP frames", silently, sweep.run, made)
  rows_of("results")
  rows_of("trials")
end)

checks.test("what pktgen itself could not take is a column of the trials", function()
  local made = small({ groups = { 2 }, frame_sizes = { 64 }, fan_outs = { 1 } })
  lab(made, 20000000, { receive_pps = 1000000 })
  silently(sweep.run, made)
  local row = rows_of("trials")[1]
  checks.equal(row.rx_missed, row.lost_packets)
  assert(row.rx_missed > 50000000, row.rx_missed .. " missed")
  assert(rows_of("results")[1].loss_free_tx_pps <= 1000000, "loss-free rate")
end)

checks.test("foreign traffic at the receiving port is told", function()
  local made = small()
  local state = lab(made, 2000000, { foreign_pps = 200 })
  checks.fails_with("counters of ports 0 and 1 do not come to rest: something else sends there", silently, sweep.run, made)
  checks.equal(stand_in.sends(state), false)
  rows_of("results")
  rows_of("trials")
end)

checks.test("too few ports, no link, no file and another range of groups are clear messages", function()
  local made = small()
  lab(made, 1000, { ports = 1 })
  checks.fails_with("pktgen has 1 port(s), but port 0 sends and port 1 receives: start it with 2", sweep.run, made)
  lab(made, 1000, { speed = 0 })
  checks.fails_with("port 0 has no link (<--Down-->): is mcfwd running", sweep.run, made)
  ends_clean("nothing came back", { files = { [1] = file_of(small({ first_group = "239.9.0.0" })) } })
  ends_clean("the warm-up sent 1 packets to 2 groups: raise warm_up_seconds", { speed = 1 },
    { frame_sizes = { 1518 }, fan_outs = { 1 }, lowest_percent = 2, warm_up_seconds = 1 })
end)

checks.run()
