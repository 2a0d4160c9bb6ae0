-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- The two uses of a script: plain Lua writes the file with the IGMP frames, pktgen measures.
local pcap = require("pcap")
local reports = require("reports")
local sweep = require("sweep")

local function write(plan)
  local joins, frames = reports.joins(plan), reports.leaves(plan)
  table.move(frames, 1, #frames, #joins + 1, joins)
  pcap.write(reports.file(plan), joins)
  print(string.format("%s: %d frames join, %d leave", reports.file(plan), #joins - #frames, #frames))
end

return function(plan)
  if pktgen then
    sweep.run(plan)
  else
    write(plan)
  end
end
