// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// IGMP as a host on one interface: what is to be received comes in, reports go out. Open this file first to
// use the host side; one object per interface, control thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <mcfwd/clock.hh>
#include <mcfwd/ipv4.hh>
#include <mcfwd/result.hh>

#include "host_config.hh"
#include "host_counters.hh"
#include "host_view.hh"
#include "membership.hh"
#include "output.hh"

namespace mcfwd::igmp {

/// Whether routers are told by one who goes.
enum class Farewell : std::uint8_t {
    kNo,  ///< nobody can hear it: the link is down
    kYes, ///< everything is left, once, without repeats
};

/// Host side of RFC 9776 sections 5 and 7.2, RFC 2236 and RFC 1112. `now` never goes back from call to call.
/// Every call that takes an Output first does what is due at `now`. Only packets are appended to it.
///
/// The repeats of all changes share one timer, and so do the changes made between two calls of `advance`:
/// many groups that change together are told in few packets.
class HostInterface {
  public:
    /// Fails as `validate(config)` does. The object is stopped. `random` draws the delays.
    [[nodiscard]] static Expected<HostInterface> create(HostConfig config, RandomDelay random);
    HostInterface(HostInterface&&) noexcept;
    HostInterface& operator=(HostInterface&&) noexcept;
    ~HostInterface();

    /// The interface can be heard: no older querier is known, and everything received is announced like new.
    /// No effect if running.
    void start(Instant now);
    /// Forgets what was to be said; what is to be received stays and is announced by the next start.
    void stop(Farewell farewell, Instant now, Output& out);

    /// What the interface receives of the group from now on: INCLUDE of no source is nothing. The change is
    /// told by the next `advance`, which is due at once. Ignored for 224.0.0.1, which everybody receives and
    /// nobody reports, and for what is no group. The sources of `state` are ascending, without repetition.
    void receive_group(Ipv4Address group, const Membership& state);

    /// An IGMP packet from its IP header on. Whatever it holds, the call succeeds; what had no effect is in
    /// the counters. No effect while stopped.
    void receive(std::span<const std::byte> packet, Instant now, Output& out);

    /// Does everything that is due at `now`.
    void advance(Instant now, Output& out);
    /// When `advance` has to be called next at the latest; nothing: not before the next input. In the past:
    /// at once.
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    [[nodiscard]] const HostConfig& config() const;
    [[nodiscard]] const HostCounters& counters() const;
    void clear_counters();
    [[nodiscard]] HostInterfaceView view(Instant now) const;
    /// What is received of the group; INCLUDE of no source: nothing.
    [[nodiscard]] Membership reception(Ipv4Address group) const;
    /// Calls `visit` for what is received, groups ascending from `from` on, until it returns false.
    void visit_groups(Ipv4Address from,
                      const std::function<bool(Ipv4Address, const Membership&)>& visit) const;

  private:
    struct State;
    explicit HostInterface(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace mcfwd::igmp
