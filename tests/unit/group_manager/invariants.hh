// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// For the invariants of specification section 6: random steps on a group manager, and everything that could
// be seen before, during and after each one.
#pragma once

#include <initializer_list>

#include "tables.hh"

namespace mcfwd::group_manager::test {

/// One step and what came of it.
struct Moment {
    const Step& step;
    const Results& results;
    const std::vector<Happening>& trace;
    const Tables& before;
    const Tables& after;

    [[nodiscard]] bool succeeded() const {
        return results.statuses.size() == 1 && results.statuses[0] == kOk;
    }
    [[nodiscard]] InterfaceKey on() const { return kInterfaces.at(step.interface); }
    [[nodiscard]] SourceGroup key() const { return kStepKeys.at(step.key); }
};

class Course {
  public:
    /// `memory` as in `Environment`.
    explicit Course(Settings settings, Memory* memory = nullptr)
        : side(around.with(memory), settings, [this](const Event& event) {
              if (const auto* mfe = std::get_if<MfeChanged>(&event)) {
                  changed.push_back(*mfe);
              }
          }) {
        before_ = tables(side);
        side.trace.clear();
        absolute_ = settings.mfe_expiry == MfeExpiry::kAbsolute;
    }

    /// Makes the step and calls `check(const Moment&)`.
    template <typename Check>
    void go(const Step& step, Check check) {
        around.prepare(step);
        side.trace.clear();
        changed.clear();
        const Results results = side.perform(step);
        const Tables after = tables(side);
        check(Moment{step, results, side.trace, before_, after});
        before_ = after;
    }
    void go(const std::vector<Step>& steps) {
        for (const Step& step : steps) {
            go(step, [](const Moment&) {});
        }
    }
    [[nodiscard]] bool in_batch() const { return side.batch.has_value(); }
    [[nodiscard]] bool was_built(SourceGroup flow) const;
    /// Entries end after their timeout, busy or not.
    [[nodiscard]] bool absolute() const { return absolute_; }

    Surroundings around;
    std::vector<MfeChanged> changed; ///< by the last step
    Side<GroupManager> side;

  private:
    bool absolute_ = false;
    Tables before_;
};

/// Steps without those verbs.
std::vector<Step> without(std::vector<Step> steps, std::initializer_list<Verb> verbs);
/// What neither vetoes, forwards explicitly nor chooses another iif.
std::vector<Step> without_edits(std::vector<Step> steps);

const OwnershipView* ownership_of(const Tables& tables, InterfaceKey on);
const MfeStatsView* entry_of(const Tables& tables, SourceGroup flow);
/// 1.8: W(k) or V(S,G), by name.
std::set<std::string> wanting(const Tables& tables, SourceGroup key);
/// 1.4: attr(X) by name; empty without a record.
std::string attributed(const Tables& tables, InterfaceKey on);
/// 1.8: A(c,k), or B(S,G) if c is o(S), of the client with that name.
bool others_want(const Surroundings& around, const Tables& tables, const std::string& name, SourceGroup key);
/// 1.8: M(mfe), by what is published.
bool others_receive(const Tables& tables, const MfeView& mfe);
std::string name_of(unsigned client);
/// Index in kInterfaces.
std::uint8_t place_of(InterfaceKey on);
/// Interfaces with a membership that covers the flow.
std::set<InterfaceKey> covered(const Tables& tables, SourceGroup flow);
/// What can be seen of the tables but for counts and times.
std::string contents(Tables tables);

/// Draws a mode and steps, and calls `check(const Course&, const Moment&)` after each of them. `except`:
/// verbs that are left out.
template <typename Check>
void after_every_step(Check check, std::initializer_list<Verb> except = {}) {
    const auto number = *rc::gen::inRange(0U, kModes);
    const auto steps = without(*any_steps(6), except);
    Course course(mode(number));
    for (const Step& step : steps) {
        course.go(step, [&](const Moment& moment) { check(course, moment); });
    }
}

} // namespace mcfwd::group_manager::test
