-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- The binary search, and lines of CSV.
package.path = arg[1] .. "/?.lua;" .. arg[2] .. "/lib/?.lua;" .. package.path
local checks = require("checks")
local csv = require("csv")
local search = require("search")

--- Searches where everything up to `capacity` percent passes.
local function search_below(capacity, lowest, resolution)
  local tried = {}
  local best, top = search.highest_passing(function(percent)
    tried[#tried + 1] = percent
    return { percent = percent, passed = percent <= capacity }
  end, lowest, 100, resolution)
  return best, top, tried
end

checks.test("converges to within the resolution below any capacity, in no more trials than said", function()
  for _, capacity in ipairs({ 0.05, 0.0501, 0.3, 1, 5.9, 33.3, 99.9 }) do
    local best, top, tried = search_below(capacity, 0.05, 1)
    assert(best.percent <= capacity and best.percent * 1.01 >= capacity, capacity .. " % ended at " .. best.percent)
    checks.equal(top.percent, 100, "top")
    local most = search.most_trials(0.05, 100, 1)
    assert(#tried <= most and #tried >= most - 1, #tried .. " trials, said were " .. most)
  end
end)

checks.test("one trial is enough where line rate passes", function()
  local best, top, tried = search_below(100, 1, 1)
  checks.equal(best, top)
  checks.lists_equal(tried, { 100 })
end)

checks.test("nothing is found where the lowest fails", function()
  local best, top, tried = search_below(0.9, 1, 1)
  checks.equal(best, nil)
  checks.equal(top.percent, 100)
  checks.lists_equal(tried, { 100, 1 })
end)

checks.test("CSV has a header line, columns in order and four decimals", function()
  local file = csv.create("pktgen_search_test.csv", { "a", "b" })
  file:add({ b = 2.5, a = 1 })
  checks.equal(checks.contents("pktgen_search_test.csv"), "a,b\n1,2.5000\n", "before the end")
  file:add({ a = "x", b = -3 })
  file:close()
  local text = checks.contents("pktgen_search_test.csv")
  os.remove("pktgen_search_test.csv")
  checks.equal(text, "a,b\n1,2.5000\nx,-3\n")
end)

checks.test("a row without a column is an error", function()
  local file = csv.create("pktgen_search_test.csv", { "a", "b" })
  checks.fails_with("b", file.add, file, { a = 1 })
  file:close()
  os.remove("pktgen_search_test.csv")
end)

checks.run()
