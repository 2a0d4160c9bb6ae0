// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// One check per kind. Every refusal says which parameter, what came, and what would be right.
#include "parameters.hh"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mcfwd::rpc {

namespace {

using nlohmann::json;

/// The value as it came, short and on one line. Large containers by name only.
std::string shown(const json& value) {
    constexpr std::size_t kLongest = 60;
    const bool plain = value.is_array() && value.size() < kLongest / 2 &&
                       std::ranges::none_of(value, [](const json& item) { return item.is_structured(); });
    if (value.is_structured() && !plain) {
        return value.is_array() ? "an array" : "an object";
    }
    std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > kLongest) {
        text.resize(kLongest);
        text += "...";
    }
    return text;
}

std::unexpected<Error> refuse(const Parameter& parameter, const json& value, std::string_view valid) {
    return fail(Status::kInvalidParameter, fmt::format("parameter \"{}\": {} is not valid; valid is {}",
                                                       parameter.name, shown(value), valid));
}

bool is_interface_name(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto& name = value.get_ref<const std::string&>();
    return !name.empty() && name.size() <= 64 &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f' && c != ',' && c != '"'; });
}

bool is_source(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto& text = value.get_ref<const std::string&>();
    const auto address = Ipv4Address::parse(text);
    return text == "*" || (address && address->is_valid_source());
}

bool is_multicast(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto address = Ipv4Address::parse(value.get_ref<const std::string&>());
    return address && address->is_multicast();
}

bool is_group(const json& value) {
    return is_multicast(value) &&
           !Ipv4Address::parse(value.get_ref<const std::string&>())->is_link_local_multicast();
}

bool is_interface_list(const json& value) {
    if (!value.is_array() || value.empty() || !std::ranges::all_of(value, is_interface_name)) {
        return false;
    }
    std::set<std::string_view> unique;
    for (const json& name : value) {
        unique.insert(name.get_ref<const std::string&>());
    }
    return unique.size() == value.size();
}

bool is_absolute_path(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto& path = value.get_ref<const std::string&>();
    return path.starts_with('/') && path.find('\0') == std::string::npos;
}

bool is_integer_within(const json& value, std::int64_t minimum, std::int64_t maximum) {
    if (!value.is_number_integer()) {
        return false;
    }
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
        return false;
    }
    const auto number = value.get<std::int64_t>();
    return number >= minimum && number <= maximum;
}

bool is_seconds_up_to(const json& value, std::int64_t maximum) {
    return value.is_number() && value.get<double>() >= 0 &&
           value.get<double>() <= static_cast<double>(maximum);
}

bool is_address(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto address = Ipv4Address::parse(value.get_ref<const std::string&>());
    return address && (address->is_valid_source() || address->is_unspecified());
}

bool is_prefix(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto prefix = Ipv4Prefix::parse(value.get_ref<const std::string&>());
    return prefix && prefix->network() == prefix->address &&
           (prefix->length == 0 || prefix->address.is_valid_source());
}

/// As names in the configuration.
bool is_plain_name(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= 31 && plain(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return plain(c) || c == '_' || c == '-' || c == '.'; });
}

bool is_name(const json& value) {
    return value.is_string() && is_plain_name(value.get_ref<const std::string&>());
}

bool is_place(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const std::string_view place = value.get_ref<const std::string&>();
    const std::size_t colon = place.find(':');
    const std::string_view vlan = colon == std::string_view::npos ? "0" : place.substr(colon + 1);
    return is_plain_name(place.substr(0, colon)) && !vlan.empty() && vlan.size() <= 4 &&
           std::ranges::all_of(vlan, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_one_of(const json& value, std::span<const std::string_view> words) {
    return value.is_string() && std::ranges::count(words, value.get_ref<const std::string&>()) == 1;
}

bool are_some_of(const json& value, std::span<const std::string_view> words) {
    return value.is_array() && !value.empty() && value.size() <= words.size() &&
           std::ranges::all_of(value, [&](const json& word) {
               return is_one_of(word, words) && std::ranges::count(value, word) == 1;
           });
}

/// Each member by its name: what a list can be ordered by.
bool is_cursor_member(std::string_view name, const json& value) {
    if (name == "interface") {
        return is_interface_name(value);
    }
    if (name == "group") {
        return value == "*" || is_group(value);
    }
    if (name == "source") {
        return is_source(value);
    }
    if (name == "next_hop") {
        return value.is_null() || is_address(value);
    }
    return is_integer_within(value, 0, std::numeric_limits<std::int64_t>::max());
}

bool is_cursor(const json& value, std::span<const std::string_view> members) {
    return value.is_object() && value.size() == members.size() &&
           std::ranges::all_of(members, [&](std::string_view name) {
               const auto member = value.find(name);
               return member != value.end() && is_cursor_member(name, *member);
           });
}

/// "a, b, c" (fmt::join of fmt 9 does not compile without warnings under gcc 12).
template <typename Items, typename Name = std::identity>
std::string joined(const Items& items, Name name = {}) {
    std::string text;
    for (const auto& item : items) {
        text += text.empty() ? "" : ", ";
        text += std::invoke(name, item);
    }
    return text;
}

Expected<json> named(const Command& command, const json& params) {
    if (params.is_null()) {
        return json::object();
    }
    if (params.is_object()) {
        return params;
    }
    if (!params.is_array()) {
        return fail(Status::kInvalidParameter,
                    fmt::format("params: {} is not valid; valid is an object or an array", shown(params)));
    }
    if (params.size() > command.parameters.size()) {
        return fail(Status::kInvalidParameter,
                    fmt::format("params: {} values for {} parameters; valid is: {}", params.size(),
                                command.parameters.size(), command.usage()));
    }
    json object = json::object();
    for (std::size_t i = 0; i < params.size(); ++i) {
        object[std::string(command.parameters[i].name)] = params[i];
    }
    return object;
}

} // namespace

Expected<void> check_value(const Parameter& parameter, const json& value) {
    const auto require = [&](bool valid, auto form) {
        return valid ? Expected<void>() : refuse(parameter, value, form());
    };
    const auto text = [](std::string_view form) { return [form] { return std::string(form); }; };
    switch (parameter.kind) {
    case ParameterKind::kGroup:
        return require(is_group(value),
                       text("a multicast group from 224.0.1.0 to 239.255.255.255, e.g. \"239.1.1.1\""));
    case ParameterKind::kMulticast:
        return require(is_multicast(value),
                       text("a multicast address from 224.0.0.0 to 239.255.255.255, e.g. \"239.1.1.1\""));
    case ParameterKind::kAnyGroup:
        return require(value == "*" || is_group(value),
                       text("a multicast group from 224.0.1.0 to 239.255.255.255, or \"*\" for all"));
    case ParameterKind::kSource:
        return require(is_source(value),
                       text("a unicast address, e.g. \"10.0.1.2\", or \"*\" for any source"));
    case ParameterKind::kAddress:
        return require(is_address(value),
                       text("a unicast address, e.g. \"10.0.1.2\", or \"0.0.0.0\" for none"));
    case ParameterKind::kPrefix:
        return require(
            is_prefix(value),
            text("a unicast prefix without bits behind its length, e.g. \"10.9.0.0/16\", or \"0.0.0.0/0\""));
    case ParameterKind::kInterface:
        return require(is_interface_name(value), text("the name of an interface, e.g. \"lan1\""));
    case ParameterKind::kInterfaceList:
        return require(
            is_interface_list(value),
            text("a list of different interface names, e.g. [\"lan2\", \"lan3\"] (typed: lan2,lan3)"));
    case ParameterKind::kLevel:
        return require(is_one_of(value, log_levels()),
                       [] { return fmt::format("one of {}", joined(log_levels())); });
    case ParameterKind::kWord:
        return require(is_one_of(value, parameter.words),
                       [&] { return fmt::format("one of {}", joined(parameter.words)); });
    case ParameterKind::kWords:
        return require(are_some_of(value, parameter.words),
                       [&] { return fmt::format("a list of some of {}", joined(parameter.words)); });
    case ParameterKind::kPath:
        return require(is_absolute_path(value), text("an absolute path of a file"));
    case ParameterKind::kFlag:
        return require(value.is_boolean(), text("true or false"));
    case ParameterKind::kName:
        return require(
            is_name(value),
            text("1 to 31 letters, digits, \"_\", \"-\" or \".\", beginning with a letter or digit"));
    case ParameterKind::kPlace:
        return require(is_place(value),
                       text("the name of an interface, bridge or port, e.g. \"lan1\" or \"p3:10\""));
    case ParameterKind::kInteger:
        return require(is_integer_within(value, parameter.minimum, parameter.maximum), [&] {
            return fmt::format("a whole number from {} to {}", parameter.minimum, parameter.maximum);
        });
    case ParameterKind::kCursor:
        return require(is_cursor(value, parameter.words), [&] {
            return fmt::format("\"next\" of an answer, an object with {}", joined(parameter.words));
        });
    case ParameterKind::kSeconds:
        return require(is_seconds_up_to(value, parameter.maximum),
                       [&] { return fmt::format("a number of seconds from 0 to {}", parameter.maximum); });
    }
    return fail(Status::kInvalidParameter, fmt::format("parameter \"{}\" has no kind", parameter.name));
}

Expected<json> check_parameters(const Command& command, const json& params) {
    Expected<json> object = named(command, params);
    if (!object) {
        return object;
    }
    for (const auto& [name, value] : object->items()) {
        const Parameter* parameter = command.parameter(name);
        if (parameter == nullptr) {
            const std::string valid = joined(command.parameters, &Parameter::name);
            return fail(Status::kInvalidParameter,
                        fmt::format("unknown parameter {}; {}", shown(name),
                                    valid.empty() ? fmt::format("\"{}\" takes none", command.words)
                                                  : fmt::format("valid are {}", valid)));
        }
        if (auto checked = check_value(*parameter, value); !checked) {
            return std::unexpected(checked.error());
        }
    }
    for (const Parameter& parameter : command.parameters) {
        if (parameter.required() && !object->contains(parameter.name)) {
            return fail(Status::kInvalidParameter,
                        fmt::format("parameter \"{}\" ({}) is missing{}", parameter.name, parameter.help,
                                    command.audience == Audience::kPeople
                                        ? fmt::format("; usage: {}", command.usage())
                                        : std::string()));
        }
    }
    return object;
}

json value_from_word(const Parameter& parameter, std::string_view word) {
    switch (parameter.kind) {
    case ParameterKind::kWords:
        return json::array({word});
    case ParameterKind::kInteger: {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        return error == std::errc{} && end == word.data() + word.size() ? json(number) : json(word);
    }
    case ParameterKind::kInterfaceList: {
        json list = json::array();
        for (std::size_t start = 0; start <= word.size();) {
            const std::size_t comma = std::min(word.find(',', start), word.size());
            list.push_back(word.substr(start, comma - start));
            start = comma + 1;
        }
        return list;
    }
    case ParameterKind::kPath: {
        std::error_code error;
        const auto path = word.empty() ? std::filesystem::path() : std::filesystem::absolute(word, error);
        return error ? json(word) : json(path.string());
    }
    default:
        return json(word);
    }
}

std::optional<Ipv4Address> address_in(const json& params, std::string_view name) {
    const auto text = text_in(params, name);
    if (!text) {
        return std::nullopt;
    }
    return *text == "*" ? kAnySource : Ipv4Address::parse(*text);
}

std::optional<Ipv4Prefix> prefix_in(const json& params, std::string_view name) {
    const auto text = text_in(params, name);
    return text ? Ipv4Prefix::parse(*text) : std::nullopt;
}

std::optional<std::string> text_in(const json& params, std::string_view name) {
    const auto found = params.find(name);
    return found != params.end() && found->is_string() ? std::optional(found->get<std::string>())
                                                       : std::nullopt;
}

bool flag_in(const json& params, std::string_view name) {
    const auto found = params.find(name);
    return found != params.end() && *found == true;
}

std::optional<std::int64_t> integer_in(const json& params, std::string_view name) {
    const auto found = params.find(name);
    return found != params.end() && found->is_number_integer() ? std::optional(found->get<std::int64_t>())
                                                               : std::nullopt;
}

std::optional<Duration> seconds_in(const json& params, std::string_view name) {
    const auto found = params.find(name);
    return found != params.end() && found->is_number()
               ? std::optional(std::chrono::duration_cast<Duration>(
                     std::chrono::duration<double>(found->get<double>())))
               : std::nullopt;
}

std::vector<std::string> list_in(const json& params, std::string_view name) {
    std::vector<std::string> list;
    if (const auto found = params.find(name); found != params.end() && found->is_array()) {
        for (const json& item : *found) {
            if (item.is_string()) {
                list.push_back(item.get<std::string>());
            }
        }
    }
    return list;
}

} // namespace mcfwd::rpc
