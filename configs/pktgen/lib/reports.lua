-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- All IGMP frames of a plan in the order in which pktgen has to send them: first the joins, then the leaves.
local igmp = require("igmp")

local reports = {}

local function collect(append, plan)
  local frames = {}
  for _, range in ipairs(plan.joined) do
    for index = 1, range.receivers do
      append(frames, plan.igmp_version, plan.receivers[index], range.first_group, range.groups)
    end
  end
  return frames
end

--- The frames by which every receiver joins what the plan says.
function reports.joins(plan)
  return collect(igmp.append_joins, plan)
end

--- The frames by which they leave it.
function reports.leaves(plan)
  return collect(igmp.append_leaves, plan)
end

--- The name of the file with both, in the directory where pktgen is started.
function reports.file(plan)
  return plan.name .. "-igmp.pcap"
end

return reports
