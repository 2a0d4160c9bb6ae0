-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- The whole measurement inside pktgen: join, measure every point, leave. Whatever fails, traffic is stopped and the groups are
-- left before the error is raised again.
local csv = require("csv")
local membership = require("membership")
local ports = require("ports")
local reports = require("reports")
local search = require("search")
local traffic = require("traffic")
local trial = require("trial")

local sweep = {}

local TRIAL_COLUMNS = {
  "groups", "frame_size", "fan_out", "rate_percent", "seconds", "tx_packets", "expected_packets", "rx_packets", "lost_packets",
  "rx_missed", "tx_pps", "rx_pps",
}
local RESULT_COLUMNS = {
  "groups", "frame_size", "fan_out", "loss_free_percent", "loss_free_tx_pps", "loss_free_rx_pps", "line_rate_tx_pps",
  "line_rate_rx_pps", "line_rate_loss_percent",
}

local function check_ports(plan)
  local needed = math.max(plan.send_port, plan.receive_port) + 1
  local count = pktgen.portCount()
  if count < needed then
    error(string.format("pktgen has %d port(s), but port %d sends and port %d receives: start it with %d", count, plan.send_port,
      plan.receive_port, needed), 0)
  end
  ports.link_speed(plan.send_port)
  ports.link_speed(plan.receive_port)
end

local function trial_row(point, outcome)
  return {
    groups = point.groups,
    frame_size = point.frame_size,
    fan_out = point.fan_out,
    rate_percent = outcome.percent + 0.0,
    seconds = outcome.seconds,
    tx_packets = outcome.tx_packets,
    expected_packets = outcome.expected,
    rx_packets = outcome.rx_packets,
    lost_packets = outcome.lost,
    rx_missed = outcome.rx_missed,
    tx_pps = outcome.tx_pps,
    rx_pps = outcome.rx_pps,
  }
end

local function result_row(point, best, top)
  return {
    groups = point.groups,
    frame_size = point.frame_size,
    fan_out = point.fan_out,
    loss_free_percent = (best and best.percent or 0) + 0.0,
    loss_free_tx_pps = best and best.tx_pps or 0,
    loss_free_rx_pps = best and best.rx_pps or 0,
    line_rate_tx_pps = top.tx_pps,
    line_rate_rx_pps = top.rx_pps,
    line_rate_loss_percent = 100 * top.lost / top.expected,
  }
end

--- Before the first trial of a point its flows get their forwarding entries, and a set-up that cannot work is told apart from one
--- that loses.
local function warm_up(plan, point)
  traffic.prepare(plan, point)
  local outcome = trial.run(plan, point, plan.lowest_percent, plan.warm_up_seconds)
  if outcome.rx_packets == 0 then
    error(string.format("nothing came back of %d packets: does mcfwd run with %s.toml, and pktgen with -s %d:%s?",
      outcome.tx_packets, plan.name, plan.receive_port, reports.file(plan)), 0)
  end
  if outcome.tx_packets < point.groups then
    error(string.format("the warm-up sent %d packets to %d groups: raise warm_up_seconds", outcome.tx_packets, point.groups), 0)
  end
end

local function measure(plan, point, files)
  warm_up(plan, point)
  local function try(percent)
    local outcome = trial.run(plan, point, percent, plan.trial_seconds)
    files.trials:add(trial_row(point, outcome))
    return outcome
  end
  local best, top = search.highest_passing(try, plan.lowest_percent, 100, plan.resolution_percent)
  local row = result_row(point, best, top)
  files.results:add(row)
  print(string.format("%d groups, %d octets, fan-out %d: %d pps in and %d pps out without loss", row.groups, row.frame_size,
    row.fan_out, row.loss_free_tx_pps, row.loss_free_rx_pps))
end

--- Stops everything, then gives back what was joined. Returns the first error, if any.
local function clean_up(memberships)
  local stopped, why_not_stopped = pcall(pktgen.stop, "all")
  local left, why_not_left = pcall(memberships.leave, memberships)
  pcall(pktgen.stop, "all") -- the leave may have failed while sending
  pcall(pktgen.screen, "on")
  return (not stopped and why_not_stopped) or (not left and why_not_left) or nil
end

--- Runs the plan. Writes NAME-results.csv, a line per point, and NAME-trials.csv, a line per trial, to the working directory.
function sweep.run(plan)
  check_ports(plan)
  local files = {
    results = csv.create(plan.name .. "-results.csv", RESULT_COLUMNS),
    trials = csv.create(plan.name .. "-trials.csv", TRIAL_COLUMNS),
  }
  local memberships = membership.new(plan)
  local done, why = pcall(function()
    pktgen.screen("off")
    memberships:join()
    for _, point in ipairs(plan.points) do
      measure(plan, point, files)
    end
  end)
  local unclean = clean_up(memberships)
  files.results:close()
  files.trials:close()
  if not done then
    error(why, 0)
  end
  if unclean then
    error(unclean, 0)
  end
end

return sweep
