// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A callback on its way to a client in another process: kept small, because one call of the group manager can
// cause hundreds of thousands, and made into text when the socket takes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <controlplane/group_manager/callbacks.hh>
#include <controlplane/group_manager/seams.hh>
#include <controlplane/rpc/session.hh>

namespace mcfwd::protocols {

/// What only RPF, CREATION and WRONG_IF have.
struct NotificationDetail {
    Ipv4Address upstream;
    group_manager::Route route;
    std::vector<std::byte> header; ///< start of the packet; empty: not kept
    std::vector<group_manager::CandidateOif> candidates;
};

struct Notification {
    group_manager::CallbackKind kind = group_manager::CallbackKind::kRpf;
    group_manager::AlertCause cause = group_manager::AlertCause::kMembership;
    group_manager::InterfaceKey interface; ///< where the callback has one; the iif for RPF and CREATION
    group_manager::SourceGroup key;
    std::unique_ptr<const NotificationDetail> detail;

    /// Memory that it holds while it waits.
    [[nodiscard]] std::size_t octets() const;
};

/// Appends the line of `controlplane/rpc/README.md`, with its newline.
void append_line(std::string& out, const Notification& notification, group_manager::ClientHandle handle,
                 const group_manager::InterfaceDirectory& interfaces);

/// The notifications that wait for one client on one connection. Control thread only.
class Outbox final : public rpc::LineSource {
  public:
    /// `interfaces` outlives the last line taken.
    Outbox(const group_manager::InterfaceDirectory& interfaces, group_manager::ClientHandle handle)
        : interfaces_(interfaces),
          handle_(handle) {}

    /// Returns the octets to announce it with.
    std::size_t add(Notification notification);
    std::size_t take_line(std::string& out) override;
    void drop_line() override { waiting_.pop_front(); }

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] std::uint64_t taken() const { return taken_; }

  private:
    const group_manager::InterfaceDirectory& interfaces_;
    const group_manager::ClientHandle handle_; ///< in every line
    std::deque<Notification> waiting_;
    std::uint64_t taken_ = 0;
};

} // namespace mcfwd::protocols
