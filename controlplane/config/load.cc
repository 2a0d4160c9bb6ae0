// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// From a path or a text to a `Config`: syntax, then each table, then the whole. All that is wrong is reported
// at once.
#include "load.hh"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "findings.hh"
#include "reader.hh"
#include "sections.hh"
#include "syntax.hh"
#include "validate.hh"

namespace mcfwd::config {

namespace {

Refused refuse_file(std::string_view file, std::string message, std::string got, std::string valid) {
    return {Diagnostic{std::string(file), {}, std::move(message), std::move(got), std::move(valid)}};
}

Refused refuse_errno(std::string_view file, std::string_view what) {
    const std::string reason = std::generic_category().message(errno);
    return refuse_file(file, fmt::format("{}: {}", what, reason), quoted_text(file), "a readable file");
}

Refused refuse_size(std::string_view file) {
    return refuse_file(file, "the file is too large", fmt::format("more than {} octets", kMaxFileOctets),
                       fmt::format("at most {} octets", kMaxFileOctets));
}

template <typename Element>
void read_each(TableReader& root, std::string_view key, std::string_view heading, std::vector<Element>& into,
               Findings& findings, void (*read)(const Node&, Element&, Findings&)) {
    for (const Node& table : root.tables(key, heading)) {
        read(table, into.emplace_back(), findings);
    }
}

Config read_tables(const Node& file, Findings& findings) {
    Config config;
    TableReader root(file, "the file", findings);
    if (const Node* table = root.table("daemon", "[daemon]")) {
        read_daemon(*table, config.daemon, findings);
    }
    if (const Node* table = root.table("dataplane", "[dataplane]")) {
        read_dataplane(*table, config.dataplane, findings);
    }
    if (const Node* table = root.table("handoff", "[handoff]")) {
        read_handoff(*table, config.handoff, findings);
    }
    if (const Node* table = root.table("mfe", "[mfe]")) {
        read_mfe(*table, config.mfe, findings);
    }
    if (const Node* table = root.table("igmp", "[igmp]")) {
        read_igmp_policy(*table, config.igmp, findings);
    }
    read_each(root, "port", "[[port]]", config.ports, findings, read_port);
    read_each(root, "bridge", "[[bridge]]", config.bridges, findings, read_bridge);
    read_each(root, "interface", "[[interface]]", config.interfaces, findings, read_interface);
    read_each(root, "mroute", "[[mroute]]", config.mroutes, findings, read_mroute);
    read_each(root, "rpf_route", "[[rpf_route]]", config.rpf_routes, findings, read_rpf_route);
    if (const Node* table = root.table("proxy", "[proxy]")) {
        read_proxy(*table, config.proxy, findings);
        switch_igmp_off_upstream(config, file);
    }
    root.refuse_unknown();
    return config;
}

} // namespace

Result parse(std::string_view text, std::string_view file_name) {
    if (text.size() > kMaxFileOctets) {
        return std::unexpected(refuse_size(file_name));
    }
    auto file = parse_syntax(text, file_name);
    if (!file) {
        return std::unexpected(Refused{std::move(file.error())});
    }
    Findings findings(file_name);
    Config config = read_tables(*file, findings);
    validate(config, *file, findings);
    if (auto errors = findings.take_errors(); !errors.empty()) {
        return std::unexpected(std::move(errors));
    }
    return Accepted{std::move(config), findings.take_warnings()};
}

Result load(const std::filesystem::path& path) {
    const std::string name = path.string();
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        return std::unexpected(refuse_file(name, "cannot read the file: it is a directory", quoted_text(name),
                                           "a readable file"));
    }
    if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
        // A pipe could hold up the caller for ever, and the control thread is one.
        return std::unexpected(refuse_file(name, "cannot read the file: it is a pipe, socket or device",
                                           quoted_text(name), "a regular file"));
    }
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rb"), std::fclose);
    if (file == nullptr) {
        return std::unexpected(refuse_errno(name, "cannot open the file"));
    }
    std::string text;
    std::array<char, 16384> chunk{};
    while (const std::size_t octets = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
        text.append(chunk.data(), octets);
        if (text.size() > kMaxFileOctets) {
            return std::unexpected(refuse_size(name));
        }
    }
    if (std::ferror(file.get()) != 0) {
        return std::unexpected(refuse_errno(name, "cannot read the file"));
    }
    return parse(text, name);
}

} // namespace mcfwd::config
