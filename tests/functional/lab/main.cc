// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// mcfwd-lab-host: one host of the test lab, a source (`send`) or a receiver (`receive`). Runs inside a
// network namespace; used by the functional tests and by the demo.
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "receive.hh"
#include "send.hh"

namespace {

void add_send(CLI::App& command, mcfwd::lab::SendOptions& options, std::vector<std::string>& flows) {
    command.add_option("--flow", flows, "SOURCE,GROUP,PORT; may be repeated")->required();
    command.add_option("--rate", options.rate, "packets per second, all flows together")
        ->check(CLI::PositiveNumber);
    command.add_option("--count", options.count, "packets per flow; 0: until told to stop");
    command.add_option("--ttl", options.ttl, "time to live");
    command.add_option("--payload", options.payload, "octets of UDP payload")->check(CLI::Range(24, 1472));
    command.add_flag("--control", options.controlled,
                     "wait for 'start' on standard input; 'stop' or the end of input stops");
}

void add_receive(CLI::App& command, mcfwd::lab::ReceiveOptions& options, std::uint16_t& vlan) {
    command.add_option("--interface", options.interface, "where to join and to watch")->required();
    command.add_option("--ttl", options.ttl, "time to live that data must have");
    command.add_option("--vlan", vlan, "VLAN tag that data must have; 0: none")->check(CLI::Range(0, 4094));
    command.add_option("--leave-grace-ms", options.leave_grace_ms,
                       "how long after a leave data is still right");
    command.add_option("--quiet-ms", options.quiet_ms, "silence that ends a left group");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"A host of the mcfwd test lab. Answers with one JSON object per line."};
    app.require_subcommand(1);
    mcfwd::lab::SendOptions send_options;
    std::vector<std::string> flows;
    CLI::App& send = *app.add_subcommand("send", "send numbered UDP packets");
    add_send(send, send_options, flows);
    mcfwd::lab::ReceiveOptions receive_options;
    std::uint16_t vlan = 0;
    CLI::App& receive =
        *app.add_subcommand("receive", "commands: join|leave|want|unwant GROUP [SOURCE], stats, flows, quit");
    add_receive(receive, receive_options, vlan);
    CLI11_PARSE(app, argc, argv);

    if (receive.parsed()) {
        receive_options.vlan = mcfwd::VlanId(vlan);
        return mcfwd::lab::run_receive(receive_options);
    }
    for (const std::string& text : flows) {
        const auto flow = mcfwd::lab::parse_flow(text);
        if (!flow) {
            std::fprintf(stderr, "%s\n", flow.error().what.c_str());
            return 2;
        }
        send_options.flows.push_back(*flow);
    }
    return mcfwd::lab::run_send(std::move(send_options));
}
