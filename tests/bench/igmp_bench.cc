// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// What the router side of IGMP costs on one core: records per second, memory per group and per host, and the
// answers of 10 hosts in 10,000 groups to one general query. From packets to membership changes, in virtual
// time.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <igmp/codec.hh>
#include <igmp/host_table.hh>
#include <igmp/router_interface.hh>

namespace {

std::size_t allocated = 0; // octets on the heap, as malloc rounds them

} // namespace

void* operator new(std::size_t size) {
    void* const at = std::malloc(size);
    if (at == nullptr) {
        throw std::bad_alloc();
    }
    allocated += malloc_usable_size(at);
    return at;
}
void operator delete(void* at) noexcept {
    allocated -= malloc_usable_size(at);
    std::free(at);
}
void operator delete(void* at, std::size_t /*size*/) noexcept {
    operator delete(at);
}

namespace {

using namespace mcfwd;
using namespace mcfwd::igmp;
using std::chrono::seconds;
using Packets = std::vector<std::vector<std::byte>>;

constexpr std::uint32_t kGroups = 10'000;
constexpr std::uint32_t kHosts = 10;
constexpr std::size_t kMtu = 1500;

RouterConfig config() {
    RouterConfig config{.address = Ipv4Address(10, 0, 1, 1)};
    config.fast_leave = FastLeave::kTracked;
    return config;
}

Reporter host_of(std::uint32_t number) {
    return {Ipv4Address(0x0A000164U + number), {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(number)}}};
}

/// What one host says about all its groups, in as many packets as it takes.
Packets report_of(RecordType type, bool with_source, std::uint32_t host) {
    ReportV3 report;
    for (std::uint32_t group = 0; group < kGroups; ++group) {
        GroupRecord& record = report.records.emplace_back();
        record = {type, Ipv4Address(0xEF010000U + group), {}};
        if (with_source) {
            record.sources.push_back(Ipv4Address(10, 9, 0, 1));
        }
    }
    return encode(report, host_of(host).address, kMtu);
}

class Bench {
  public:
    explicit Bench(RecordType type, bool with_source) {
        for (std::uint32_t host = 0; host < kHosts; ++host) {
            reports_.push_back(report_of(type, with_source, host));
        }
        router_.start(now_, out_);
    }

    std::size_t joins() {
        hear(0);
        out_.changes.shrink_to_fit();
        first_ = allocated - out_.changes.capacity() * sizeof(MembershipChange);
        for (std::uint32_t host = 1; host < kHosts; ++host) {
            hear(host);
        }
        return std::exchange(out_.changes, {}).size();
    }

    /// All hosts say everything again. Nanoseconds.
    double storm() {
        now_ += seconds(100);
        router_.advance(now_, out_);
        out_.packets.clear();
        const auto begin = std::chrono::steady_clock::now();
        for (std::uint32_t host = 0; host < kHosts; ++host) {
            hear(host);
        }
        return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
    }

    /// Memberships lost or changed until just before what the storm said would end.
    std::size_t lost() {
        now_ += seconds(269);
        router_.advance(now_, out_);
        return out_.changes.size() + (kGroups - router_.view(now_).groups);
    }

    std::uint64_t refused() const {
        std::uint64_t all = 0;
        for (const std::uint64_t count : router_.counters().ignored) {
            all += count;
        }
        return all;
    }
    [[nodiscard]] std::size_t after_first_host() const { return first_; }

  private:
    void hear(std::uint32_t host) {
        for (const auto& packet : reports_[host]) {
            router_.receive(packet, host_of(host).mac, now_, out_);
        }
    }

    std::vector<Packets> reports_;
    RouterInterface router_ = RouterInterface::create(config()).value();
    Instant now_{seconds(5000)};
    Output out_;
    std::size_t first_ = 0;
};

void measure(const char* name, RecordType type, bool with_source) {
    constexpr double kRecords = double{kGroups} * kHosts;
    Bench bench(type, with_source);
    const std::size_t before = allocated;
    const std::size_t joined = bench.joins();
    const std::size_t after = allocated;
    double best = bench.storm();
    for (int i = 0; i < 9; ++i) {
        best = std::min(best, bench.storm());
    }
    fmt::print("{}: {} groups x {} hosts, {} joins\n", name, kGroups, kHosts, joined);
    fmt::print("  answers to a general query: {:.1f} ms for {} records, {:.0f} ns each, {:.2f} million/s\n",
               best / 1e6, kRecords, best / kRecords, 1e3 * kRecords / best);
    fmt::print("  memory: {} octets per group with one host, {} per further host in a group\n",
               (bench.after_first_host() - before) / kGroups,
               (after - bench.after_first_host()) / (kGroups * (kHosts - 1)));
    fmt::print("  memberships lost: {}, records refused: {}\n", bench.lost(), bench.refused());
}

} // namespace

int main() {
    measure("any source (IS_EX)", RecordType::kIsExclude, false);
    measure("one source (IS_IN)", RecordType::kIsInclude, true);
    return 0;
}
