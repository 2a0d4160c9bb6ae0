// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Lookup of interfaces by index and by name.
#include <controlplane/forwarding/interface_table.hh>

#include <algorithm>

namespace mcfwd::forwarding {

void InterfaceTable::put(Interface interface) {
    by_index_.insert_or_assign(interface.index, std::move(interface));
}

void InterfaceTable::remove(IfIndex index) {
    by_index_.erase(index);
}

const Interface* InterfaceTable::find(IfIndex index) const {
    const auto at = by_index_.find(index);
    return at == by_index_.end() ? nullptr : &at->second;
}

const Interface* InterfaceTable::find(std::string_view name) const {
    const auto at = std::ranges::find(by_index_, name,
                                      [](const auto& line) -> std::string_view { return line.second.name; });
    return at == by_index_.end() ? nullptr : &at->second;
}

std::optional<std::string> InterfaceTable::interface_name(IfIndex index) const {
    const Interface* interface = find(index);
    return interface != nullptr ? std::optional(interface->name) : std::nullopt;
}

} // namespace mcfwd::forwarding
