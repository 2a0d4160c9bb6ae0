// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What a routing protocol in another process said about entries: where they come in, and where they must not
// leave. It cannot be asked while an entry is rebuilt, and its answer would come after packets have gone the
// wrong way; so it is asked once and remembered as long as the entry lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include <controlplane/group_manager/group_manager.hh>

namespace mcfwd::protocols {

/// Control thread only. Its size follows the number of entries.
class EntryMemory {
  public:
    explicit EntryMemory(const group_manager::GroupManager& groups) : groups_(groups) {}

    /// The client vetoed an oif, or took it back. Ignored without an entry.
    void veto(group_manager::SourceGroup flow, group_manager::InterfaceKey oif);
    void allow(group_manager::SourceGroup flow, group_manager::InterfaceKey oif);
    /// The client changed the iif or the upstream neighbour of an entry.
    void choose(group_manager::SourceGroup flow, const group_manager::MfeEdit& edit);
    /// The client left the interface. What it said of it counts no more, and goes a little at a time like
    /// what has ended: this takes no time, whatever that was.
    void forget(group_manager::InterfaceKey interface);
    /// The client has gone: at most `most` of all that it said. True: there is more.
    bool forget_some(std::size_t most);

    /// Answers about an entry that is rebuilt as the client did for the one before. Of an entry that is new
    /// everything is forgotten: the client is asked.
    void answer(group_manager::RpfQuery& query);
    void answer(const group_manager::CreationAlert& alert);

    [[nodiscard]] std::size_t size() const { return vetoes_.size() + choices_.size(); }

  private:
    struct Choice {
        std::optional<group_manager::InterfaceKey> iif;
        std::optional<Ipv4Address> upstream;
        std::uint64_t made = 0;
    };
    /// And when they were given.
    using Vetoes =
        std::map<std::pair<group_manager::SourceGroup, group_manager::InterfaceKey>, std::uint64_t>;
    using Choices = std::map<group_manager::SourceGroup, Choice>;
    /// What is remembered of an interface.
    struct Said {
        std::size_t vetoes_and_choices = 0;
        std::uint64_t left = 0; ///< when the client did so last
    };

    [[nodiscard]] bool counts(group_manager::InterfaceKey interface, std::uint64_t said) const {
        return said > said_.at(interface).left;
    }
    [[nodiscard]] bool counts(const Choice& choice) const {
        return !choice.iif || counts(*choice.iif, choice.made);
    }
    void drop_one(group_manager::InterfaceKey interface);
    Vetoes::iterator drop(Vetoes::iterator veto);
    void drop(Choices::iterator choice);
    enum class What : bool { kAll, kWhatCountsNoMore };
    void forget(group_manager::SourceGroup flow, What what);
    /// Entries end without a word: with everything new, some of what is left of them goes.
    void look_through_some();

    const group_manager::GroupManager& groups_;
    std::uint64_t now_ = 0; ///< one more with everything that the client says or leaves
    std::map<group_manager::InterfaceKey, Said> said_;
    Vetoes vetoes_;
    Choices choices_;
    group_manager::SourceGroup looked_at_; ///< the last flow that was looked at
};

} // namespace mcfwd::protocols
