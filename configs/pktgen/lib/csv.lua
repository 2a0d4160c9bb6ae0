-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- Lines of named columns, written as they come, so that an aborted sweep keeps what it has measured.
local csv = {}
csv.__index = csv

--- A new file with its header line. Raises an error if it cannot be written.
function csv.create(path, columns)
  local file = assert(io.open(path, "w"))
  assert(file:write(table.concat(columns, ","), "\n"))
  return setmetatable({ file = file, columns = columns }, csv)
end

local function text(value)
  return math.type(value) == "float" and string.format("%.4f", value) or tostring(value)
end

--- A line from a table that has every column.
function csv:add(row)
  local fields = {}
  for index, column in ipairs(self.columns) do
    fields[index] = text(assert(row[column], column))
  end
  assert(self.file:write(table.concat(fields, ","), "\n"))
  assert(self.file:flush())
end

function csv:close()
  assert(self.file:close())
end

return csv
