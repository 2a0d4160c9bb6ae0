// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Golden texts: what people see is a contract too.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <controlplane/ctl/format.hh>
#include <controlplane/ctl/render.hh>
#include <controlplane/ctl/table.hh>

using namespace mcfwd;
using namespace mcfwd::ctl;
using nlohmann::json;

namespace {

std::string shown(std::string_view method, const char* result) {
    return render(*rpc::find_method(method), json::parse(result));
}

} // namespace

TEST(Format, Thousands) {
    EXPECT_EQ(thousands(0), "0");
    EXPECT_EQ(thousands(999), "999");
    EXPECT_EQ(thousands(1000), "1,000");
    EXPECT_EQ(thousands(1234567), "1,234,567");
    EXPECT_EQ(thousands(18446744073709551615ULL), "18,446,744,073,709,551,615");
}

TEST(Format, Durations) {
    EXPECT_EQ(duration(0), "0s");
    EXPECT_EQ(duration(0.000012), "12us");
    EXPECT_EQ(duration(0.9), "900ms");
    EXPECT_EQ(duration(0.9996), "1.0s");
    EXPECT_EQ(duration(12.34), "12.3s");
    EXPECT_EQ(duration(59.96), "1m00s");
    EXPECT_EQ(duration(245), "4m05s");
    EXPECT_EQ(duration(3599.6), "1h00m");
    EXPECT_EQ(duration(11045), "3h04m");
    EXPECT_EQ(duration(183600), "2d03h");
    EXPECT_EQ(duration(-3), "-3.0s");
}

TEST(Format, Rates) {
    EXPECT_EQ(packet_rate(0), "0 pps");
    EXPECT_EQ(packet_rate(950), "950 pps");
    EXPECT_EQ(packet_rate(999.7), "1.0 kpps");
    EXPECT_EQ(packet_rate(20000), "20.0 kpps");
    EXPECT_EQ(packet_rate(999960), "1.0 Mpps");
    EXPECT_EQ(packet_rate(1234567), "1.2 Mpps");
    EXPECT_EQ(bit_rate(160e6), "160.0 Mbit/s");
    EXPECT_EQ(octets(512), "512 B");
    EXPECT_EQ(octets(40.0 * 1024 * 1024), "40.0 MiB");
}

TEST(Format, ShowsADashForWhatIsNotThere) {
    const json object = json::parse(R"({"a": null, "b": "x", "n": -1})");
    EXPECT_EQ(text_at(object, "a"), "-");
    EXPECT_EQ(count_at(object, "b"), "-");
    EXPECT_EQ(count_at(object, "n"), "-");
    EXPECT_EQ(duration_at(object, "none"), "-");
    EXPECT_EQ(list_at(object, "none"), "-");
    EXPECT_EQ(text_at(json(5), "a"), "-");
}

TEST(TableTest, AlignsColumns) {
    Table table({{"NAME"}, {"COUNT", Align::kRight}, {"NOTE"}});
    table.row({"a", "1", ""});
    table.row({"longer", "1,000", "x"});
    EXPECT_EQ(table.text(), "NAME    COUNT  NOTE\n"
                            "a           1\n"
                            "longer  1,000  x\n");
}

TEST(TableTest, SaysThatThereIsNothing) {
    EXPECT_EQ(Table({{"A"}, {"B"}}).text(), "A  B\n(no entries)\n");
}

TEST(Render, Mfib) {
    EXPECT_EQ(shown("show.mfib", R"({"entries": [
        {"domain": "routed", "source": "10.0.1.2", "group": "239.1.1.1", "iif": "lan1", "oifs": ["lan2", "lan3"], "state": "active",
         "packets": 1234567, "bytes": 2000000, "wrong_interface": 0, "packets_per_second": 20000.0, "bits_per_second": 160e6},
        {"domain": "routed", "source": "*", "group": "239.2.2.2", "iif": "lan1", "oifs": [], "state": "negative",
         "packets": 0, "bytes": 0, "wrong_interface": 3, "packets_per_second": null, "bits_per_second": null}]})"),
              "DOMAIN  SOURCE    GROUP      IIF   OIFS       STATE       PACKETS      BYTES       RATE      "
              "BIT RATE  WRONG IIF\n"
              "routed  10.0.1.2  239.1.1.1  lan1  lan2,lan3  active    1,234,567  2,000,000  20.0 kpps  "
              "160.0 Mbit/s          0\n"
              "routed  *         239.2.2.2  lan1  -          negative          0          0          -       "
              "      -          3\n");
    EXPECT_EQ(shown("show.mroutes", R"({"entries": []})"), "SOURCE  GROUP  IIF  OIFS\n(no entries)\n");
}

TEST(Render, Ownership) {
    EXPECT_EQ(
        shown("show.ownership", R"({"entries": [
        {"interface": "lan1", "next_hop": null, "owner": "pim", "igmp": true, "phase": "stable", "memberships": 1200,
         "stale": 3, "awaiting_replay": true, "handoffs": 2, "window_last_ns": 12345, "window_max_ns": 2000000,
         "windows_ns": [], "calls_refused": 0, "stale_swept": 4, "sweep_timeouts": 1},
        {"interface": "lan2", "next_hop": "10.0.2.9", "owner": "none", "igmp": false, "phase": "stable",
         "memberships": 0, "stale": 0, "awaiting_replay": false, "handoffs": 0, "window_last_ns": null,
         "window_max_ns": null, "windows_ns": [], "calls_refused": 0, "stale_swept": 0, "sweep_timeouts": 0}]})"),
        "INTERFACE  OWNER  IGMP  PHASE   NEXT HOP  MEMBERSHIPS  STALE  REPLAY DUE  HANDOFFS  LAST WINDOW  "
        "LONGEST  REFUSED  SWEPT  SWEEP TIMEOUTS\n"
        "lan1       pim    yes   stable  -               1,200      3  yes                2         12us  "
        "    2ms        0      4               1\n"
        "lan2       none   no    stable  10.0.2.9            0      0  no                 0            -  "
        "      -        0      0               0\n");
}

TEST(Render, Clients) {
    EXPECT_EQ(shown("show.clients", R"({"entries": [
        {"name": "igmp", "protocol_id": 10, "component_id": 0, "interfaces": ["lan1"], "memberships": 3, "age": 12.5,
         "remote": null},
        {"name": "pim", "protocol_id": 103, "component_id": 1, "interfaces": [], "memberships": 0, "age": 2.0,
         "remote": {"pid": 4711, "uid": 0, "state": "waiting", "restart_time": 30.0, "expires": 28.0, "notifications_sent": 100000,
         "notifications_queued": 5}}]})"),
              "NAME  PROTOCOL  COMPONENT  MEMBERSHIPS    AGE  WHERE     PID  UID  RESTART TIME  EXPIRES  "
              "NOTIFICATIONS  QUEUED  INTERFACES\n"
              "igmp        10          0            3  12.5s  local       -    -             -        -  "
              "            -       -  lan1\n"
              "pim        103          1            0   2.0s  waiting  4711    0         30.0s    28.0s  "
              "      100,000       5  -\n");
}

TEST(Render, Proxy) {
    EXPECT_EQ(shown("show.igmp.proxy", R"({"upstream": null, "entries": []})"),
              "there is no proxy; [proxy] of the configuration makes one\n");
    EXPECT_EQ(
        shown("show.igmp.proxy", R"({"upstream": {"interface": "wan0", "state": "active", "version": 2,
        "version1_querier_expires": null, "version2_querier_expires": 200.0, "querier": "192.0.2.1", "queried": 12.5,
        "robustness": 2, "query_interval": 125.0, "groups": 2, "pending_changes": 0,
        "counters": {"received_general_query": 3, "sent_report_v2": 1200, "ignored_own_packet": 0}},
        "entries": [
        {"group": "239.1.1.1", "mode": "exclude", "sources": [],
         "from": [{"interface": "lan1", "for": "hosts", "mode": "exclude", "sources": ["10.9.0.5"]},
                  {"interface": "lan2", "for": "routing_protocol", "mode": "include", "sources": ["10.9.0.5"]}]},
        {"group": "239.1.1.2", "mode": "include", "sources": ["10.9.0.6"], "from": []}]})"),
        "upstream wan0: active, IGMPv2, version 2 querier for 3m20s more; querier 192.0.2.1, heard 12.5s "
        "ago; robustness 2, query interval 2m05s\n"
        "2 groups, 0 with changes still to be repeated\n"
        "received_general_query 3, sent_report_v2 1,200\n\n"
        "GROUP      SOURCES   FROM\n"
        "239.1.1.1  all       lan1: all but 10.9.0.5; lan2 (routing protocol): 10.9.0.5\n"
        "239.1.1.2  10.9.0.6  -\n");
}

TEST(Render, WarningsOfAChange) {
    EXPECT_EQ(shown("mroute.add", "{}"), "");
    EXPECT_EQ(shown("mroute.add", R"({"warnings": ["group 239.9.9.9 does not cross"]})"),
              "warning: group 239.9.9.9 does not cross\n");
}

TEST(Render, Events) {
    const std::string lines = shown("show.events", R"({"entries": [
        {"sequence": 1, "time": 0, "topic": "ownership", "event": "ownership", "interface": "lan1", "next_hop": null,
         "owner": "pim", "previous_owner": "igmp", "igmp": true, "phase": "handoff", "stale": 2},
        {"topic": "ownership", "event": "callback", "callback": "disable_igmp", "target": "igmp", "interface": "lan1",
         "next_hop": "10.0.1.9"},
        {"topic": "mfe", "event": "callback", "callback": "creation_alert", "target": "pim", "source": "10.0.1.2",
         "group": "239.1.1.1", "interface": "lan1", "oifs": ["lan2", "lan3"]},
        {"topic": "mfe", "event": "callback", "callback": "rpf", "target": "pim", "source": "10.9.0.2",
         "group": "239.1.1.1", "interface": "lan1", "upstream": "10.0.1.254"},
        {"topic": "membership", "event": "callback", "callback": "join_alert", "target": "pim", "source": "*",
         "group": "239.1.1.1", "cause": "membership"},
        {"topic": "membership", "event": "membership", "change": "added", "source": "*", "group": "239.1.1.1",
         "interface": "lan2", "next_hop": null, "client": "igmp"},
        {"topic": "mfe", "event": "mfe", "change": "created", "source": "10.0.1.2", "group": "239.1.1.1", "iif": "lan1",
         "next_hop": null, "oifs": ["lan2", "lan3"], "state": "active", "reason": null},
        {"topic": "table", "event": "table", "version": 7, "cause": "handoff lan1 igmp->pim", "commands": 1, "entries": 12},
        {"topic": "port", "event": "port", "port": "p0", "link": "down"},
        {"topic": "new", "event": "new", "x": 1}]})");
    EXPECT_EQ(lines.substr(lines.find("  ")),
              "  ownership   lan1: owner pim (before: igmp), igmp yes, handoff, 2 stale\n"
              "-  ownership   callback disable_igmp -> igmp on lan1 via 10.0.1.9\n"
              "-  mfe         callback creation_alert -> pim (10.0.1.2,239.1.1.1) on lan1, oifs lan2,lan3\n"
              "-  mfe         callback rpf -> pim (10.9.0.2,239.1.1.1) on lan1 from 10.0.1.254\n"
              "-  membership  callback join_alert -> pim (*,239.1.1.1) (membership)\n"
              "-  membership  membership added (*,239.1.1.1) on lan2 by igmp\n"
              "-  mfe         entry created (10.0.1.2,239.1.1.1) iif lan1 oifs lan2,lan3 active\n"
              "-  table       version 7: handoff lan1 igmp->pim (1 commands, 12 entries)\n"
              "-  port        p0 link down\n"
              "-  new         {\"event\":\"new\",\"topic\":\"new\",\"x\":1}\n");
}

TEST(Render, Mfe) {
    EXPECT_EQ(
        shown("show.mfe",
              R"({"entries": [{"source": "10.0.1.2", "group": "239.1.1.1", "iif": "lan1", "owner": "igmp",
        "upstream_neighbour": null, "state": "active", "reason": null, "age": 12.5, "expires": 897.2, "oifs": [
        {"interface": "lan1", "contributions": ["wg"], "veto": false, "effective": false},
        {"interface": "lan2", "contributions": ["sg", "wg"], "veto": false, "effective": true},
        {"interface": "lan3", "contributions": ["fwd"], "veto": true, "effective": false}]}]})"),
        "SOURCE    GROUP      IIF   OWNER  UPSTREAM  STATE   REASON    AGE  EXPIRES  OIFS\n"
        "10.0.1.2  239.1.1.1  lan1  igmp   -         active  -       12.5s   14m57s  lan1(wg,unused) "
        "lan2(sg,wg) "
        "lan3(fwd,veto)\n");
}

TEST(Render, Statistics) {
    EXPECT_EQ(
        shown(
            "show.statistics",
            R"({"entries": [{"source": "10.0.1.2", "group": "239.1.1.1", "iif": "lan1", "packets": 1234, "bytes": 9000,
        "wrong_interface": 1, "uninitialized": 2, "queue_overflow": 3, "negative": 4, "input_discards": 5, "header_errors": 6,
        "copies": 2468, "sent": 2460, "age_centiseconds": 100, "oif_counters": [
        {"interface": "lan2", "packets": 1234, "bytes": 9000, "ttl_exceeded": 0, "mtu_exceeded": 0, "discards": 0},
        {"interface": "lan3", "packets": 1226, "bytes": 8900, "ttl_exceeded": 7, "mtu_exceeded": 8, "discards": 9}]}]})"),
        "SOURCE    GROUP      IIF   PACKETS  BYTES  WRONG IIF  EARLY  OVERFLOW  NEGATIVE  NO BUFFER  TTL   "
        "SENT\n"
        "10.0.1.2  239.1.1.1  lan1    1,234  9,000          1      2         3         4          5    6  "
        "2,460\n"
        "\n"
        "SOURCE    GROUP      OIF   PACKETS  BYTES  TTL  MTU  DISCARDED\n"
        "10.0.1.2  239.1.1.1  lan2    1,234  9,000    0    0          0\n"
        "10.0.1.2  239.1.1.1  lan3    1,226  8,900    7    8          9\n");
}

TEST(Render, IgmpGroups) {
    EXPECT_EQ(
        shown("show.igmp.groups", R"({"entries": [
        {"interface": "lan2", "group": "232.1.1.1", "mode": "include", "version": 3, "expires": null,
         "sources": [{"source": "10.0.1.2", "expires": 250.1}], "last_reporter": "10.0.2.2", "static": false, "host_count": 1,
         "hosts": [{"address": "10.0.2.2", "mac": "02:00:00:00:00:02", "version": 3, "mode": "include", "sources": ["10.0.1.2"],
                    "heard": 9.9, "expires": 250.1}]},
        {"interface": "lan2", "group": "239.1.1.1", "mode": "exclude", "version": 3, "expires": 260.0,
         "sources": [{"source": "10.0.1.3", "expires": null, "static": false}, {"source": "10.0.1.4", "expires": null, "static": true}], "last_reporter": null, "static": true, "host_count": 0, "hosts": []}]})"),
        "INTERFACE  GROUP      MODE     VERSION  EXPIRES  HOSTS  LAST REPORTER  STATIC  SOURCES\n"
        "lan2       232.1.1.1  include        3        -      1  10.0.2.2       no      10.0.1.2(4m10s)\n"
        "lan2       239.1.1.1  exclude        3    4m20s      0  -              yes     10.0.1.3(blocked) "
        "10.0.1.4(static)\n"
        "\n"
        "INTERFACE  GROUP      HOST      MAC                VERSION  MODE     HEARD  EXPIRES  SOURCES\n"
        "lan2       232.1.1.1  10.0.2.2  02:00:00:00:00:02        3  include   9.9s    4m10s  10.0.1.2\n");
}

TEST(Render, IgmpInterfaces) {
    EXPECT_EQ(
        shown("show.igmp.interfaces",
              R"({"entries": [{"interface": "lan1", "enabled": true, "version": 3, "querier": "10.0.1.1",
        "is_querier": true, "next_query": 31.2, "other_querier_expires": null, "next_advertisement": 12.5, "robustness": 2, "query_interval": 125.0,
        "query_response_interval": 10.0, "groups": 2, "version1_groups": 1, "hosts": 3,
        "latency": {"join": {"count": 1200, "p50_ns": 65536, "p99_ns": 2000000, "max_ns": 2000000}, "leave": {"count": 0, "p50_ns": null}},
        "counters": {"queries_sent": 3, "reports_received": 1700, "malformed": 0}}]})"),
        "INTERFACE  ENABLED  VERSION  QUERIER   ROLE     NEXT QUERY  OTHER EXPIRES  ADVERTISES  INTERVAL  "
        "RESPONSE  ROBUSTNESS  GROUPS  V1 GROUPS  HOSTS\n"
        "lan1       yes            3  10.0.1.1  querier       31.2s              -       12.5s     2m05s     "
        "10.0s       "
        "    2       2          1      3\n"
        "lan1: queries_sent 3, reports_received 1,700\n"
        "lan1: in force after: joins 1,200 (p50 66us, p99 2ms, max 2ms)\n");
}

TEST(Render, Snooping) {
    EXPECT_EQ(
        shown("show.snooping",
              R"({"bridges": [{"bridge": "br10", "querier": "10.0.1.9", "is_querier": true, "version": 3,
        "next_query": 30.2, "other_querier_expires": null, "held": false, "refused_groups": 0, "unregistered": "router_ports",
        "interface": {"interface": "br", "counters": {"received_general_query": 2, "relayed": 0}},
        "ports": [{"port": "p1", "up": true, "learning": 12.5, "router": true, "routers": [{"why": "static"}], "groups": 0,
                   "hosts": 0, "latency": {}, "counters": {"sent_general_query": 2, "malformed_bad_checksum": 179, "relayed": 0,
                   "ignored_group_limit": 3}},
                  {"port": "p3:10", "up": false, "learning": null, "router": false, "unregistered": true, "routers": [], "groups": 1, "hosts": 1,
                   "latency": {"join": {"count": 1, "p50_ns": 151000, "p99_ns": 151000, "max_ns": 151000}}, "counters": {}}]}],
        "entries": [{"bridge": "br10", "port": "p3:10", "group": "239.1.1.1", "mode": "exclude", "version": 3, "expires": 260.0,
         "sources": [], "last_reporter": "10.0.2.2", "host_count": 1,
         "hosts": [{"address": "10.0.2.2", "mac": "02:00:00:00:00:02", "version": 3, "mode": "exclude", "sources": [],
                    "heard": 9.9, "expires": 260.0}]}]})"),
        "br10: IGMPv3, querier is this bridge (10.0.1.9), next query in 30.2s; unregistered groups to router "
        "ports and p3:10\n"
        "PORT   LINK  GROUPS  HOSTS  REFUSED  LEARNS  ROUTERS\n"
        "p1     up         0      0        3   12.5s  static\n"
        "p3:10  down       1      1        0       -  -\n"
        "p1: ignored_group_limit 3, malformed_bad_checksum 179, sent_general_query 2\n"
        "p3:10: no packets yet\n"
        "p3:10: in force after: joins 1 (p50 151us, p99 151us, max 151us)\n"
        "from the interface br: received_general_query 2\n"
        "\n"
        "BRIDGE  PORT   GROUP      MODE     VERSION  EXPIRES  HOSTS  LAST REPORTER  SOURCES\n"
        "br10    p3:10  239.1.1.1  exclude        3    4m20s      1  10.0.2.2       -\n"
        "\n"
        "BRIDGE  PORT   GROUP      HOST      MAC                VERSION  MODE     HEARD  EXPIRES  SOURCES\n"
        "br10    p3:10  239.1.1.1  10.0.2.2  02:00:00:00:00:02        3  exclude   9.9s    4m20s  -\n");
}

TEST(Render, Drops) {
    EXPECT_EQ(shown("show.drops", R"({"received": 15, "forwarded": 7, "punted": 0, "parked": 0, "dropped": 8,
        "drops": {"too_short": 0, "wrong_interface": 8}, "copies": 1004, "sent": 1000, "copies_dropped": 4,
        "copy_drops": {"tx_full": 4}, "signals_policed": {"igmp": 1}, "signals_lost": {"igmp": 2}, "losses_without_entry": 5, "injected_dropped": 3,
        "table_refused": 9})"),
              "packets: 15 received = 7 forwarded + 0 punted + 0 parked + 8 dropped\n"
              "PACKET DROPPED FOR  COUNT\n"
              "too_short               0\n"
              "wrong_interface         8\n"
              "\n"
              "copies: 1,004 = 1,000 sent + 4 dropped\n"
              "COPY DROPPED FOR  COUNT\n"
              "tx_full               4\n"
              "\n"
              "SIGNAL POLICED  COUNT\n"
              "igmp                1\n"
              "\n"
              "SIGNAL LOST  COUNT\n"
              "igmp             2\n"
              "\n"
              "losses that show statistics has for no entry: 5\n"
              "packets of the control thread that no port took: 3\n"
              "table changes refused for want of room: 9\n");
}

TEST(Render, Status) {
    EXPECT_EQ(shown("show.status",
                    R"({"version": "0.1.0", "pid": 4711, "uptime": 245, "config": "/etc/mcfwd/mcfwd.toml",
        "log_level": "info", "table": {"version": 7, "entries": 12, "capacity": 65536, "refused": 0}, "workers": 1, "ports": 3,
        "ports_up": 2, "interfaces": 3, "groups": 4, "memory": {"hugepages": true, "table_bytes": 41943040, "pool_buffers": 16384,
        "pool_available": 16100, "small_buffers": 8192, "small_available": 8000, "reserve": {"bytes": 4190208, "held": 2095104, "state": "short", "refused": 7, "failures": 1}},
        "events": {"last": 1234, "followers": 2},
        "socket": {"path": "/run/mcfwd/mcfwd.sock", "connections": 1, "requests": 31, "slow_readers": 0}})"),
              "mcfwd 0.1.0, pid 4711, up 4m05s\n"
              "config      /etc/mcfwd/mcfwd.toml\n"
              "log level   info\n"
              "table       version 7, 12 of 65,536 entries, 0 refused\n"
              "workers     1\n"
              "ports       3, 2 up\n"
              "interfaces  3\n"
              "groups      4\n"
              "memory      hugepages, table 40.0 MiB, 16,100 of 16,384 packet buffers and 8,000 of 8,192 "
              "small ones free\n"
              "reserve     2.0 MiB of 4.0 MiB held, short, 7 calls refused, 1 tasks given up\n"
              "events      1,234 so far, 2 followers\n"
              "socket      /run/mcfwd/mcfwd.sock, 1 open, 31 requests, 0 slow readers cut off\n");
}

TEST(Render, Versions) {
    EXPECT_EQ(
        shown(
            "show.versions",
            R"({"entries": [{"version": 7, "age": 3.2, "cause": "igmp join 239.1.1.1 on lan2", "commands": 1,
        "entries": 12, "waited": 0.000012, "grace": null}]})"),
        "VERSION   AGE  COMMANDS  ENTRIES  WAITED  GRACE  CAUSE\n"
        "      7  3.2s         1       12    12us      -  igmp join 239.1.1.1 on lan2\n");
}

TEST(Render, SaysNothingForCommandsThatOnlyDo) {
    EXPECT_EQ(shown("mroute.add", "{}"), "");
    EXPECT_EQ(shown("shutdown", "{}"), "");
    EXPECT_EQ(shown("log.level", R"({"level": "warn"})"), "warn\n");
}

TEST(Render, SurvivesShapesItDoesNotKnow) {
    for (const rpc::Command& command : rpc::commands()) {
        for (
            const char* odd :
            {"null", "5", "\"x\"", "[]", "{}", R"({"entries": 5, "drops": 5, "methods": "x", "errors": 1})",
             R"({"entries": [5, null, {"oifs": 5, "sources": [1], "xdp": [], "counters": 7, "addresses": {"a": 1}}]})"}) {
            EXPECT_NO_THROW(static_cast<void>(render(command, json::parse(odd))));
        }
    }
}
