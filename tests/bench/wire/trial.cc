// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The loop of a trial: send what is due, take in what has come, never wait. All memory is set aside before.
#include "trial.hh"

#include <array>
#include <span>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "copy_audit.hh"
#include "frame.hh"
#include "membership_delay.hh"
#include "packet_spread.hh"
#include "schedule.hh"

namespace mcfwd::wire {
namespace {

constexpr std::size_t kReceiveBurst = 64;
/// Nothing but queries comes to the sender; its port is looked at once in so many rounds.
constexpr std::uint64_t kRoundsPerSenderPoll = 1024;
/// Before the first packet, so that no time of the trial is spent on what leads to it.
constexpr double kRunUpSeconds = 0.001;

[[nodiscard]] std::uint64_t cycles_of(double seconds) {
    return static_cast<std::uint64_t>(seconds * static_cast<double>(rte_get_tsc_hz()));
}

void discard_received(const dataplane::Port& port) {
    std::array<rte_mbuf*, kReceiveBurst> burst{};
    for (std::uint16_t queue = 0; queue < port.rx_queues(); ++queue) {
        rte_pktmbuf_free_bulk(burst.data(),
                              rte_eth_rx_burst(port.number(), queue, burst.data(), burst.size()));
    }
}

/// Reports are few: one that finds the port full is offered again. Returns when it was sent.
std::uint64_t send_report(const Ports& ports, unsigned receiver, const ReportFrame& report) {
    rte_mbuf* frame = rte_pktmbuf_alloc(ports.pool());
    while (frame == nullptr) {
        frame = rte_pktmbuf_alloc(ports.pool());
    }
    rte_memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(report.octets.size())),
               report.octets.data(), report.octets.size());
    std::uint64_t now = rte_rdtsc();
    while (rte_eth_tx_burst(ports.receiver(receiver).number(), 0, &frame, 1) == 0) {
        discard_received(ports.receiver(receiver));
        now = rte_rdtsc();
    }
    return now;
}

class Trial {
  public:
    Trial(const Ports& ports, const TrialSettings& settings, std::uint16_t number);
    TrialResult run();

  private:
    void send(std::uint32_t count);
    void receive(unsigned receiver);
    void see(unsigned receiver, std::span<const std::byte> octets, std::uint64_t now);
    void change_now();
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
    std::uint64_t change_at = delay_ ? start + cycles_of(settings_.change->at_seconds) : ~std::uint64_t{0};
    Schedule schedule(settings_.rate, static_cast<double>(rte_get_tsc_hz()), start, settings_.packets);
    last_arrival_ = start;
    for (std::uint64_t round = 0;; ++round) {
        const std::uint64_t now = rte_rdtsc();
        if (schedule.done()) {
            if (now - std::max(last_arrival_, last_sent_) > quiet) {
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
    std::array<rte_mbuf*, kReceiveBurst> burst{};
    const dataplane::Port& port = ports_.receiver(receiver);
    for (std::uint16_t queue = 0; queue < port.rx_queues(); ++queue) {
        const std::uint16_t count = rte_eth_rx_burst(port.number(), queue, burst.data(), burst.size());
        if (count == 0) {
            continue;
        }
        const std::uint64_t now = rte_rdtsc();
        for (std::uint16_t i = 0; i < count; ++i) {
            if (i + 4 < count) {
                rte_prefetch0(rte_pktmbuf_mtod(burst[i + 4], void*));
            }
            see(receiver, {rte_pktmbuf_mtod(burst[i], const std::byte*), rte_pktmbuf_data_len(burst[i])},
                now);
        }
        rte_pktmbuf_free_bulk(burst.data(), count);
    }
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
    static std::uint16_t number = 0;
    return Trial(ports, settings, ++number).run();
}

void send_reports(const Ports& ports, unsigned receiver, const std::vector<ReportFrame>& reports,
                  double reports_per_second) {
    std::uint64_t next = rte_rdtsc();
    for (const ReportFrame& report : reports) {
        while (rte_rdtsc() < next) {
            discard_received(ports.receiver(receiver));
        }
        next = send_report(ports, receiver, report) + cycles_of(1 / reports_per_second);
    }
}

} // namespace mcfwd::wire
