// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See event_log.hh.
#include "event_log.hh"

#include <algorithm>
#include <array>
#include <utility>

namespace mcfwd::daemon {

using namespace group_manager;

namespace {

constexpr std::array<std::pair<Topics, std::string_view>, 5> kNames{{{Topics::kMembership, "membership"},
                                                                     {Topics::kOwnership, "ownership"},
                                                                     {Topics::kMfe, "mfe"},
                                                                     {Topics::kTable, "table"},
                                                                     {Topics::kPort, "port"}}};

Topics topic_of_callback(const CallbackFired& fired) {
    switch (fired.kind) {
    case CallbackKind::kDisableIgmp:
    case CallbackKind::kEnableIgmp:
        return Topics::kOwnership;
    case CallbackKind::kRpf:
    case CallbackKind::kCreationAlert:
    case CallbackKind::kWrongIf:
        return Topics::kMfe;
    case CallbackKind::kJoinAlert:
    case CallbackKind::kPruneAlert:
        return fired.cause == AlertCause::kEntry ? Topics::kMfe : Topics::kMembership;
    case CallbackKind::kLocalJoin:
    case CallbackKind::kLocalLeave:
        return Topics::kMembership;
    }
    return Topics::kOwnership;
}

struct TopicOf {
    Topics operator()(const OwnershipChanged&) const { return Topics::kOwnership; }
    Topics operator()(const MembershipChanged&) const { return Topics::kMembership; }
    Topics operator()(const MfeChanged&) const { return Topics::kMfe; }
    Topics operator()(const CallbackFired& fired) const { return topic_of_callback(fired); }
    Topics operator()(const TablePublished&) const { return Topics::kTable; }
    Topics operator()(const LinkChanged&) const { return Topics::kPort; }
};

/// Memory that an event holds, near enough for a limit. Followers share it; each counts it, so that a limit
/// on what waits for all of them is on the safe side.
std::size_t octets_of(const LoggedEvent& event) {
    struct Further {
        std::size_t operator()(const OwnershipChanged&) const { return 0; }
        std::size_t operator()(const MembershipChanged&) const { return 0; }
        std::size_t operator()(const MfeChanged& mfe) const {
            return mfe.oifs.capacity() * sizeof(InterfaceKey);
        }
        std::size_t operator()(const CallbackFired& fired) const {
            return fired.oifs.capacity() * sizeof(InterfaceKey);
        }
        std::size_t operator()(const TablePublished& table) const { return table.cause.capacity(); }
        std::size_t operator()(const LinkChanged&) const { return 0; }
    };
    return sizeof(LoggedEvent) + std::visit(Further{}, event.body);
}

} // namespace

Topics topic_named(std::string_view name) {
    const auto at = std::ranges::find(kNames, name, &std::pair<Topics, std::string_view>::second);
    return at == kNames.end() ? Topics::kNone : at->first;
}

std::string_view topic_name(Topics topic) {
    const auto at = std::ranges::find(kNames, topic, &std::pair<Topics, std::string_view>::first);
    return at == kNames.end() ? "" : at->second;
}

Topics topic_of(const LoggedEvent::Body& body) {
    return std::visit(TopicOf{}, body);
}

Topics topics_of(const LoggedEvent::Body& body) {
    const Topics own = topic_of(body);
    return std::holds_alternative<CallbackFired>(body) ? own | Topics::kOwnership : own;
}

/// One connection, and the events that wait for it.
class EventLog::Follower final : public rpc::LineSource {
  public:
    Follower(rpc::Session& session, Topics topics, Render render)
        : session_(session),
          topics_(topics),
          render_(std::move(render)) {}

    [[nodiscard]] bool is(const rpc::Session& session) const { return &session_ == &session; }
    void widen(Topics topics) { topics_ = topics_ | topics; }

    void offer(const std::shared_ptr<Follower>& self, const std::shared_ptr<const LoggedEvent>& event,
               Topics topics) {
        if (overlap(topics_, topics)) {
            waiting_.push_back(event);
            session_.push(self, octets_of(*event));
        }
    }
    std::size_t take_line(std::string& out) override {
        const auto event = std::move(waiting_.front());
        waiting_.pop_front();
        render_(*event, out);
        return octets_of(*event);
    }
    void drop_line() override { waiting_.pop_front(); }

  private:
    rpc::Session& session_;
    Topics topics_;
    const Render render_;
    std::deque<std::shared_ptr<const LoggedEvent>> waiting_;
};

EventLog::EventLog(Render render) : render_(std::move(render)) {}
EventLog::~EventLog() = default;

void EventLog::add(Instant time, LoggedEvent::Body body) {
    recent_.push_back(std::make_shared<const LoggedEvent>(++sequence_, time, std::move(body)));
    if (!followers_.empty()) {
        const Topics topics = topics_of(recent_.back()->body);
        for (const auto& follower : followers_) {
            follower->offer(follower, recent_.back(), topics);
        }
    }
    if (recent_.size() > kKept) {
        recent_.pop_front();
    }
}

void EventLog::follow(rpc::Session& session, Topics topics) {
    const auto known =
        std::ranges::find_if(followers_, [&](const auto& follower) { return follower->is(session); });
    if (known != followers_.end()) {
        (*known)->widen(topics);
        return;
    }
    std::list<std::shared_ptr<Follower>> fresh{std::make_shared<Follower>(session, topics, render_)};
    session.on_close([this, at = fresh.begin()] { followers_.erase(at); });
    followers_.splice(followers_.end(), fresh); // nobody follows whose end would not be told
    session.stay_open();
}

} // namespace mcfwd::daemon
