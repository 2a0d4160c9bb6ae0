// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
#include "doorbell.hh"

#include <cerrno>
#include <system_error>
#include <tuple>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace mcfwd::dataplane {

Expected<std::unique_ptr<Doorbell>> Doorbell::create() {
    const int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) {
        return fail(Status::kNotEnoughMemory, fmt::format("eventfd for signals of workers: {}",
                                                          std::generic_category().message(errno)));
    }
    return std::unique_ptr<Doorbell>(new Doorbell(descriptor));
}

Doorbell::~Doorbell() {
    close(descriptor_);
}

void Doorbell::answer() noexcept {
    eventfd_t rings = 0;
    std::ignore = eventfd_read(descriptor_, &rings); // fails when it was not rung, which is as good
}

void Doorbell::wake() noexcept {
    std::ignore = eventfd_write(descriptor_, 1); // fails only when it has been rung 2^64 times unanswered
}

} // namespace mcfwd::dataplane
