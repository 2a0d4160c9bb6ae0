-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- Lets pktgen send the IGMP frames of its file. pktgen goes through the file in order and goes on where it stopped, so the joins
-- are sent by counting them off, and the leaves by sending what remains.
local ports = require("ports")
local reports = require("reports")

local membership = {}
membership.__index = membership

-- Preamble, frame checksum and gap.
local OVERHEAD = 24

--- Nothing has been sent yet: pktgen is at the begin of the file, or has gone through it as a whole.
function membership.new(plan)
  local joins, leaves = reports.joins(plan), reports.leaves(plan)
  local octets = 0
  for _, frames in ipairs({ joins, leaves }) do
    for _, frame in ipairs(frames) do
      octets = octets + #frame
    end
  end
  return setmetatable({
    plan = plan,
    joins = #joins,
    all = #joins + #leaves,
    mean_length = octets / (#joins + #leaves),
    sent_before = ports.counters(plan.receive_port).opackets,
  }, membership)
end

--- The rate that pktgen needs for the frames per second of the plan, in percent of the link.
function membership:percent()
  local bits = self.plan.reports_per_second * (self.mean_length + OVERHEAD) * 8
  return math.min(100, 100 * bits / (ports.link_speed(self.plan.receive_port) * 1e6))
end

--- Goes on in the file until `position` frames of it have been sent.
function membership:send_until(position)
  local plan = self.plan
  local port = tostring(plan.receive_port)
  local _, before = ports.counters_at_rest(plan)
  local missing = position - (before.opackets - self.sent_before)
  if missing <= 0 then
    return
  end
  pktgen.pcap(port, "on")
  pktgen.set(port, "rate", self:percent())
  ports.send_counted(plan.receive_port, missing, 5 + 2 * (missing // plan.reports_per_second))
  local _, after = ports.counters_at_rest(plan)
  if after.opackets - before.opackets ~= missing then
    error(string.format("port %d sent %d of %d IGMP frames", plan.receive_port, after.opackets - before.opackets, missing), 0)
  end
end

--- Every receiver joins all groups of the plan.
function membership:join()
  self:send_until(self.joins)
end

--- And leaves them, also where `join` failed half-way.
function membership:leave()
  self:send_until(self.all)
end

return membership
