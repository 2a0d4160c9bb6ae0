-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- IPv4 and Ethernet addresses: as text for pktgen and people, as numbers to count with, as octets for frames.
local addresses = {}

--- The number of a dotted quad, or nil.
function addresses.ipv4(text)
  local number = 0
  local parts = { tostring(text):match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  if #parts ~= 4 then
    return nil
  end
  for _, part in ipairs(parts) do
    local octet = math.tointeger(tonumber(part))
    if octet > 255 then
      return nil
    end
    number = number << 8 | octet
  end
  return number
end

function addresses.ipv4_text(number)
  return string.format("%d.%d.%d.%d", number >> 24 & 255, number >> 16 & 255, number >> 8 & 255, number & 255)
end

--- The Ethernet address of a group, as text: 01:00:5e and the low 23 bits (RFC 1112 section 6.4).
function addresses.group_mac(group)
  return string.format("01:00:5e:%02x:%02x:%02x", group >> 16 & 127, group >> 8 & 255, group & 255)
end

--- The six octets of an Ethernet address in text, or nil.
function addresses.mac_octets(text)
  local octets = { tostring(text):match("^(%x%x):(%x%x):(%x%x):(%x%x):(%x%x):(%x%x)$") }
  if #octets ~= 6 then
    return nil
  end
  for index, digits in ipairs(octets) do
    octets[index] = string.char(tonumber(digits, 16))
  end
  return table.concat(octets)
end

return addresses
