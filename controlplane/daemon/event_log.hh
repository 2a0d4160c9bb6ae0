// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The event stream: what changed and which callbacks were fired, numbered, in the order it happened. The last
// ones are kept, and clients of the control socket may follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <mcfwd/clock.hh>
#include <mcfwd/ids.hh>

#include <controlplane/group_manager/events.hh>
#include <controlplane/rpc/session.hh>

namespace mcfwd::daemon {

/// A version of the forwarding table became visible to the workers. Topic "table".
struct TablePublished {
    TableVersion version;
    std::string cause;
    std::size_t commands = 0;
    std::size_t entries = 0;
};

/// Topic "port".
struct LinkChanged {
    PortId port;
    bool up = false;
};

struct LoggedEvent {
    using Body =
        std::variant<group_manager::OwnershipChanged, group_manager::MembershipChanged,
                     group_manager::MfeChanged, group_manager::CallbackFired, TablePublished, LinkChanged>;
    std::uint64_t sequence = 0; ///< from 1
    Instant time{};
    Body body;
};

/// A set of topics.
enum class Topics : std::uint8_t {
    kNone = 0,
    kMembership = 1,
    kOwnership = 2,
    kMfe = 4,
    kTable = 8,
    kPort = 16,
    kAll = 31,
};
[[nodiscard]] constexpr Topics operator|(Topics a, Topics b) {
    return static_cast<Topics>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr bool overlap(Topics a, Topics b) {
    return (static_cast<std::uint8_t>(a) & static_cast<std::uint8_t>(b)) != 0;
}

/// kNone: there is no such topic.
[[nodiscard]] Topics topic_named(std::string_view name);
/// The one it is shown with.
[[nodiscard]] Topics topic_of(const LoggedEvent::Body& body);
[[nodiscard]] std::string_view topic_name(Topics topic);
/// All it is found under: every callback is an event of "ownership" too, so that one topic has them all in
/// order.
[[nodiscard]] Topics topics_of(const LoggedEvent::Body& body);

/// Control thread only. An event costs one copy of its struct, which all followers share; it becomes text
/// when somebody reads it.
class EventLog {
  public:
    static constexpr std::size_t kKept = 1000;
    /// Appends the event as one line with its newline.
    using Render = std::function<void(const LoggedEvent& event, std::string& out)>;

    explicit EventLog(Render render);
    ~EventLog();
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    void add(Instant time, LoggedEvent::Body body);

    /// From the next event on, until its connection ends. A session that follows already gets the union.
    void follow(rpc::Session& session, Topics topics);

    /// Oldest first.
    [[nodiscard]] const std::deque<std::shared_ptr<const LoggedEvent>>& recent() const { return recent_; }
    /// Of the last event; 0 before the first.
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
    [[nodiscard]] std::size_t followers() const { return followers_.size(); }

  private:
    class Follower;

    const Render render_;
    std::deque<std::shared_ptr<const LoggedEvent>> recent_;
    std::uint64_t sequence_ = 0;
    std::list<std::shared_ptr<Follower>> followers_;
};

} // namespace mcfwd::daemon
