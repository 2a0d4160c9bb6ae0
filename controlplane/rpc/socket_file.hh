// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// The socket in the file system: made, checked against a daemon that is alive or dead, removed at the end.
#pragma once

#include <filesystem>

#include <sys/types.h>

#include <mcfwd/result.hh>

namespace mcfwd::rpc {

class SocketFile {
  public:
    /// Directory created if missing, a dead daemon's file replaced, bound with mode 0660 and listening.
    /// Errors as Server::listen.
    [[nodiscard]] static Expected<SocketFile> listen(const std::filesystem::path& path);

    SocketFile(SocketFile&& other) noexcept;
    SocketFile& operator=(SocketFile&&) = delete;
    /// Removes the file if it is still this one, and closes the descriptor unless it was released.
    ~SocketFile();

    /// The listening descriptor; the caller closes it from now on.
    [[nodiscard]] int release();
    /// Removes the file if it is still this one. Before the listening socket is closed: only an open socket
    /// keeps its inode number to itself.
    void remove();
    /// Group of the file: its members may use the socket.
    [[nodiscard]] gid_t group() const { return group_; }

  private:
    SocketFile(std::filesystem::path path, int descriptor)
        : path_(std::move(path)),
          descriptor_(descriptor) {}
    [[nodiscard]] Expected<void> open_to_clients();

    std::filesystem::path path_; ///< empty once removed
    int descriptor_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    gid_t group_ = 0;
};

} // namespace mcfwd::rpc
