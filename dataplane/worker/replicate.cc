// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Egresses whose bytes are equal share one buffer by reference count. Where bytes differ, short packets are
// copied, long ones shared behind header buffers.
#include "replicate.hh"

#include <algorithm>
#include <ranges>

namespace mcfwd::dataplane {
namespace {

// Copies in buffers of their own that wait to be sent. The next ones shall find the same buffers free again:
// the pool's cache of this core keeps 512, beyond it are buffers that nobody has had in a cache for long.
// Fewer copies for each port at a time cost more than a first cache that holds them all saves.
constexpr unsigned kHotBuffers = 448;

} // namespace

std::size_t Replicate::send_different(const Packet& packet, const EgressList& list, const FlowNote& note,
                                      std::uint64_t now) noexcept {
    Loss loss{.packet = packet, .list = list, .losses = losses_.of(note.counters)};
    return send_to<Everybody>(loss, {}, note, now);
}

std::size_t Replicate::send_any(Packet packet, const EgressList& list, const FlowNote& note,
                                std::uint64_t now) noexcept {
    tally_.copies.add(list.header().egresses);
    Loss loss{.packet = packet, .list = list, .losses = losses_.of(note.counters)};
    if (packet.ttl <= 1) {
        return expire(loss);
    }
    if (!is_ours_alone(packet.mbuf) || rte_pktmbuf_headroom(packet.mbuf) < kLongestHeader) {
        rte_mbuf* own = duplicate(packet.mbuf, buffers_, kLongestHeader);
        if (own == nullptr) {
            return refuse_all(loss);
        }
        rte_pktmbuf_free(packet.mbuf);
        packet.mbuf = own;
    }
    lower_ttl(*packet.ip());
    return send_to<Fitting>(loss, {.ttl = static_cast<std::uint8_t>(packet.ttl - 1), .length = packet.length},
                            note, now);
}

std::size_t Replicate::expire(Loss& loss) noexcept {
    loss.losses.header_error();
    for (const Replica& replica : loss.list.replicas()) {
        loss.losses.ttl_exceeded(loss.position_of(replica), loss.packet.length);
    }
    tally_.drop_copies(CopyDropReason::kTtlExceeded, loss.list.header().egresses);
    tally_.drop(loss.packet.mbuf, DropReason::kTtlExceeded);
    return 0;
}

std::size_t Replicate::refuse_all(Loss& loss) noexcept {
    lose(loss, loss.list.replicas(), Everybody{});
    loss.losses.input_discard();
    tally_.drop(loss.packet.mbuf, DropReason::kNoBuffer);
    return 0;
}

bool Replicate::chains(const Packet& packet, const EgressList& list) noexcept {
    constexpr std::uint16_t kMostReferences = 0x7fff;
    const auto takes_segments = [this](const Replica& replica) {
        return transmit_.takes_segments(PortId(replica.port));
    };
    return packet.length >= chain_from_ && list.header().rewrites > 1 &&
           list.header().egresses <= kMostReferences &&
           (transmit_.all_take_segments() || std::ranges::all_of(list.replicas(), takes_segments)) &&
           (small_.any() || buffers_.any());
}

// Chained, every copy holds a reference of its own to the packet, behind a header that the copies of its
// share have in common: as long as copies are to be made there are references left for them, whatever ports
// have sent. Otherwise the last share that anybody wants gets the packet's own buffer, the others copies.
template <typename Who>
std::size_t Replicate::send_to(Loss& loss, const Who who, const FlowNote note,
                               const std::uint64_t now) noexcept {
    // What the loop needs is not where stores to packets could change it.
    const std::uint16_t length = loss.packet.length;
    const GroupMac to(loss.packet.key.group);
    rte_mbuf* const original = loss.packet.mbuf;
    const char* const octets = rte_pktmbuf_mtod(original, const char*);
    const bool chained = chains(loss.packet, loss.list);
    const std::uint16_t copied = chained ? std::uint16_t{0} : length;
    Buffers& source = small_.are_long_enough(copied, kLongestHeader) ? small_ : buffers_;
    const bool long_enough = source.are_long_enough(copied, kLongestHeader);
    const Rewrite* const gets_original = chained ? nullptr : last_wanted(loss.list, who);
    original->ol_flags = 0; // what the receiving driver noted
    if (chained) {
        rte_mbuf_refcnt_set(original, loss.list.header().egresses);
    }
    std::size_t wanted_by_all = 0;
    std::size_t handed = 0;
    const Replica* replica = loss.list.replicas().data();
    for (const Rewrite& rewrite : loss.list.rewrites()) {
        const Replica* const end = replica + rewrite.egresses;
        const std::uint16_t wanted = count_fitting(loss, {replica, end}, who);
        wanted_by_all += wanted;
        rte_mbuf* mbuf = original;
        if (wanted == 0) {
            replica = end;
            continue;
        }
        if (&rewrite == gets_original) {
            make_frame(mbuf, length, to, rewrite);
        } else {
            mbuf = long_enough ? take(source, now) : nullptr;
            if (mbuf == nullptr) [[unlikely]] {
                lose(loss, {replica, end}, who);
                replica = end;
                continue;
            }
            if (chained) {
                make_header(mbuf, original, length, to, rewrite);
            } else {
                make_copy(mbuf, octets, length, to, rewrite);
            }
        }
        set_note(mbuf, note);
        rte_mbuf_refcnt_set(mbuf, wanted);
        for (; replica != end; ++replica) {
            if (gets_it(*replica, who)) {
                transmit_.copy(PortId(replica->port), mbuf);
            }
        }
        handed += wanted;
    }
    if (handed == 0) [[unlikely]] {
        rte_mbuf_refcnt_set(original, 1);
        drop(loss, wanted_by_all, who);
        return 0;
    }
    tally_.forwarded.add(1);
    if (chained) {
        give_spare_back(original, loss.list.header().egresses - handed);
    }
    return handed;
}

inline rte_mbuf* Replicate::take(Buffers& from, std::uint64_t now) noexcept {
    if (from.used_up() && from.taken() >= kHotBuffers) [[unlikely]] {
        from.give_back();
        transmit_.flush(now);
    }
    rte_mbuf* taken = from.take();
    return taken != nullptr || &from == &buffers_ ? taken : buffers_.take();
}

void Replicate::give_spare_back(rte_mbuf* tail, std::size_t references) noexcept {
    if (references > 0) {
        rte_mbuf_refcnt_update(tail, static_cast<std::int16_t>(1 - static_cast<int>(references)));
        rte_pktmbuf_free(tail);
    }
}

template <typename Who>
inline const Rewrite* Replicate::last_wanted(const EgressList& list, const Who& who) noexcept {
    const std::span<const Rewrite> rewrites = list.rewrites();
    if constexpr (std::is_same_v<Who, Everybody>) {
        return &rewrites.back();
    }
    std::size_t end = list.replicas().size();
    for (const Rewrite& rewrite : std::views::reverse(rewrites)) {
        end -= rewrite.egresses;
        if (std::ranges::any_of(list.replicas().subspan(end, rewrite.egresses),
                                [&who](const Replica& replica) { return gets_it(replica, who); })) {
            return &rewrite;
        }
    }
    return nullptr;
}

template <typename Who>
[[gnu::cold]] void Replicate::drop(Loss& loss, std::size_t wanted, const Who& who) noexcept {
    if (wanted > 0) {
        loss.losses.input_discard();
        tally_.drop(loss.packet.mbuf, DropReason::kNoBuffer);
        return;
    }
    if constexpr (std::is_same_v<Who, Fitting>) {
        const bool ttl_only = std::ranges::none_of(
            loss.list.replicas(), [&who](const Replica& replica) { return who.ttl_suffices(replica); });
        tally_.drop(loss.packet.mbuf, ttl_only ? DropReason::kTtlExceeded : DropReason::kMtuExceeded);
    }
}

template <typename Who>
inline std::uint16_t Replicate::count_fitting(Loss& loss, std::span<const Replica> replicas,
                                              const Who& who) noexcept {
    auto fitting = static_cast<std::uint16_t>(replicas.size());
    if constexpr (std::is_same_v<Who, Fitting>) {
        for (const Replica& replica : replicas) {
            if (who.fits(replica)) {
                continue;
            }
            --fitting;
            if (who.ttl_suffices(replica)) {
                loss.losses.mtu_exceeded(loss.position_of(replica), loss.packet.length);
                tally_.drop_copies(CopyDropReason::kMtuExceeded, 1);
            } else {
                loss.losses.ttl_exceeded(loss.position_of(replica), loss.packet.length);
                tally_.drop_copies(CopyDropReason::kTtlExceeded, 1);
            }
        }
    }
    return fitting;
}

template <typename Who>
[[gnu::cold]] void Replicate::lose(Loss& loss, std::span<const Replica> replicas, const Who& who) noexcept {
    for (const Replica& replica : replicas) {
        if (gets_it(replica, who)) {
            loss.losses.discarded(loss.position_of(replica), loss.packet.length);
            tally_.drop_copies(CopyDropReason::kNoBuffer, 1);
        }
    }
}

} // namespace mcfwd::dataplane
