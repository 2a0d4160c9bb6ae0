// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What is written to the log, as a test reads it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

namespace mcfwd::protocols {

/// The lines that are logged while it lives.
class LogLines {
  public:
    LogLines() { spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", lines_)); }
    ~LogLines() { spdlog::set_default_logger(before_); }
    LogLines(const LogLines&) = delete;
    LogLines& operator=(const LogLines&) = delete;

    [[nodiscard]] std::vector<std::string> containing(std::string_view part) const {
        std::vector<std::string> found;
        for (const std::string& line : lines_->last_formatted()) {
            if (const auto at = line.find(part); at != std::string::npos) {
                found.push_back(line.substr(at, line.find_last_not_of('\n') + 1 - at));
            }
        }
        return found;
    }

  private:
    std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> lines_ =
        std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(16);
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

} // namespace mcfwd::protocols
