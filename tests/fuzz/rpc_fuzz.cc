// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Any bytes on the control socket: however they are cut into pieces the same lines come out, and every answer
// is one line of JSON-RPC. The first byte chooses the size of the pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <controlplane/rpc/commands.hh>
#include <controlplane/rpc/framing.hh>
#include <controlplane/rpc/registry.hh>
#include <controlplane/rpc/request.hh>

#include "answer_line.hh"
#include "fake_session.hh"

using namespace mcfwd;
using namespace mcfwd::rpc;
using nlohmann::json;

namespace {

constexpr std::size_t kLineLimit = 4096;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// Every method answers with the parameters it got, or refuses.
Registry echo() {
    Registry registry;
    for (const std::string& method : registry.missing()) {
        registry.add(method, [refuses = method == "mroute.del"](const json& params) -> Expected<json> {
            return refuses ? Expected<json>(fail(Status::kNotFound, "no such route"))
                           : json{{"params", params}};
        });
    }
    return registry;
}

/// All lines, and at the end whether the next one was too long.
std::vector<std::string> lines_of(std::string_view input, std::size_t piece) {
    LineFramer framer(kLineLimit);
    std::vector<std::string> lines;
    std::string line;
    for (Framing framing = Framing::kNeedMore; !input.empty();) {
        framer.append(input.substr(0, piece));
        input.remove_prefix(std::min(piece, input.size()));
        while ((framing = framer.next(line)) == Framing::kLine) {
            require(line.size() <= kLineLimit && line.find('\n') == std::string::npos);
            lines.push_back(line);
        }
        if (framing == Framing::kTooLong) {
            lines.emplace_back("too long");
            return lines;
        }
    }
    return lines;
}

void check_answer(const std::string& answer) {
    if (answer.empty()) {
        return;
    }
    require(answer.find('\n') == answer.size() - 1);
    const json parsed = json::parse(answer);
    for (const json& one : parsed.is_array() ? parsed : json::array({parsed})) {
        require(one.at("jsonrpc") == "2.0" && one.contains("id") &&
                one.contains("result") != one.contains("error"));
        require(!one.contains("error") || one.at("error").at("code") != -32603);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Registry registry = echo();
    FakeSession session;
    if (size == 0) {
        return 0;
    }
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto lines = lines_of(input, input.size());
    require(lines == lines_of(input, std::size_t{data[0]} + 1));
    for (const std::string& line : lines) {
        check_answer(answer_line(registry, line, session));
    }
    return 0;
}
