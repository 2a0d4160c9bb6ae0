// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Random calls on the group manager and on the model of its specification: results, callbacks in order,
// tables and versions are equal after every step.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/model.hh"
#include "tables.hh"

namespace mcfwd::group_manager::test {
namespace {

void expect_agreement(const std::vector<Step>& steps, unsigned number) {
    Surroundings around;
    Side<GroupManager> real(around, mode(number));
    Side<model::Model> expected(around, mode(number));
    for (std::size_t k = 0; k < steps.size(); ++k) {
        around.prepare(steps[k]);
        std::string wrong = difference(real.perform(steps[k]), expected.perform(steps[k]));
        if (real.trace != expected.trace) {
            wrong +=
                fmt::format("  callbacks:\n{}  but expected:\n{}", text(real.trace), text(expected.trace));
        }
        real.trace.clear();
        expected.trace.clear();
        wrong += difference(tables(real), tables(expected));
        if (!wrong.empty()) {
            RC_FAIL(fmt::format("mode {} step {} of {}:\n{}", number, k + 1, steps.size(), wrong));
        }
    }
}

/// 50 steps per unit of size: more than 100,000 with 100 tests.
RC_GTEST_PROP(GroupManagerModel, AgreesAfterEveryCall, ()) {
    const auto number = *rc::gen::inRange(0U, kAllModes);
    const auto steps = *any_steps(50);
    expect_agreement(steps, number);
}

} // namespace
} // namespace mcfwd::group_manager::test
