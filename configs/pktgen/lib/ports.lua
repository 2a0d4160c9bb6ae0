-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- What pktgen tells about its ports. It takes their counters once a second, so they are true only some time after traffic has
-- ended.
local ports = {}

-- Longer than pktgen's second.
local PERIOD_MS = 1100
local TRIES = 20
local POLL_MS = 10

--- The speed of a port in Mbit/s. Raises an error if it has no link.
function ports.link_speed(port)
  local state = pktgen.linkState(tostring(port))[port]
  local speed = math.tointeger(tonumber(state:match("^<UP%-(%d+)")))
  if not speed or speed == 0 then
    error(string.format("port %d has no link (%s): is mcfwd running, is the port connected?", port, state), 0)
  end
  return speed
end

--- The counters of a port as pktgen took them last.
function ports.counters(port)
  return pktgen.portStats(tostring(port), "port")[port]
end

--- Waits until the counters of the ports of the plan stand still, and returns those of the sending and the receiving one.
--- Raises an error if they do not.
function ports.counters_at_rest(plan)
  pktgen.delay(PERIOD_MS)
  local sender, receiver = ports.counters(plan.send_port), ports.counters(plan.receive_port)
  for _ = 1, TRIES do
    pktgen.delay(PERIOD_MS)
    local sender_now, receiver_now = ports.counters(plan.send_port), ports.counters(plan.receive_port)
    if sender_now.opackets == sender.opackets and receiver_now.opackets == receiver.opackets
      and receiver_now.ipackets == receiver.ipackets then
      return sender_now, receiver_now
    end
    sender, receiver = sender_now, receiver_now
  end
  error(string.format("counters of ports %d and %d do not come to rest: something else sends there", plan.send_port,
    plan.receive_port), 0)
end

--- Starts a port that sends a set number of frames, and waits until it has. Raises an error if that takes too long.
function ports.send_counted(port, count, seconds)
  pktgen.set(tostring(port), "count", count)
  pktgen.start(tostring(port))
  for _ = 1, seconds * 1000 // POLL_MS do
    pktgen.delay(POLL_MS)
    if pktgen.isSending(tostring(port))[port] == "n" then
      return
    end
  end
  error(string.format("port %d has not sent %d frame(s) within %d s", port, count, seconds), 0)
end

return ports
