-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- Assertions, and a runner that answers in the Test Anything Protocol: `lua5.4 TESTS/NAME_test.lua TESTS CONFIGS/pktgen`.
local checks = {}

local tests = {}

local function shown(value)
  return type(value) == "string" and string.format("%q", value) or tostring(value)
end

function checks.test(name, body)
  tests[#tests + 1] = { name = name, body = body }
end

function checks.equal(got, expected, what)
  if got ~= expected then
    error(string.format("%s: got %s, expected %s", what or "value", shown(got), shown(expected)), 2)
  end
end

function checks.lists_equal(got, expected, what)
  checks.equal(#got, #expected, (what or "list") .. " length")
  for index = 1, #expected do
    checks.equal(got[index], expected[index], (what or "list") .. "[" .. index .. "]")
  end
end

--- The body raises an error with this text in it.
function checks.fails_with(text, body, ...)
  local done, why = pcall(body, ...)
  if done then
    error("no error, expected one with " .. shown(text), 2)
  end
  if not tostring(why):find(text, 1, true) then
    error("error " .. shown(why) .. ", expected one with " .. shown(text), 2)
  end
end

function checks.contents(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

--- Octets as hexadecimal text.
function checks.hex(octets)
  return (octets:gsub(".", function(octet)
    return string.format("%02x", octet:byte())
  end))
end

--- Runs all tests of the file; to be called last.
function checks.run()
  print("1.." .. #tests)
  local failed = 0
  for number, test in ipairs(tests) do
    local done, why = xpcall(test.body, debug.traceback)
    if done then
      print("ok " .. number .. " - " .. test.name)
    else
      failed = failed + 1
      print("not ok " .. number .. " - " .. test.name)
      print((("\n" .. why):gsub("\n", "\n# "):sub(2)))
    end
  end
  os.exit(failed == 0)
end

return checks
