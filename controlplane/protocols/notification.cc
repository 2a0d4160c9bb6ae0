// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// JSON by hand: every value is a number, an address, a name of the configuration (letters, digits, "_-.") or
// a word of ours, so nothing needs escaping, and 100,000 lines do not build 100,000 trees.
#include "notification.hh"

#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace mcfwd::protocols {

using namespace group_manager;

namespace {

static_assert(sizeof(Notification) <= 32, "hundreds of thousands of them may wait");

/// Writes the members of `params` one after the other.
class Params {
  public:
    Params(std::string& out, const InterfaceDirectory& interfaces) : out_(out), interfaces_(interfaces) {}

    void key(SourceGroup key) {
        member("source");
        any(key.source);
        member("group");
        any(key.group);
    }
    void interface(std::string_view name, InterfaceKey key) {
        member(name);
        this->name(key);
        member("next_hop");
        address(key.next_hop);
    }
    void flag(std::string_view name, bool value) {
        member(name);
        out_ += value ? "true" : "false";
    }
    void upstream(const NotificationDetail& detail) {
        member("upstream");
        address(detail.upstream);
        const std::string_view kind = group_manager::route_kind_name(detail.route.kind);
        fmt::format_to(std::back_inserter(out_), R"(,"route":{{"kind":"{}","prefix":"{}"}})", kind,
                       detail.route.prefix);
    }
    void header(const NotificationDetail& detail) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        member("header");
        out_ += '"';
        for (const std::byte octet : detail.header) {
            out_ += kDigits[std::to_integer<std::size_t>(octet >> 4)];
            out_ += kDigits[std::to_integer<std::size_t>(octet & std::byte{15})];
        }
        out_ += '"';
    }
    void candidates(const NotificationDetail& detail) {
        member("oifs");
        char before = '[';
        for (const CandidateOif& candidate : detail.candidates) {
            out_ += std::exchange(before, ',');
            out_ += R"({"interface":)";
            name(candidate.oif);
            member("next_hop");
            address(candidate.oif.next_hop);
            flag("igmp", candidate.igmp);
            flag("enabled", candidate.enabled);
            out_ += '}';
        }
        out_ += detail.candidates.empty() ? "[]" : "]";
    }
    void number(std::string_view name, std::int64_t value) {
        member(name);
        fmt::format_to(std::back_inserter(out_), "{}", value);
    }
    void nothing(std::string_view name) {
        member(name);
        out_ += "null";
    }

  private:
    /// Never the first: the handle is.
    void member(std::string_view name) {
        out_ += ",\"";
        out_ += name;
        out_ += "\":";
    }
    void any(Ipv4Address value) {
        if (value.is_unspecified()) {
            out_ += "\"*\"";
        } else {
            address(value);
        }
    }
    void address(Ipv4Address value) {
        if (value.is_unspecified()) {
            out_ += "null";
        } else {
            fmt::format_to(std::back_inserter(out_), R"("{}.{}.{}.{}")", value.octet(0), value.octet(1),
                           value.octet(2), value.octet(3));
        }
    }
    void name(InterfaceKey key) {
        out_ += '"';
        out_ += interfaces_.interface_name(key.interface).value_or("");
        out_ += '"';
    }

    std::string& out_;
    const InterfaceDirectory& interfaces_;
};

void append_params(Params params, const Notification& told) {
    const NotificationDetail nothing;
    const NotificationDetail& detail = told.detail != nullptr ? *told.detail : nothing;
    switch (told.kind) {
    case CallbackKind::kRpf:
        params.key(told.key);
        params.interface("iif", told.interface);
        params.upstream(detail);
        params.header(detail);
        break;
    case CallbackKind::kCreationAlert:
        params.key(told.key);
        params.interface("iif", told.interface);
        params.candidates(detail);
        break;
    case CallbackKind::kJoinAlert:
        params.key(told.key);
        params.flag("member_update", told.cause == AlertCause::kMembership);
        break;
    case CallbackKind::kPruneAlert:
        params.key(told.key);
        params.interface("interface", told.interface);
        params.flag("member_delete", told.cause == AlertCause::kMembership);
        if (told.cause == AlertCause::kEntry) {
            params.number("timeout", kDefaultMfeTimeout.count());
        } else {
            params.nothing("timeout");
        }
        break;
    case CallbackKind::kWrongIf:
        params.key(told.key);
        params.interface("interface", told.interface);
        params.header(detail);
        break;
    case CallbackKind::kLocalJoin:
    case CallbackKind::kLocalLeave:
        params.key(told.key);
        params.interface("interface", told.interface);
        break;
    case CallbackKind::kDisableIgmp:
    case CallbackKind::kEnableIgmp:
        params.interface("interface", told.interface);
        break;
    }
}

} // namespace

std::size_t Notification::octets() const {
    return sizeof(Notification) + (detail == nullptr
                                       ? 0
                                       : sizeof(NotificationDetail) + detail->header.capacity() +
                                             detail->candidates.capacity() * sizeof(CandidateOif));
}

void append_line(std::string& out, const Notification& notification, ClientHandle handle,
                 const InterfaceDirectory& interfaces) {
    fmt::format_to(std::back_inserter(out), R"({{"jsonrpc":"2.0","method":"mgm.{}","params":{{"handle":{})",
                   callback_name(notification.kind), handle.value());
    append_params(Params(out, interfaces), notification);
    out += "}}\n";
}

std::size_t Outbox::add(Notification notification) {
    return waiting_.emplace_back(std::move(notification)).octets();
}

std::size_t Outbox::take_line(std::string& out) {
    const Notification next = std::move(waiting_.front());
    waiting_.pop_front();
    ++taken_;
    append_line(out, next, handle_, interfaces_);
    return next.octets();
}

} // namespace mcfwd::protocols
