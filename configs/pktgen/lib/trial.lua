-- SPDX-License-Identifier: BSD-3-Clause
-- SPDX-FileCopyrightText: 2026 the mcfwd authors
--
-- One trial: send at a rate for a time, then compare what was sent with what came back. It passes if every copy came back and
-- nothing else did.
local ports = require("ports")

local trial = {}

--- `percent` of the sending port's link for `seconds`. The port has been prepared and all counters are at rest.
function trial.run(plan, point, percent, seconds)
  local port = tostring(plan.send_port)
  local sent, received = ports.counters(plan.send_port), ports.counters(plan.receive_port)
  pktgen.set(port, "rate", percent)
  pktgen.start(port)
  pktgen.delay(seconds * 1000)
  pktgen.stop(port)
  local sent_now, received_now = ports.counters_at_rest(plan)
  local outcome = {
    percent = percent,
    seconds = seconds,
    tx_packets = sent_now.opackets - sent.opackets,
    rx_packets = received_now.ipackets - received.ipackets,
    rx_missed = received_now.imissed - received.imissed,
  }
  if outcome.tx_packets == 0 then
    error(string.format("port %d sent nothing at %g %%", plan.send_port, percent), 0)
  end
  outcome.expected = outcome.tx_packets * point.fan_out
  outcome.lost = outcome.expected - outcome.rx_packets
  outcome.passed = outcome.lost == 0
  outcome.tx_pps = outcome.tx_packets // seconds
  outcome.rx_pps = outcome.rx_packets // seconds
  return outcome
end

return trial
