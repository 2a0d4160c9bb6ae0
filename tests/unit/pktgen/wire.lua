-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- What the stand-in's ports put on the wire as time passes. As in pktgen, a start in range mode makes all buffers of the port
-- anew, counting every address on from the one used last; then they are sent round and round.
local wire = {}

-- Preamble, frame checksum and gap, of frames without their checksum.
local OVERHEAD = 24

function wire.ip_number(text)
  local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  return a and ((tonumber(a) * 256 + tonumber(b)) * 256 + tonumber(c)) * 256 + tonumber(d)
end

function wire.mac_number(text)
  local digits = text:match("^%x%x:%x%x:%x%x:%x%x:%x%x:%x%x$") and text:gsub(":", "")
  return digits and tonumber(digits, 16)
end

--- Ports count up by default, as pktgen's do.
function wire.default_range()
  return { src_port_inc = 1, dst_port_inc = 1 }
end

--- Returns the function that gives the address after another one.
local function counter(range, name, number_of)
  local start, lowest = number_of(range[name .. "_start"]), number_of(range[name .. "_min"])
  local highest, step = number_of(range[name .. "_max"]), number_of(range[name .. "_inc"])
  return function(number)
    if step == 0 then
      return start
    end
    number = number + step
    return number < lowest and highest or number > highest and lowest or number
  end
end

local function mac_of_group(number)
  return 0x01005e000000 + (number & 0x7fffff)
end

local function check_fixed(range)
  for _, name in ipairs({ "src_port", "dst_port", "ttl", "pkt_size" }) do
    assert(range[name .. "_inc"] == 0 and range[name .. "_start"], name .. " is not set or changes")
  end
  assert(wire.ip_number(range.src_ip_inc) == 0 and wire.mac_number(range.src_mac_inc) == 0, "the source changes")
  assert(range.ip_proto == "udp", "protocol")
end

--- What the buffers depend on: a start that changes nothing fills them as they are.
local function origin_of(self, port)
  local parts = { port.last_ip, port.last_mac, self.router.frames }
  for _, name in ipairs({ "dst_ip", "dst_mac" }) do
    for _, bound in ipairs({ "start", "min", "max", "inc" }) do
      parts[#parts + 1] = port.range[name .. "_" .. bound]
    end
  end
  return table.concat(parts, " ")
end

--- Fills the buffers of a port that starts in range mode. `copies[i]` is how many come back of the first i.
local function fill(self, port)
  local range, origin = port.range, origin_of(self, port)
  check_fixed(range)
  port.next_buffer = 0
  if origin == port.origin then
    return
  end
  local next_ip, next_mac = counter(range, "dst_ip", wire.ip_number), counter(range, "dst_mac", wire.mac_number)
  port.buffers, port.copies = {}, { [0] = 0 }
  for index = 1, self.tx_pool do
    port.last_ip, port.last_mac = next_ip(port.last_ip), next_mac(port.last_mac)
    assert(port.last_mac == mac_of_group(port.last_ip), "Ethernet address of another group")
    port.buffers[index] = port.last_ip
    port.copies[index] = port.copies[index - 1] + self.router:fan_out(port.last_ip)
  end
  -- A whole number of rounds ends where it began.
  port.origin = origin == origin_of(self, port) and origin or nil
end

--- A port starts.
function wire.begin(self, port)
  assert(port.mode ~= "single", "port " .. port.number .. " would send pktgen's default packet")
  if port.mode == "range" then
    assert(port.size == port.range.pkt_size_start, "the rate is reckoned with another size")
    fill(self, port)
    if self.on_traffic then
      self.on_traffic(self, port)
    end
  end
end

local function frame_octets(port)
  if port.mode == "range" then
    return port.range.pkt_size_start - 4
  end
  local octets = 0
  for _, frame in ipairs(port.file) do
    octets = octets + #frame
  end
  return octets // #port.file
end

--- How many frames the port sends at its rate, a whole number as in pktgen.
local function packets_per_second(port)
  return math.floor(port.speed * 1000000 // ((frame_octets(port) + OVERHEAD) * 8) * port.rate / 100)
end

local function send_file(self, port, count)
  for _ = 1, count do
    self.router:hear(port.file[port.position])
    port.position = port.position % #port.file + 1
  end
end

--- Copies of the next `count` buffers, from the sums.
local function take_copies(self, port, count)
  local rounds, rest = count // self.tx_pool, count % self.tx_pool
  local from, to = port.next_buffer, port.next_buffer + rest
  local copies = rounds * port.copies[self.tx_pool]
  if to <= self.tx_pool then
    copies = copies + port.copies[to] - port.copies[from]
  else
    copies = copies + port.copies[self.tx_pool] - port.copies[from] + port.copies[to - self.tx_pool]
  end
  port.next_buffer = to % self.tx_pool
  return copies
end

--- Some milliseconds pass.
function wire.pass(self, milliseconds)
  local copies = 0
  for number = 0, #self.ports do
    local port = self.ports[number]
    if port and port.sending then
      port.thousandths = port.thousandths + packets_per_second(port) * milliseconds
      local count = math.tointeger(math.min(port.thousandths // 1000, port.remaining))
      port.thousandths = port.thousandths % 1000
      port.remaining = port.remaining - count
      port.opackets = port.opackets + count
      if port.mode == "pcap" then
        port.opackets = port.opackets - (port.remaining == 0 and self.short_by or 0)
        send_file(self, port, count)
      else
        copies = copies + take_copies(self, port, count)
      end
      port.sending = port.remaining > 0
    end
  end
  local receiver = self.ports[1]
  if receiver then
    local forwarded = self.router:forward(copies, milliseconds)
    local taken = math.min(forwarded, self.receive_pps * milliseconds // 1000)
    receiver.ipackets = receiver.ipackets + taken + self.foreign_pps * milliseconds // 1000
    receiver.imissed = receiver.imissed + forwarded - taken
  end
end

return wire
