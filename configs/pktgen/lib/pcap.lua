-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- Writes frames to a file that pktgen (`-s PORT:FILE`), tcpdump and Wireshark read: the classic format, little-endian.
local pcap = {}

local MAGIC, MAJOR, MINOR, SNAPLEN, ETHERNET = 0xa1b2c3d4, 2, 4, 65535, 1

--- Raises an error if the file cannot be written.
function pcap.write(path, frames)
  local file = assert(io.open(path, "wb"))
  assert(file:write(string.pack("<I4I2I2i4I4I4I4", MAGIC, MAJOR, MINOR, 0, 0, SNAPLEN, ETHERNET)))
  for _, frame in ipairs(frames) do
    assert(file:write(string.pack("<I4I4I4I4", 0, 0, #frame, #frame), frame))
  end
  assert(file:close())
end

return pcap
