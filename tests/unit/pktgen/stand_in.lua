-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- Stands in for Pktgen-DPDK 23: the functions of its Lua interface that the scripts call, with their arguments checked, and
-- what pktgen does with them. Time is simulated and passes in `pktgen.delay` only. What pktgen would silently put right is
-- refused here, and so is every other function.
local wire = require("wire")

local stand_in = {}

local STEP_MS = 20

local function port_of(self, list)
  local number = math.tointeger(tonumber(list))
  if type(list) ~= "string" or not number or not self.ports[number] then
    error("invalid portlist " .. tostring(list), 3)
  end
  return self.ports[number]
end

local function ports_of(self, list)
  return list == "all" and self.ports or { [0] = port_of(self, list) }
end

local function state_of(text)
  assert(text == "on" or text == "off", "state is on or off")
  return text == "on"
end

local settings = {
  count = { 0, 0xffffffff, "integer" },
  size = { 64, 1518, "integer" },
  rate = { 1e-6, 100 },
}

local function set(self, list, what, value)
  local port, limits = port_of(self, list), settings[what]
  assert(limits, "set does not support " .. tostring(what))
  assert(type(value) == "number" and value >= limits[1] and value <= limits[2], "set " .. what .. " out of range")
  assert(not limits[3] or math.type(value) == limits[3], "set " .. what .. " is no integer")
  port[what] = value
end

local function start(self, list)
  for _, port in pairs(ports_of(self, list)) do
    if not port.sending then
      port.remaining = port.count > 0 and port.count or math.huge
      port.thousandths = 0
      port.sending = true
      wire.begin(self, port)
    end
  end
end

local function stop(self, list)
  for _, port in pairs(ports_of(self, list)) do
    port.sending = false
  end
end

local function delay(self, milliseconds)
  assert(math.type(milliseconds) == "integer" and milliseconds >= 0, "delay takes milliseconds")
  local until_then = self.now + milliseconds
  while self.now < until_then do
    local step = math.min(STEP_MS, until_then - self.now)
    self.now = self.now + step
    wire.pass(self, step)
    if self.now // 1000 > (self.now - step) // 1000 then
      for _, port in pairs(self.ports) do
        port.snapshot = { opackets = port.opackets, ipackets = port.ipackets, imissed = port.imissed }
      end
    end
  end
end

local function table_of(self, list, value)
  local port = port_of(self, list)
  return { n = 1, [port.number] = value(port) }
end

local function range_setter(name, valid)
  return function(self, list, bound, value)
    local port = port_of(self, list)
    assert(bound == "start" or bound == "min" or bound == "max" or bound == "inc", "range." .. name .. ": bound")
    assert(valid(value), "range." .. name .. ": " .. tostring(value))
    port.range[name .. "_" .. bound] = value
    if name == "dst_mac" and bound == "start" then
      port.last_mac = wire.mac_number(value) -- pktgen counts on from here, but not so for the IP address
    end
  end
end

local function is_mac(value)
  return type(value) == "string" and wire.mac_number(value) ~= nil
end

local function is_address(value)
  return type(value) == "string" and wire.ip_number(value) ~= nil
end

local function is_integer(lowest, highest)
  return function(value)
    return math.type(value) == "integer" and value >= lowest and value <= highest
  end
end

local functions = {
  portCount = { 0, function(self) return self.ports[0] and #self.ports + 1 or 0 end },
  screen = { 1, function(_, state) state_of(state) end },
  set = { 3, set },
  start = { 1, start },
  stop = { 1, stop },
  delay = { 1, delay },
  pcap = { 2, function(self, list, state)
    local port = port_of(self, list)
    port.mode = state_of(state) and port.file and "pcap" or port.mode
  end },
  set_range = { 2, function(self, list, state)
    local port = port_of(self, list)
    assert(not port.sending, "Cannot enable the range settings while sending packets!")
    port.mode = state_of(state) and "range" or "single"
  end },
  isSending = { 1, function(self, list)
    return table_of(self, list, function(port) return port.sending and "y" or "n" end)
  end },
  linkState = { 1, function(self, list)
    return table_of(self, list, function(port)
      return port.speed > 0 and "<UP-" .. port.speed .. "-FD>" or "<--Down-->"
    end)
  end },
  portStats = { 2, function(self, list, kind)
    assert(kind == "port", "portStats kind")
    return table_of(self, list, function(port) return port.snapshot end)
  end },
}

local range_functions = {
  ip_proto = { 2, function(self, list, protocol)
    assert(protocol == "udp" or protocol == "tcp" or protocol == "icmp", "range.ip_proto")
    port_of(self, list).range.ip_proto = protocol
  end },
  src_mac = { 3, range_setter("src_mac", is_mac) },
  dst_mac = { 3, range_setter("dst_mac", is_mac) },
  src_ip = { 3, range_setter("src_ip", is_address) },
  dst_ip = { 3, range_setter("dst_ip", is_address) },
  src_port = { 3, range_setter("src_port", is_integer(0, 65535)) },
  dst_port = { 3, range_setter("dst_port", is_integer(0, 65535)) },
  ttl = { 3, range_setter("ttl", is_integer(0, 255)) },
  pkt_size = { 3, range_setter("pkt_size", is_integer(0, 1518)) },
}

--- A table like `pktgen` whose functions take exactly their number of arguments, are counted, and fail where a test wants it.
local function interface(self, prefix, list)
  local made = {}
  for name, entry in pairs(list) do
    made[name] = function(...)
      local called = prefix .. name
      if select("#", ...) ~= entry[1] then
        error(called .. ", wrong number of arguments", 2)
      end
      self.calls[called] = (self.calls[called] or 0) + 1
      for _, failure in ipairs(self.failures) do
        if failure.name == called and failure.call == self.calls[called] then
          error(failure.message, 0)
        end
      end
      return entry[2](self, ...)
    end
  end
  return setmetatable(made, { __index = function(_, name)
    error("pktgen has no function " .. prefix .. name, 2)
  end })
end

local function new_port(number, speed, file)
  return {
    number = number, speed = speed, file = file, position = 1, mode = "single", sending = false,
    count = 0, size = 64, rate = 100.0, range = wire.default_range(), last_mac = 0, last_ip = wire.ip_number("192.168.1.1"),
    opackets = 0, ipackets = 0, imissed = 0, snapshot = { opackets = 0, ipackets = 0, imissed = 0 },
  }
end

--- `options`: `ports` (2), `speed` in Mbit/s (10,000), `router`, `files` by port, `tx_pool` (24,576), `on_traffic` called when the
--- range mode starts, `foreign_pps` that port 1 gets from elsewhere, `receive_pps` that it can take, `short_by`, frames that are
--- missing of every file sent, `failures`, a list of {name, call, message}. Returns the state; its `pktgen` is the interface.
function stand_in.new(options)
  local self = { now = 0, calls = {}, ports = {}, router = options.router, on_traffic = options.on_traffic,
    failures = options.failures or {}, tx_pool = options.tx_pool or 24576, foreign_pps = options.foreign_pps or 0,
    receive_pps = options.receive_pps or math.maxinteger // 1000000, short_by = options.short_by or 0 }
  for number = 0, (options.ports or 2) - 1 do
    self.ports[number] = new_port(number, options.speed or 10000, (options.files or {})[number])
  end
  self.pktgen = interface(self, "", functions)
  self.pktgen.range = interface(self, "range.", range_functions)
  return self
end

--- Whether any port sends.
function stand_in.sends(self)
  for _, port in pairs(self.ports) do
    if port.sending then
      return true
    end
  end
  return false
end

return stand_in
