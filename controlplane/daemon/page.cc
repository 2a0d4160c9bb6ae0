// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// See page.hh.
#include "page.hh"

#include <algorithm>

#include <controlplane/rpc/parameters.hh>
#include <controlplane/rpc/to_json.hh>

namespace mcfwd::daemon {

using group_manager::SourceGroup;
using nlohmann::json;

namespace {

/// The greatest key that is less.
SourceGroup key_before(SourceGroup key) {
    if (!key.source.is_unspecified()) {
        return {key.group, Ipv4Address(key.source.host() - 1)};
    }
    return {Ipv4Address(key.group.host() - 1), Ipv4Address(~std::uint32_t{0})};
}

/// The value, and all that is in it.
std::size_t values_in(const json& value) {
    std::size_t values = 1;
    if (value.is_structured()) {
        for (const json& inner : value) {
            values += values_in(inner);
        }
    }
    return values;
}

} // namespace

Page::Page(const json& params)
    : most_(static_cast<std::size_t>(rpc::integer_in(params, "max").value_or(rpc::kPageLimit))) {}

void Page::add(json entry) {
    values_ += values_in(entry);
    entries_.push_back(std::move(entry));
}

json Page::answer(json next) && {
    return {{"entries", std::move(entries_)}, {"next", std::move(next)}};
}

FlowPage::FlowPage(const json& params)
    : page_(params),
      group_(rpc::address_in(params, "group")),
      source_(rpc::address_in(params, "source")) {
    last_ = before_all();
    if (const auto after = params.find("after"); after != params.end()) {
        last_ = std::max(last_, {rpc::address_in(*after, "group").value_or(Ipv4Address{}),
                                 rpc::address_in(*after, "source").value_or(kAnySource)});
    }
}

SourceGroup FlowPage::before_all() const {
    return group_ ? key_before({*group_, source_.value_or(kAnySource)}) : SourceGroup{};
}

void FlowPage::next_list() {
    last_ = before_all();
}

bool FlowPage::wanted(SourceGroup key) const {
    return (!group_ || key.group == *group_) && (!source_ || key.source == *source_);
}

bool FlowPage::beyond(SourceGroup key) const {
    return group_ && (key.group > *group_ || (key.group == *group_ && source_ && key.source > *source_));
}

json FlowPage::answer(json list) && {
    json next;
    if (more_) {
        next = std::move(list);
        next["group"] = rpc::source_json(last_.group);
        next["source"] = rpc::source_json(last_.source);
    }
    return std::move(page_).answer(std::move(next));
}

} // namespace mcfwd::daemon
