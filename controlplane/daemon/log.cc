// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// spdlog set up once: asynchronous, coloured on a terminal, one line per event.
#include "log.hh"

#include <array>
#include <memory>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace mcfwd::daemon {

namespace {
/// In the order of spdlog's level numbers.
constexpr std::array<std::string_view, 7> kLevels{"trace", "debug",    "info", "warn",
                                                  "error", "critical", "off"};
constexpr std::size_t kQueueLines = 8192;
} // namespace

std::span<const std::string_view> log_levels() {
    return kLevels;
}

void start_log() {
    spdlog::init_thread_pool(kQueueLines, 1);
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    auto logger = std::make_shared<spdlog::async_logger>("mcfwd", std::move(sink), spdlog::thread_pool(),
                                                         spdlog::async_overflow_policy::overrun_oldest);
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-8l%$ %v");
    logger->flush_on(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
}

Expected<void> set_log_level(std::string_view level) {
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
        if (kLevels[i] == level) {
            spdlog::set_level(static_cast<spdlog::level::level_enum>(i));
            return {};
        }
    }
    return fail(Status::kInvalidParameter,
                fmt::format("log level '{}' is unknown; valid are: {}", level, fmt::join(kLevels, ", ")));
}

std::string log_level() {
    return std::string(kLevels.at(static_cast<std::size_t>(spdlog::get_level())));
}

void stop_log() {
    spdlog::shutdown();
}

} // namespace mcfwd::daemon
