// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// access_list of [interface.igmp]: what hosts may ask for.
#include <string_view>

#include "reader.hh"
#include "rules.hh"
#include "sections.hh"

namespace mcfwd::config {

namespace {

/// Whether every membership that fits `later` fits `earlier` too.
bool covers(const AccessRule& earlier, const AccessRule& later) {
    return earlier.group.length <= later.group.length && earlier.group.contains(later.group.address) &&
           earlier.source.length <= later.source.length && earlier.source.contains(later.source.address);
}

} // namespace

void read_access_list(TableReader& reader, std::vector<AccessRule>& rules, Findings& findings) {
    constexpr std::string_view kValid =
        "an array such as [{ action = \"permit\", group = \"239.1.0.0/16\", source = \"10.9.0.0/16\" }]";
    const auto elements = reader.array("access_list", kValid);
    if (!elements) {
        return;
    }
    for (const Node& element : *elements) {
        if (element.kind != Node::Kind::kTable) {
            findings.error(element, "access_list is not valid", std::string(kValid));
            continue;
        }
        AccessRule rule;
        TableReader keys(element, "access_list", findings);
        keys.required("action", "permit, deny");
        keys.choice("action", rule.action);
        keys.required_text("group", rule.group, kGroups);
        keys.text("source", rule.source, kSources);
        keys.refuse_unknown();
        const bool sound = findings.sound(element) && findings.sound(element.at({"action"})) &&
                           findings.sound(element.at({"group"})) && findings.sound(element.at({"source"}));
        if (sound) {
            for (const AccessRule& earlier : rules) {
                if (covers(earlier, rule)) {
                    findings.warning(element, "an earlier rule decides about all that this one fits",
                                     "the narrower rule first");
                    break;
                }
            }
        }
        rules.push_back(rule);
    }
}

} // namespace mcfwd::config
