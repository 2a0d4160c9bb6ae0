-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- IGMP frames octet by octet, and the file that they are written to. igmp_frames_test.cc reads the same with the codec of igmp/.
package.path = arg[1] .. "/?.lua;" .. arg[2] .. "/lib/?.lua;" .. package.path
local addresses = require("addresses")
local checks = require("checks")
local igmp = require("igmp")
local pcap = require("pcap")

local host = { vlan = 101, address = addresses.ipv4("10.1.101.2"), mac = "02:00:00:01:00:65" }

local function frames_of(append, version, first, count)
  local frames = {}
  append(frames, version, host, addresses.ipv4(first), count)
  return frames
end

checks.test("version 3 join of two groups", function()
  local frames = frames_of(igmp.append_joins, 3, "239.1.0.0", 2)
  checks.equal(#frames, 1)
  checks.equal(checks.hex(frames[1]), "01005e000016" .. "020000010065" .. "81000065" .. "0800"
    .. "46c0003000004000010294ee" .. "0a016502" .. "e0000016" .. "94040000"
    .. "2200f7f8" .. "00000002" .. "04000000ef010000" .. "04000000ef010001")
end)

checks.test("version 3 leave changes the filter mode to include nothing", function()
  local frames = frames_of(igmp.append_leaves, 3, "239.1.0.0", 1)
  checks.equal(checks.hex(frames[1]:sub(43)), "2200ebfc" .. "00000001" .. "03000000ef010000" .. "0000")
end)

checks.test("version 2 join goes to the group, one frame each, padded", function()
  local frames = frames_of(igmp.append_joins, 2, "239.129.2.255", 2)
  checks.equal(#frames, 2)
  checks.equal(checks.hex(frames[2]), "01005e010300" .. "020000010065" .. "81000065" .. "0800"
    .. "46c000200000400001028293" .. "0a016502" .. "ef810300" .. "94040000"
    .. "1600f77d" .. "ef810300" .. "00000000" .. "0000" .. "0000" .. "0000")
  checks.equal(#frames[1], 60)
end)

checks.test("version 2 leave goes to all routers", function()
  local frames = frames_of(igmp.append_leaves, 2, "239.1.0.0", 1)
  checks.equal(checks.hex(frames[1]:sub(1, 6)), "01005e000002")
  checks.equal(checks.hex(frames[1]:sub(35, 38)), "e0000002")
  checks.equal(checks.hex(frames[1]:sub(43, 50)), "1700f9fd" .. "ef010000")
end)

checks.test("183 records fill the longest frame that pktgen takes, the next begins another", function()
  local frames = frames_of(igmp.append_joins, 3, "239.1.0.0", 184)
  checks.equal(#frames, 2)
  checks.equal(#frames[1], 1514)
  checks.equal(checks.hex(frames[2]:sub(43)):sub(9), "00000001" .. "04000000ef0100b7" .. "0000")
end)

checks.test("the file is classic pcap", function()
  pcap.write("pktgen_igmp_test.pcap", { "abc", "defgh" })
  local octets = checks.contents("pktgen_igmp_test.pcap")
  os.remove("pktgen_igmp_test.pcap")
  checks.equal(checks.hex(octets), "d4c3b2a1" .. "02000400" .. "00000000" .. "00000000" .. "ffff0000" .. "01000000"
    .. "00000000" .. "00000000" .. "03000000" .. "03000000" .. "616263"
    .. "00000000" .. "00000000" .. "05000000" .. "05000000" .. "6465666768")
end)

checks.test("a file that cannot be written is an error", function()
  checks.fails_with("No such file or directory", pcap.write, "no/such/directory.pcap", {})
end)

checks.run()
