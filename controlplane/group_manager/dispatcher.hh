// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Calls clients. Nothing else does: it knows when the group manager is inside a callback, reports each one to
// the event stream, and keeps a misbehaving client from breaking a change. Private to the group manager.
#pragma once

#include <exception>
#include <type_traits>

#include <controlplane/group_manager/clients.hh>
#include <controlplane/group_manager/events.hh>

namespace mcfwd::group_manager {

class Dispatcher {
  public:
    explicit Dispatcher(Observer observer) : observer_(std::move(observer)) {}

    /// True while a client or the observer runs: mutating calls are refused (specification 2.0).
    [[nodiscard]] bool inside() const { return depth_ > 0; }
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

    void report(const Event& event) {
        if (observer_) {
            guarded([&] { observer_(event); });
        }
    }
    [[nodiscard]] bool observed() const { return static_cast<bool>(observer_); }

    /// Calls `callback` with `argument` if it is set; returns whether it was.
    template <typename Argument>
    bool call(const std::function<void(Argument)>& callback, const CallbackFired& fired,
              std::type_identity_t<Argument> argument) {
        if (!callback) {
            return false;
        }
        report(fired);
        guarded([&] { callback(argument); });
        return true;
    }

  private:
    template <typename Body>
    void guarded(Body body) {
        ++depth_;
        try {
            body();
        } catch (const std::exception& error) {
            note_failure(error.what());
        } catch (...) {
            note_failure("unknown exception");
        }
        --depth_;
    }
    void note_failure(const char* what);

    Observer observer_;
    unsigned depth_ = 0;
    std::uint64_t failures_ = 0;
};

} // namespace mcfwd::group_manager
