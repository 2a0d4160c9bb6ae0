// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// A client without a socket: what is pushed to it can be read at once, and it ends when the test says so.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <controlplane/rpc/session.hh>

class FakeSession final : public mcfwd::rpc::Session {
  public:
    explicit FakeSession(pid_t pid = 100) { peer_.pid = pid; }

    [[nodiscard]] const mcfwd::rpc::Peer& peer() const override { return peer_; }
    [[nodiscard]] bool peer_gone() const override { return gone; }
    void push(const std::shared_ptr<mcfwd::rpc::LineSource>& source, std::size_t octets) override {
        waiting_.push_back(source);
        octets_ += octets;
    }
    CloseHook on_close(std::function<void()> hook) override {
        if (out_of_memory) {
            throw std::bad_alloc();
        }
        hooks_.emplace(++last_hook_, std::move(hook));
        return last_hook_;
    }
    void forget(CloseHook hook) override { hooks_.erase(hook); }
    void stay_open() override { stays_open = true; }

    /// Takes all lines that wait, without their newlines.
    std::vector<std::string> lines() {
        std::vector<std::string> taken;
        for (const auto& source : std::exchange(waiting_, {})) {
            std::string line;
            octets_ -= source->take_line(line);
            line.pop_back();
            taken.push_back(std::move(line));
        }
        return taken;
    }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] std::size_t octets() const { return octets_; }

    /// The connection ends by itself.
    void end() {
        gone = true;
        waiting_.clear();
        for (const auto& [number, hook] : std::exchange(hooks_, {})) {
            try {
                hook();
            } catch (const std::bad_alloc&) { // as connections do
            }
        }
    }
    [[nodiscard]] std::size_t hooks() const { return hooks_.size(); }

    bool gone = false;
    bool stays_open = false;
    bool out_of_memory = false; ///< for a hook

  private:
    mcfwd::rpc::Peer peer_;
    std::vector<std::shared_ptr<mcfwd::rpc::LineSource>> waiting_;
    std::size_t octets_ = 0;
    std::map<CloseHook, std::function<void()>> hooks_;
    CloseHook last_hook_ = 0;
};
