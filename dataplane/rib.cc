// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A level-compressed tree: a lookup visits the prefixes that cover the address, not a list and not every
// length.
#include "rib.hh"

#include <limits>

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_memory.h>
#include <rte_rib.h>

namespace mcfwd::dataplane {
namespace {

/// Every prefix may need a node that only joins two branches.
constexpr std::size_t kNodesPerPrefix = 2;

class Rib final : public PrefixSet {
  public:
    Rib(rte_rib* rib, std::size_t capacity) : rib_(rib, rte_rib_free), capacity_(capacity) {}

    [[nodiscard]] Expected<bool> insert(Ipv4Prefix prefix) override {
        if (rte_rib_lookup_exact(rib_.get(), prefix.network().host(), prefix.length) != nullptr) {
            return false;
        }
        if (size_ == capacity_ ||
            rte_rib_insert(rib_.get(), prefix.network().host(), prefix.length) == nullptr) {
            return fail(Status::kNotEnoughMemory,
                        fmt::format("no room for route {}: there are {} already", prefix, size_));
        }
        ++size_;
        return true;
    }

    void erase(Ipv4Prefix prefix) override {
        if (rte_rib_lookup_exact(rib_.get(), prefix.network().host(), prefix.length) != nullptr) {
            rte_rib_remove(rib_.get(), prefix.network().host(), prefix.length);
            --size_;
        }
    }

    [[nodiscard]] std::optional<Ipv4Prefix> longest_match(Ipv4Address address) const override {
        const rte_rib_node* node = rte_rib_lookup(rib_.get(), address.host());
        std::uint32_t network = 0;
        std::uint8_t length = 0;
        if (node == nullptr || rte_rib_get_ip(node, &network) != 0 || rte_rib_get_depth(node, &length) != 0) {
            return std::nullopt;
        }
        return Ipv4Prefix{Ipv4Address(network), length};
    }

  private:
    std::unique_ptr<rte_rib, void (*)(rte_rib*)> rib_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

} // namespace

Expected<std::unique_ptr<PrefixSet>> make_rib(std::size_t capacity) {
    const std::size_t nodes = kNodesPerPrefix * capacity;
    if (nodes == 0 || nodes > std::numeric_limits<int>::max()) {
        return fail(Status::kInvalidParameter, fmt::format("a set of {} prefixes", capacity));
    }
    const rte_rib_conf settings{.ext_sz = 0, .max_nodes = static_cast<int>(nodes)};
    rte_rib* rib = rte_rib_create("multicast_view", SOCKET_ID_ANY, &settings);
    if (rib == nullptr) {
        return fail(Status::kNotEnoughMemory,
                    fmt::format("memory for {} routes: {}", capacity, rte_strerror(rte_errno)));
    }
    return std::make_unique<Rib>(rib, capacity);
}

} // namespace mcfwd::dataplane
