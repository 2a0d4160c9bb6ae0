// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A directory for one test, and a client that never blocks, so that server and client take turns in one
// thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

/// Private directory, removed at the end.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

class SocketClient {
  public:
    /// errno of the failure in `error()`.
    explicit SocketClient(const std::filesystem::path& socket);
    ~SocketClient();
    SocketClient(const SocketClient&) = delete;
    SocketClient& operator=(const SocketClient&) = delete;

    [[nodiscard]] int error() const { return error_; }
    /// Octets taken now: maybe fewer than given, 0 when the server does not read, -1 when it has closed.
    ssize_t write(std::string_view text);
    /// A complete line that has arrived, without its newline.
    std::optional<std::string> line();
    /// Whether the server closed and everything it sent has been taken by `line`.
    [[nodiscard]] bool at_end();
    void end_input();
    void close();

  private:
    void take();

    int socket_ = -1;
    int error_ = 0;
    bool closed_ = false;
    std::string received_;
};
