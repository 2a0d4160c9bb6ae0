// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The steering program from the outside: where its object file is, whether it or another program is attached
// to an interface, and what it counted. Attaching is done by the AF_XDP driver.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <mcfwd/counters.hh>
#include <mcfwd/ids.hh>
#include <mcfwd/result.hh>

#include "../netdev.hh"

namespace mcfwd::dataplane::xdp {

/// Object file for the driver's xdp_prog argument: of the build tree when this program runs from there, else
/// the installed one.
[[nodiscard]] Expected<std::string> object_path();

struct AttachedProgram {
    std::uint32_t id = 0;
    std::string name;
    std::uint32_t mode = 0; ///< XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE or XDP_FLAGS_HW_MODE

    /// Whether it is a steering program; of this process or another.
    [[nodiscard]] bool is_ours() const;
};

[[nodiscard]] Expected<std::optional<AttachedProgram>> attached_program(const Netdev& netdev);

/// Detaches exactly this program; no error if it is gone.
[[nodiscard]] Expected<void> detach(const Netdev& netdev, const AttachedProgram& program);

/// The maps of the attached steering program.
class Steering {
  public:
    [[nodiscard]] static Expected<Steering> open(const AttachedProgram& program);

    /// From now on all multicast of these VLANs (0: untagged) goes to the socket, and of no others.
    [[nodiscard]] Expected<void> set_bridged(std::span<const VlanId> vlans) const;
    [[nodiscard]] XdpCounters counters() const;
    [[nodiscard]] const AttachedProgram& program() const { return program_; }

  private:
    Steering(AttachedProgram program, Descriptor counters, Descriptor config)
        : program_(std::move(program)),
          counters_(std::move(counters)),
          config_(std::move(config)) {}
    AttachedProgram program_;
    Descriptor counters_;
    Descriptor config_;
};

} // namespace mcfwd::dataplane::xdp
