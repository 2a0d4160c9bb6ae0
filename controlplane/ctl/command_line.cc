// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Two walks, one after the other: along the words of the command table, then along the command's parameters.
#include "command_line.hh"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include <controlplane/rpc/parameters.hh>

namespace mcfwd::ctl {

namespace {

using rpc::Command;
using rpc::Parameter;

std::unexpected<Failure> usage_failure(std::string message) {
    return std::unexpected(Failure{Exit::kUsage, std::move(message)});
}

std::string listed(std::span<const Choice> choices) {
    std::string text;
    for (const Choice& choice : choices) {
        text += (text.empty() ? "" : ", ") + choice.word;
    }
    return text;
}

/// The choices that `word` may mean: the equal one, else all it is a prefix of.
std::vector<Choice> meant(std::span<const Choice> choices, std::string_view word) {
    std::vector<Choice> found;
    for (const Choice& choice : choices) {
        if (choice.word == word) {
            return {choice};
        }
        if (!word.empty() && choice.word.starts_with(word)) {
            found.push_back(choice);
        }
    }
    return found;
}

/// First walk: the commands that the words so far may begin.
class CommandWalk {
  public:
    CommandWalk() {
        for (const Command& command : rpc::commands()) {
            if (command.audience == rpc::Audience::kPeople) {
                candidates_.push_back({&command, command.words});
            }
        }
    }

    /// The command, once all of its words have been walked.
    [[nodiscard]] const Command* command() const {
        return candidates_.size() == 1 && candidates_[0].rest.empty() ? candidates_[0].command : nullptr;
    }

    [[nodiscard]] std::vector<Choice> choices() const {
        std::vector<Choice> choices;
        for (const auto& [command, rest] : candidates_) {
            const std::string_view word = rest.substr(0, rest.find(' '));
            const bool last = word.size() == rest.size();
            const auto same = std::ranges::find(choices, word, &Choice::word);
            if (word.empty()) {
                continue;
            }
            if (same == choices.end()) {
                choices.push_back(
                    {std::string(word), std::string(last ? command->help : rest.substr(word.size() + 1))});
            } else {
                same->help += " | " + std::string(rest.substr(word.size() + 1));
            }
        }
        return choices;
    }

    [[nodiscard]] Outcome<void> step(std::string_view word) {
        const std::vector<Choice> all = choices();
        std::vector<Choice> found = meant(all, word);
        // A prefix means the command that goes on rather than one that ends here: "sh" is show, not shutdown.
        const auto goes_on = [this](const Choice& choice) { return !ends_with(choice.word); };
        if (found.size() > 1 && std::ranges::any_of(found, goes_on)) {
            std::erase_if(found, std::not_fn(goes_on));
        }
        if (found.size() != 1) {
            return usage_failure(
                found.empty()
                    ? fmt::format("unknown command \"{}{}\"; valid here: {}", walked_, word, listed(all))
                    : fmt::format("ambiguous command \"{}{}\": {}", walked_, word, listed(found)));
        }
        std::erase_if(candidates_, [&](const Candidate& candidate) {
            return candidate.rest.substr(0, candidate.rest.find(' ')) != found[0].word;
        });
        for (Candidate& candidate : candidates_) {
            candidate.rest.remove_prefix(std::min(found[0].word.size() + 1, candidate.rest.size()));
        }
        walked_ += found[0].word + ' ';
        return {};
    }

  private:
    struct Candidate {
        const Command* command;
        std::string_view rest; ///< words not walked yet
    };

    /// Whether a command ends with `word` here.
    [[nodiscard]] bool ends_with(std::string_view word) const {
        return std::ranges::find(candidates_, word, &Candidate::rest) != candidates_.end();
    }

    std::vector<Candidate> candidates_;
    std::string walked_;
};

/// Second walk: values by position, and keywords with their values in any order.
class ParameterWalk {
  public:
    explicit ParameterWalk(const Command& command) : command_(command) {}

    /// The parameter whose value comes next for certain: after a keyword, or a required position.
    [[nodiscard]] const Parameter* expected() const {
        const Parameter* position = next_position();
        return pending_ != nullptr ? pending_
                                   : (position != nullptr && position->required() ? position : nullptr);
    }

    /// The parameter whose value may come next.
    [[nodiscard]] const Parameter* value() const { return pending_ != nullptr ? pending_ : next_position(); }

    [[nodiscard]] std::vector<Choice> keywords() const {
        std::vector<Choice> choices;
        for (const Parameter& parameter : command_.parameters) {
            if (expected() == nullptr && for_people(parameter) && !parameter.keyword.empty() &&
                !params_.contains(parameter.name)) {
                choices.push_back({std::string(parameter.keyword), std::string(parameter.help)});
            }
        }
        return choices;
    }

    [[nodiscard]] Outcome<void> step(const std::string& word) {
        const std::vector<Choice> all = keywords();
        const std::vector<Choice> found = meant(all, word);
        if (expected() == nullptr && found.size() == 1) {
            const Parameter& named =
                *std::ranges::find(command_.parameters, found[0].word, &Parameter::keyword);
            if (named.kind == rpc::ParameterKind::kFlag) {
                params_[std::string(named.name)] = true;
            } else {
                pending_ = &named;
            }
            return {};
        }
        const Parameter* parameter = value_for(word);
        // No value but a path begins so: it is a keyword that this command does not have, or has had already.
        const bool stray = word.starts_with("--") && pending_ == nullptr &&
                           (parameter == nullptr || parameter->kind != rpc::ParameterKind::kPath);
        if (parameter == nullptr || stray) {
            return usage_failure(fmt::format("unexpected \"{}\"; usage: {}", word, command_.usage()));
        }
        nlohmann::json checked = rpc::value_from_word(*parameter, word);
        if (auto valid = rpc::check_value(*parameter, checked); !valid) {
            return usage_failure(valid.error().what);
        }
        nlohmann::json& slot = params_[std::string(parameter->name)];
        if (parameter->kind == rpc::ParameterKind::kWords && slot.is_array()) {
            slot.push_back(checked[0]); // the next of WORD ...
        } else {
            slot = std::move(checked);
        }
        pending_ = nullptr;
        return {};
    }

    [[nodiscard]] Outcome<Request> request() const {
        if (pending_ != nullptr) {
            return usage_failure(
                fmt::format("\"{}\" needs a value; usage: {}", pending_->keyword, command_.usage()));
        }
        auto checked = rpc::check_parameters(command_, params_);
        return checked ? Outcome<Request>(Request{&command_, std::move(*checked)})
                       : usage_failure(checked.error().what);
    }

  private:
    /// The parameter that the word is a value of: the next by position, or a place if it does not fit there
    /// and that one may be left out.
    [[nodiscard]] const Parameter* value_for(const std::string& word) const {
        const auto fits = [&](const Parameter& parameter) {
            return rpc::check_value(parameter, rpc::value_from_word(parameter, word)).has_value();
        };
        const Parameter* const next = value();
        if (next == nullptr || next == expected() || fits(*next)) {
            return next;
        }
        const auto place = std::ranges::find_if(command_.parameters, [&](const Parameter& parameter) {
            return parameter.kind == rpc::ParameterKind::kPlace && is_open(parameter) && fits(parameter);
        });
        return place == command_.parameters.end() ? next : &*place;
    }
    /// Its value may come by position.
    [[nodiscard]] bool is_open(const Parameter& parameter) const {
        return (parameter.keyword.empty() || parameter.kind == rpc::ParameterKind::kPlace) &&
               for_people(parameter) &&
               (!params_.contains(parameter.name) || parameter.kind == rpc::ParameterKind::kWords);
    }
    static bool for_people(const Parameter& parameter) {
        return parameter.audience == rpc::Audience::kPeople;
    }
    [[nodiscard]] const Parameter* next_position() const {
        const auto found = std::ranges::find_if(
            command_.parameters, [&](const Parameter& parameter) { return is_open(parameter); });
        return found == command_.parameters.end() ? nullptr : &*found;
    }

    const Command& command_;
    nlohmann::json params_ = nlohmann::json::object();
    const Parameter* pending_ = nullptr; ///< its keyword was the last word
};

/// Both walks over all words; `parameters` is there once the command is known.
struct Walk {
    CommandWalk commands;
    std::optional<ParameterWalk> parameters;

    [[nodiscard]] Outcome<void> step(const std::string& word) {
        if (parameters) {
            return parameters->step(word);
        }
        auto stepped = commands.step(word);
        if (stepped && commands.command() != nullptr) {
            parameters.emplace(*commands.command());
        }
        return stepped;
    }
};

Outcome<Walk> walk(std::span<const std::string> words) {
    Walk walk;
    for (const std::string& word : words) {
        if (auto stepped = walk.step(word); !stepped) {
            return std::unexpected(stepped.error());
        }
    }
    return walk;
}

/// "GROUP", as in the usage.
std::string placeholder(const Parameter& parameter) {
    if (parameter.kind == rpc::ParameterKind::kInterface) {
        return "INTERFACE";
    }
    if (parameter.kind == rpc::ParameterKind::kInterfaceList) {
        return "INTERFACE[,INTERFACE...]";
    }
    if (parameter.kind == rpc::ParameterKind::kPlace) {
        return "INTERFACE|PORT";
    }
    std::string name(parameter.name);
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

/// What a value is for, and which ones there are.
Choice value_line(const Parameter& parameter, std::string_view partial, const KnownValues& known) {
    std::string values;
    for (const std::string& value : values_of(parameter, known)) {
        if (value.starts_with(partial)) {
            values += (values.empty() ? " (" : ", ") + value;
        }
    }
    return {placeholder(parameter), std::string(parameter.help) + values + (values.empty() ? "" : ")")};
}

} // namespace

Outcome<Request> parse(std::span<const std::string> words) {
    const auto walked = walk(words);
    if (!walked) {
        return std::unexpected(walked.error());
    }
    if (!walked->parameters) {
        std::string typed;
        for (const std::string& word : words) {
            typed += (typed.empty() ? "" : " ") + word;
        }
        return usage_failure(fmt::format("\"{}\" is not a whole command; next: {}", typed,
                                         listed(walked->commands.choices())));
    }
    return walked->parameters->request();
}

Outcome<Continuation> continuation(std::span<const std::string> words) {
    const auto walked = walk(words);
    if (!walked) {
        return std::unexpected(walked.error());
    }
    if (!walked->parameters) {
        return Continuation{walked->commands.choices(), nullptr, nullptr};
    }
    const bool complete = walked->parameters->request().has_value();
    return Continuation{walked->parameters->keywords(), walked->parameters->value(),
                        complete ? walked->commands.command() : nullptr};
}

std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> words;
    bool quoted = false;
    bool inside = false;
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
        }
        const bool blank = !quoted && (c == ' ' || c == '\t' || c == '\r');
        if (!blank && !inside) {
            words.emplace_back();
        }
        inside = !blank;
        if (inside && c != '"') {
            words.back() += c;
        }
    }
    return words;
}

std::vector<std::string> values_of(const Parameter& parameter, const KnownValues& known) {
    const auto fixed = parameter.kind == rpc::ParameterKind::kLevel ? rpc::log_levels() : parameter.words;
    if (!fixed.empty()) {
        return {fixed.begin(), fixed.end()};
    }
    return known ? known(parameter) : std::vector<std::string>();
}

std::string help_after(std::span<const std::string> words, std::string_view partial,
                       const KnownValues& known) {
    const auto next = continuation(words);
    if (!next) {
        return next.error().message + '\n';
    }
    std::vector<Choice> lines;
    std::ranges::copy_if(next->words, std::back_inserter(lines),
                         [&](const Choice& choice) { return choice.word.starts_with(partial); });
    if (next->value != nullptr) {
        lines.push_back(value_line(*next->value, partial, known));
    }
    if (next->complete != nullptr && partial.empty()) {
        lines.push_back({"<enter>", std::string(next->complete->help)});
    }
    std::size_t width = 0;
    for (const Choice& line : lines) {
        width = std::max(width, line.word.size());
    }
    std::string text;
    for (const Choice& line : lines) {
        text += "  " + line.word + std::string(width - line.word.size() + 2, ' ') + line.help + '\n';
    }
    return lines.empty() ? fmt::format("nothing begins with \"{}\" here\n", partial) : text;
}

} // namespace mcfwd::ctl
