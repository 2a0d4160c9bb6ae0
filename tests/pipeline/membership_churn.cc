// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From a report until it is in force copies may or may not leave; then they must or must not.
#include "membership_churn.hh"

namespace mcfwd::pipeline {

void MembershipChurn::step(HandoffRig& rig) {
    const std::size_t lan = random_() % kLans;
    const std::size_t which = random_() % HandoffRig::kChangingGroups;
    const std::size_t group = HandoffRig::kSteadyGroups + which;
    Member& member = members_[lan][which];
    member.joined = !member.joined;
    member.changing = true;
    ++changes_;
    rig.traffic().expect(lan, group, Expectation::kMay);
    const auto type = member.joined ? igmp::RecordType::kToExclude : igmp::RecordType::kToInclude;
    rig.report(lan, {.records = {{.type = type, .group = group_address(group), .sources = {}}}});
}

void MembershipChurn::conclude(HandoffRig& rig) {
    for (std::size_t lan = 0; lan < kLans; ++lan) {
        for (std::size_t which = 0; which < HandoffRig::kChangingGroups; ++which) {
            Member& member = members_[lan][which];
            if (member.changing) {
                rig.traffic().expect(lan, HandoffRig::kSteadyGroups + which,
                                     member.joined ? Expectation::kMust : Expectation::kNever);
                member.changing = false;
            }
        }
    }
}

} // namespace mcfwd::pipeline
