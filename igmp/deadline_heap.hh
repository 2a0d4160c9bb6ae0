// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Deadlines of many objects, the earliest first. A binary heap that knows where each object is, so that a
// deadline moves or goes in logarithmic time and nothing is ever scanned.
#pragma once

#include <cassert>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <mcfwd/clock.hh>

namespace mcfwd::igmp {

/// Part of every object in a heap; the heap alone writes it.
class DeadlineSlot {
  public:
    [[nodiscard]] bool armed() const { return index_ != kIdle; }

  private:
    template <typename T>
    friend class DeadlineHeap;
    static constexpr std::size_t kIdle = std::numeric_limits<std::size_t>::max();
    std::size_t index_ = kIdle;
};

/// `T` has a member `DeadlineSlot slot`, keeps its address while armed, and is disarmed before it dies.
template <typename T>
class DeadlineHeap {
  public:
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] Instant earliest() const { return entries_.front().at; }
    [[nodiscard]] T& first() const { return *entries_.front().object; }
    [[nodiscard]] Instant deadline(const T& object) const { return entries_[object.slot.index_].at; }

    /// Arms, or moves the deadline either way.
    void arm(T& object, Instant at) {
        if (!object.slot.armed()) {
            entries_.push_back({at, &object}); // first: it may find no memory
            object.slot.index_ = entries_.size() - 1;
        }
        const std::size_t index = object.slot.index_;
        entries_[index].at = at;
        sink(rise(index));
    }

    /// Arms, or moves the deadline forward in time only: to `at` if that is earlier.
    void arm_no_later(T& object, Instant at) {
        if (!object.slot.armed() || at < deadline(object)) {
            arm(object, at);
        }
    }

    void disarm(T& object) {
        if (!object.slot.armed()) {
            return;
        }
        const std::size_t index = std::exchange(object.slot.index_, DeadlineSlot::kIdle);
        const Entry last = entries_.back();
        entries_.pop_back();
        if (index < entries_.size()) {
            place(index, last);
            sink(rise(index));
        }
    }

  private:
    struct Entry {
        Instant at;
        T* object;
    };

    void place(std::size_t index, Entry entry) {
        entries_[index] = entry;
        entry.object->slot.index_ = index;
    }

    std::size_t rise(std::size_t index) {
        const Entry entry = entries_[index];
        while (index > 0 && entry.at < entries_[(index - 1) / 2].at) {
            place(index, entries_[(index - 1) / 2]);
            index = (index - 1) / 2;
        }
        place(index, entry);
        return index;
    }

    void sink(std::size_t index) {
        const Entry entry = entries_[index];
        while (true) {
            std::size_t child = 2 * index + 1;
            if (child + 1 < entries_.size() && entries_[child + 1].at < entries_[child].at) {
                ++child;
            }
            if (child >= entries_.size() || entries_[child].at >= entry.at) {
                break;
            }
            place(index, entries_[child]);
            index = child;
        }
        place(index, entry);
    }

    std::vector<Entry> entries_;
};

} // namespace mcfwd::igmp
