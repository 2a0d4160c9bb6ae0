-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- Binary search for the highest rate at which a trial passes (RFC 2544 section 26.1). Knows nothing of pktgen.
local search = {}

--- `try(percent)` returns an outcome with `passed`. Tries `highest` first, then `lowest`, then their geometric mean, and so on
--- until what failed is at most `resolution` percent above what passed: the rates of one sweep differ by orders of magnitude.
--- Returns the outcome of the highest rate that passed, or nil if not even the lowest did, and that of `highest`.
function search.highest_passing(try, lowest, highest, resolution)
  local top = try(highest)
  if top.passed then
    return top, top
  end
  local best = try(lowest)
  if not best.passed then
    return nil, top
  end
  local passing, failing = lowest, highest
  while failing > passing * (1 + resolution / 100) do
    local middle = math.sqrt(passing * failing)
    local outcome = try(middle)
    if outcome.passed then
      passing, best = middle, outcome
    else
      failing = middle
    end
  end
  return best, top
end

--- The most trials that takes.
function search.most_trials(lowest, highest, resolution)
  return 2 + math.max(0, math.ceil(math.log(math.log(highest / lowest) / math.log(1 + resolution / 100), 2)))
end

return search
