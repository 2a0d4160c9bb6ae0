-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- The scripts that people start, in both their uses, and the configuration files of mcfwd that match them.
package.path = arg[1] .. "/?.lua;" .. package.path
local checks = require("checks")
local router = require("router")
local stand_in = require("stand_in")

local folder = arg[2]

local function run(script)
  local shown, lines = print, {}
  print = function(line)
    lines[#lines + 1] = line
  end
  local done, why = pcall(dofile, folder .. "/" .. script .. ".lua")
  print = shown
  assert(done, why)
  return lines
end

--- The frames of a pcap file, which is removed.
local function frames_of(path)
  local octets, frames, at = checks.contents(path), {}, 25
  os.remove(path)
  while at <= #octets do
    local length = string.unpack("<I4", octets, at + 8)
    frames[#frames + 1] = octets:sub(at + 16, at + 15 + length)
    at = at + 16 + length
  end
  return frames
end

local function written_by(script)
  pktgen = nil
  local lines = run(script)
  checks.equal(#lines, 1)
  local name, joins, leaves = lines[1]:match("^(.*): (%d+) frames join, (%d+) leave$")
  checks.equal(name, script .. "-igmp.pcap")
  local frames = frames_of(name)
  checks.equal(#frames, joins + leaves, "frames")
  return frames, tonumber(joins)
end

for _, known in ipairs({ { "memif", 1024 }, { "bare-metal", 8192 } }) do
  local script, most = table.unpack(known)

  checks.test(script .. ".lua writes joins and leaves of all receivers", function()
    local frames, joins = written_by(script)
    local hearing = router.new(0)
    for index, frame in ipairs(frames) do
      hearing:hear(frame)
      if index == joins then
        checks.equal(hearing.count, most * (1 + 4 + 16), "memberships")
      end
    end
    checks.equal(hearing.count, 0, "memberships afterwards")
  end)

  checks.test(script .. ".toml has an interface for every receiver and the port of the source", function()
    local toml = checks.contents(folder .. "/" .. script .. ".toml")
    local vlans = 0
    for port, vlan, address in toml:gmatch('port = "(%w+)"\nvlan = (%d+)\naddress = %["([%d./]+)"%]') do
      checks.equal(port, "receivers")
      checks.equal(tonumber(vlan), 101 + vlans)
      checks.equal(address, "10.1." .. vlan .. ".1/24")
      vlans = vlans + 1
    end
    checks.equal(vlans, 16)
    assert(toml:find('port = "feed"\naddress = ["10.0.0.1/24"]', 1, true), "feed")
    local intervals = 0
    for interval in toml:gmatch("query_interval = (%d+)%.0, startup") do
      assert(2 * tonumber(interval) >= 21500, "memberships end before membership_seconds")
      intervals = intervals + 1
    end
    checks.equal(intervals, 16)
    assert(tonumber(toml:match("mfib_entries = (%d+)")) >= 2 * 3 * most, "room for the flows")
  end)
end

checks.test("memif.lua measures inside pktgen", function()
  local frames = written_by("memif")
  local state = stand_in.new({ router = router.new(8000000), speed = 100000, files = { [1] = frames } })
  pktgen = state.pktgen
  local lines = run("memif")
  checks.equal(#lines, 27)
  checks.equal(state.router.count, 0, "memberships afterwards")
  checks.equal(state.router.most, 1024 * 21, "memberships")
  local results, trials = checks.contents("memif-results.csv"), checks.contents("memif-trials.csv")
  os.remove("memif-results.csv")
  os.remove("memif-trials.csv")
  local _, rows = results:gsub("\n", "")
  checks.equal(rows, 28, "lines")
  assert(#trials > #results, "a line per trial")
end)

checks.run()
