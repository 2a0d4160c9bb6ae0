// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The loop of a trial: send what is due, take in what has come, never wait. All memory is set aside before.
#include "trial.hh"

#include <algorithm>
#include <array>
#include <span>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "copy_audit.hh"
#include "frame.hh"
#include "membership_delay.hh"
#include "packet_spread.hh"
#include "port_traffic.hh"
#include "schedule.hh"

namespace mcfwd::wire {
namespace {

/// Nothing but queries comes to the sender; its port is looked at once in so many rounds.
constexpr std::uint64_t kRoundsPerSenderPoll = 1024;
/// Once nothing is missing: long enough to see a copy too many.
constexpr double kCompleteSeconds = 0.005;
/// Before the first packet, so that no time of the trial is spent on what leads to it.
constexpr double kRunUpSeconds = 0.001;

class Trial {
  public:
    Trial(const Ports& ports, const TrialSettings& settings, std::uint16_t number);
    TrialResult run();

  private:
    void send(std::uint32_t count);
    void receive(unsigned receiver);
    void see(unsigned receiver, std::span<const std::byte> octets, std::uint64_t now);
    void change_now();
    [[nodiscard]] bool nothing_missing() const;
    [[nodiscard]] TrialResult result();

    const Ports& ports_;
    const TrialSettings& settings_;
    FrameWriter writer_;
    ExpectedCopies expected_;
    std::vector<CopyAudit> audits_;
    std::vector<ReceiverResult> received_;
    PacketSpread spread_;
    std::vector<ReportFrame> reports_;
    std::optional<MembershipDelay> delay_;
    std::uint32_t next_ = 0; ///< number of the next packet
    std::uint64_t refused_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t first_sent_ = 0;
    std::uint64_t last_sent_ = 0;
    std::uint64_t last_arrival_ = 0;
};

Trial::Trial(const Ports& ports, const TrialSettings& settings, std::uint16_t number)
    : ports_(ports),
      settings_(settings),
      writer_(settings.octets, ports.sender().mac(), number),
      expected_{.flows = &settings.flows, .octets = settings.octets, .trial = number},
      audits_(ports.receivers(), CopyAudit(settings.packets, settings.flows.count())),
      received_(ports.receivers()),
      spread_(ports.receivers()) {
    if (settings.change) {
        const TrialChange& change = *settings.change;
        reports_ = report_frames(change.host, change.change, settings.flows.first_group, change.groups);
        delay_.emplace(change.change, change.groups);
    }
    for (unsigned receiver = 0; receiver < ports.receivers(); ++receiver) {
        received_[receiver].missed = ports.missed(receiver);
    }
}

TrialResult Trial::run() {
    const std::uint64_t start = rte_rdtsc() + cycles_of(kRunUpSeconds);
    const std::uint64_t quiet = cycles_of(settings_.quiet_seconds);
    const std::uint64_t complete = std::min(quiet, cycles_of(kCompleteSeconds));
    std::uint64_t change_at = delay_ ? start + cycles_of(settings_.change->at_seconds) : ~std::uint64_t{0};
    Schedule schedule(settings_.rate, static_cast<double>(rte_get_tsc_hz()), start, settings_.packets);
    last_arrival_ = start;
    for (std::uint64_t round = 0;; ++round) {
        const std::uint64_t now = rte_rdtsc();
        if (schedule.done()) {
            if (now - std::max(last_arrival_, last_sent_) > (nothing_missing() ? complete : quiet)) {
                break;
            }
        } else if (now >= start) {
            if (const std::uint32_t due = schedule.due(now); due != 0) {
                send(due);
                schedule.sent(due);
            }
        }
        if (now >= change_at) {
            change_now();
            change_at = ~std::uint64_t{0};
        }
        for (unsigned receiver = 0; receiver < ports_.receivers(); ++receiver) {
            receive(receiver);
        }
        if (round % kRoundsPerSenderPoll == 0) {
            discard_received(ports_.sender());
        }
    }
    skipped_ = schedule.skipped();
    return result();
}

void Trial::send(std::uint32_t count) {
    std::array<rte_mbuf*, Schedule::kBurst> burst{};
    std::array<std::byte*, Schedule::kBurst> frames{};
    while (rte_pktmbuf_alloc_bulk(ports_.pool(), burst.data(), count) != 0) {
        for (unsigned receiver = 0; receiver < ports_.receivers(); ++receiver) {
            receive(receiver);
        }
    }
    std::uint32_t flow = settings_.flows.flow_of(next_);
    for (std::uint32_t i = 0; i < count; ++i) {
        frames[i] = reinterpret_cast<std::byte*>(
            rte_pktmbuf_append(burst[i], static_cast<std::uint16_t>(settings_.octets)));
        writer_.write(frames[i], settings_.flows, flow, next_++);
        flow = flow + 1 == settings_.flows.count() ? 0 : flow + 1;
    }
    last_sent_ = rte_rdtsc();
    first_sent_ = first_sent_ == 0 ? last_sent_ : first_sent_;
    for (std::uint32_t i = 0; i < count; ++i) {
        FrameWriter::stamp(frames[i], last_sent_);
    }
    const std::uint16_t taken =
        rte_eth_tx_burst(ports_.sender().number(), 0, burst.data(), static_cast<std::uint16_t>(count));
    refused_ += count - taken;
    rte_pktmbuf_free_bulk(&burst[taken], count - taken);
}

void Trial::receive(unsigned receiver) {
    for_each_received(ports_.receiver(receiver), [&](std::span<const std::byte> octets, std::uint64_t now) {
        see(receiver, octets, now);
    });
}

void Trial::see(unsigned receiver, std::span<const std::byte> octets, std::uint64_t now) {
    const ReceivedFrame frame = read_frame(octets, expected_);
    ReceiverResult& result = received_[receiver];
    if (frame.kind != FrameKind::kCopy) {
        result.igmp += frame.kind == FrameKind::kIgmp ? 1 : 0;
        result.stale += frame.kind == FrameKind::kStale ? 1 : 0;
        result.wrong += frame.kind == FrameKind::kWrong ? 1 : 0;
        return;
    }
    last_arrival_ = now;
    const auto verdict = audits_[receiver].see(frame.sequence, frame.flow);
    if (verdict == CopyAudit::Verdict::kNeverSent) {
        ++result.wrong;
    } else if (verdict != CopyAudit::Verdict::kDuplicate) {
        result.latency.add(now - frame.sent_cycles);
        spread_.arrived(frame.sequence, now);
        if (delay_ && receiver == settings_.change->receiver) {
            delay_->arrived(settings_.flows.group_index(frame.flow), now);
        }
    }
}

bool Trial::nothing_missing() const {
    return std::ranges::all_of(audits_, [this](const CopyAudit& audit) { return audit.received() == next_; });
}

void Trial::change_now() {
    for (const ReportFrame& report : reports_) {
        delay_->reported(report, send_report(ports_, settings_.change->receiver, report));
    }
}

TrialResult Trial::result() {
    for (unsigned receiver = 0; receiver < ports_.receivers(); ++receiver) {
        ReceiverResult& result = received_[receiver];
        result.received = audits_[receiver].received();
        result.duplicated = audits_[receiver].duplicated();
        result.reordered = audits_[receiver].reordered();
        result.missed = ports_.missed(receiver) - result.missed;
    }
    TrialResult all{.planned = settings_.packets,
                    .sent = next_ - refused_,
                    .refused = refused_,
                    .skipped = skipped_,
                    .seconds =
                        static_cast<double>(last_sent_ - first_sent_) / static_cast<double>(rte_get_tsc_hz()),
                    .receivers = std::move(received_),
                    .spread = spread_.spreads()};
    if (delay_) {
        all.change = ChangeResult{.delays = delay_->delays(), .packets_after = delay_->packets_after()};
    }
    return all;
}

} // namespace

TrialResult run_trial(const Ports& ports, const TrialSettings& settings) {
    static std::uint16_t number = kNoTrial;
    number = number == UINT16_MAX ? kNoTrial + 1 : number + 1;
    return Trial(ports, settings, number).run();
}

} // namespace mcfwd::wire
