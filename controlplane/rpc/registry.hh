// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Who answers which method. main.cc fills it with handlers before the server starts; the request layer calls
// through it. Nothing here knows sockets.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <mcfwd/result.hh>

namespace mcfwd::rpc {

/// Runs on the control thread and returns without waiting for anything. `params` is an object that has been
/// checked against the command table: all required names are there, no unknown ones, every value well formed.
/// Read it with the functions of parameters.hh. An Error reaches the client as code -32000, message =
/// Error.what, data.status = its status name.
using Handler = std::function<Expected<nlohmann::json>(const nlohmann::json& params)>;

class Session;

/// The same for a method that needs to know who asks.
using SessionHandler =
    std::function<Expected<nlohmann::json>(const nlohmann::json& params, Session& session)>;

/// One part of what a request asks for, where all of it would hold others up. Nothing: there is more, call
/// again in a task of its own. Further requests of the connection wait; if it ends, `Work` is not called any
/// more.
using Work = std::function<std::optional<Expected<nlohmann::json>>()>;

/// Begins such work; the first part is called at once. An Error is the answer, and nothing has been done.
using WorkHandler = std::function<Expected<Work>(const nlohmann::json& params, Session& session)>;

class Registry {
  public:
    /// rpc.discover is there from the start.
    Registry();

    /// `method` must be in the command table and without a handler so far; anything else is a broken
    /// invariant of this program and ends it with a message.
    void add(std::string_view method, Handler handler);
    void add(std::string_view method, SessionHandler handler);
    void add_work(std::string_view method, WorkHandler handler);

    /// Methods of the command table that nobody answers. The daemon refuses to start unless this is empty.
    [[nodiscard]] std::vector<std::string> missing() const;

    /// One of them is set.
    struct Handlers {
        SessionHandler at_once;
        WorkHandler in_parts;
    };
    /// Null when nobody answers `method`.
    [[nodiscard]] const Handlers* find(std::string_view method) const;

  private:
    void enter(std::string_view method, Handlers handlers);

    std::map<std::string, Handlers, std::less<>> handlers_;
};

} // namespace mcfwd::rpc
