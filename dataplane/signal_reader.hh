// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Reads what the workers punt: the control thread's end of the punt rings.
#pragma once

#include <span>

#include <mcfwd/clock.hh>
#include <mcfwd/signals.hh>

#include "doorbell.hh"
#include "worker/attachments.hh"
#include "worker/rings.hh"

namespace mcfwd::dataplane {

/// Control thread only.
class SignalReader final : public SignalSource {
  public:
    /// All outlive the reader.
    SignalReader(std::span<WorkerRings> rings, Doorbell& doorbell, const Attachments& attachments,
                 const Clock& clock)
        : rings_(rings),
          doorbell_(doorbell),
          attachments_(attachments),
          clock_(clock) {}

    /// Half of `limit` is kept for IGMP, where ports take turns, a quarter for misses and for wrong arrivals;
    /// what one kind leaves the others may use. PIM hellos, which are few, come first.
    std::size_t drain(std::size_t limit, const std::function<void(const Signal&)>& deliver) override;
    [[nodiscard]] int descriptor() const override { return doorbell_.descriptor(); }
    [[nodiscard]] bool sleep() override;

  private:
    using Deliver = std::function<void(const Signal&)>;
    [[nodiscard]] Signal describe(SignalKind kind, std::uint16_t attachment, const MacAddress& source,
                                  const MacAddress& destination) const;
    std::size_t drain_port(std::size_t port, std::size_t limit, const Deliver& deliver);
    std::size_t drain_igmp(std::size_t limit, const Deliver& deliver);
    std::size_t drain_headers(SignalKind kind, std::size_t limit, const Deliver& deliver);

    std::span<WorkerRings> rings_;
    Doorbell& doorbell_;
    const Attachments& attachments_;
    const Clock& clock_;
    std::size_t next_port_ = 0; ///< whose turn it is
};

} // namespace mcfwd::dataplane
