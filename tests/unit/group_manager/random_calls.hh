// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Random calls for model and invariant tests: few clients, interfaces, groups and sources, so that everything
// meets everything. A step is readable when a shrunk sequence is printed.
#pragma once

#include <array>
#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <rapidcheck.h>
#include <spdlog/spdlog.h>

#include "world.hh"

namespace mcfwd::group_manager::test {

enum class Verb : std::uint8_t {
    kTake,
    kRelease,
    kTransfer, ///< from the owner of `interface` to `client`
    kAdd,      ///< `extra`: flags
    kDelete,   ///< `extra`: flags
    kReplay,   ///< `extra`: which of the stale memberships IGMP still has, one bit each
    kReplayComplete,
    kPacket,
    kWrongInterface,
    kTraffic,
    kPass,     ///< time, then a tick; `extra`: how much
    kRunTasks, ///< what was posted
    kRoute,    ///< `key` is reached through `interface` from now on; `extra`: every flow of its source; or no
               ///< route
    kBoundary, ///< on `interface`; `extra`: none, TTL or scope
    kVeto,     ///< `client` vetoes the interfaces with a bit in `extra`
    kRpf,      ///< `client` chooses `interface`; `extra` 0: nothing
    kTimeout,  ///< `client` answers PRUNE alerts so; `extra`: with what
    kMischief, ///< from inside callbacks a call is made from now on; `extra`: which
    kBatch,    ///< opens or closes one
    kSetMfe,
    kChangeMfe, ///< `interface` may become the iif; `extra`: what is edited, lifetime
    kQuery,     ///< `extra`: which, with which limit
    kEnumerate, ///< `extra`: start, next or end, with which limit
    kRegister,
    kDeregister,
    kInterfaceDown,
    kRestart, ///< stop, and start again
};

/// Clients: IGMP, three protocols, T which throws in every callback, N without callbacks, a second IGMP, and
/// a handle nobody has; then whoever owns, or is IGMP of, the interface of the step.
enum ClientIndex : std::uint8_t {
    kI,
    kP,
    kQ,
    kT,
    kN,
    kJ,
    kRegistered,
    kDead = kRegistered,
    kOwner,
    kIgmp,
    kClients
};

struct Step {
    Verb verb = Verb::kTake;
    std::uint8_t client = 0, interface = 0, key = 0;
    std::uint32_t extra = 0;
};
void showValue(const Step& step, std::ostream& out);
/// Of an add or delete: mostly JOIN, some with FORWARD, few malformed.
MembershipFlags flags_of(const Step& step);

/// X1 to X3, two links of X4, one that does not exist, and X4 itself.
extern const std::array<InterfaceKey, 7> kInterfaces;
/// Wildcards and flows, then malformed ones.
extern const std::array<SourceGroup, 14> kStepKeys;
inline constexpr std::size_t kGoodKeys = 10, kFirstFlow = 3;

/// Sequences of about `per_size` / 2 steps per unit of RapidCheck's size (at most 100).
rc::Gen<std::vector<Step>> any_steps(int per_size);
/// One of the 8 combinations of handoff modes and expiry.
Settings mode(unsigned number);
inline constexpr unsigned kModes = 8;
/// And the same again with IgmpOnOwned::kConfirm.
inline constexpr unsigned kAllModes = 16;

class AnyView : public MulticastView {
  public:
    [[nodiscard]] std::optional<RpfInterface> lookup(SourceGroup flow) const override;
    std::map<SourceGroup, std::optional<RpfInterface>> routes; ///< of a flow, or of a source (group 0)
};

class AnyBoundary : public Boundary {
  public:
    [[nodiscard]] bool blocks_input(InterfaceKey on, Ipv4Address group) const override {
        return scope.contains({on, group});
    }
    [[nodiscard]] bool blocks_output(InterfaceKey on, Ipv4Address group) const override {
        return scope.contains({on, group}) || ttl.contains({on, group});
    }
    std::set<std::pair<InterfaceKey, Ipv4Address>> scope, ttl;
};

/// How a client answers.
struct Answers {
    std::uint32_t vetoes = 0; ///< bits of kInterfaces
    std::optional<InterfaceKey> iif;
    std::optional<std::chrono::seconds> timeout;
};

/// What is around a group manager, and how its clients answer. Shared by those that are compared. Nothing is
/// logged while one exists.
struct Surroundings {
    Surroundings();
    ~Surroundings();
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;
    Surroundings& with(Memory* of_group_managers) {
        memory = of_group_managers;
        return *this;
    }
    /// The part of a step that is no call.
    void prepare(const Step& step);

    ManualClock clock;
    NineInterfaces directory;
    AnyView view;
    AnyBoundary boundary;
    std::array<Answers, kRegistered> answers;
    std::optional<Step> mischief;
    bool igmp_throws = false; ///< in DISABLE and ENABLE
    Memory* memory = nullptr; ///< of group managers that are made from now on

  private:
    spdlog::level::level_enum log_level_ = spdlog::get_level();
};

} // namespace mcfwd::group_manager::test
