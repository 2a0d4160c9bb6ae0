// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// EAL's arguments, the choice of memory and the check of cores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dataplane/eal_arguments.hh>

#include "fake_sysfs.hh"

namespace mcfwd::dataplane {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(EalArguments, WithHugepagesLeaveNoFilesBehind) {
    EXPECT_THAT(eal_arguments({.main_core = 0, .worker_cores = {1, 2}, .memory_mb = 300}, Pages::kHuge),
                ElementsAre("mcfwd", "--lcores", "0@0,1@1,2@2", "--main-lcore", "0", "-m", "300",
                            "--in-memory", "--no-telemetry", "--no-pci", "--iova-mode=va"));
}

TEST(EalArguments, WithoutHugepagesNeverSayInMemory) {
    EXPECT_THAT(eal_arguments({.main_core = 3, .worker_cores = {3}, .memory_mb = 64}, Pages::kOrdinary),
                ElementsAre("mcfwd", "--lcores", "0@3,1@3", "--main-lcore", "0", "-m", "64", "--no-huge",
                            "--no-shconf", "--no-telemetry", "--no-pci", "--iova-mode=va"));
}

TEST(EalArguments, AllowExactlyTheConfiguredPciDevices) {
    EXPECT_THAT(eal_arguments({.worker_cores = {1},
                               .memory_mb = 64,
                               .devices = {"af_xdp:eth0", "3b:00.0", "net_null0", "0000:3b:00.1,mprq_en=1"}},
                              Pages::kHuge),
                ElementsAre("mcfwd", "--lcores", "0@0,1@1", "--main-lcore", "0", "-m", "64", "--in-memory",
                            "--no-telemetry", "-a", "0000:3b:00.0", "-a", "0000:3b:00.1,mprq_en=1"));
}

TEST(EalArguments, EndWithTheUsersOwnInTheirOrder) {
    const auto arguments =
        eal_arguments({.worker_cores = {1}, .extra = {"--log-level", "8", "--vdev=net_null3"}}, Pages::kHuge);
    ASSERT_GT(arguments.size(), 3U);
    EXPECT_EQ(std::vector(arguments.end() - 3, arguments.end()),
              (std::vector<std::string>{"--log-level", "8", "--vdev=net_null3"}));
}

TEST(EalMemory, IsHugepagesIfEnoughAreFree) {
    EXPECT_EQ(choose_pages({.memory_mb = 512}, 512), Pages::kHuge);
    EXPECT_EQ(choose_pages({.memory_mb = 512}, 511), Pages::kOrdinary);
    EXPECT_EQ(choose_pages({.memory = MemoryMode::kNoHuge, .memory_mb = 512}, 4096), Pages::kOrdinary);
    EXPECT_EQ(choose_pages({.memory = MemoryMode::kHugepages, .memory_mb = 512}, 512), Pages::kHuge);
}

TEST(EalMemory, ThatIsMissingIsAnErrorWithFigures) {
    const auto pages = choose_pages({.memory = MemoryMode::kHugepages, .memory_mb = 513}, 100);
    ASSERT_FALSE(pages);
    EXPECT_EQ(pages.error().status, Status::kNotEnoughMemory);
    EXPECT_THAT(pages.error().what, HasSubstr("needs 513 MiB of free hugepages and there are 100 MiB"));
    EXPECT_THAT(pages.error().what,
                HasSubstr("'echo 257 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'"));
}

TEST(EalMemory, CountsFreePagesOfAllSizes) {
    const FakeSysfs sysfs;
    EXPECT_EQ(free_hugepages_mb(sysfs.root()), 0U);
    sysfs.file("kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "100");
    sysfs.file("kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "2");
    sysfs.file("kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "5000");
    EXPECT_EQ(free_hugepages_mb(sysfs.root()), 100U * 2 + 2U * 1024);
}

TEST(EalCores, MustBeUsable) {
    const std::vector<unsigned> usable{0, 1, 4};
    EXPECT_TRUE(check_cores({.main_core = 0, .worker_cores = {1, 4, 4, 0}}, usable));
    const auto worker = check_cores({.main_core = 0, .worker_cores = {1, 2}}, usable);
    ASSERT_FALSE(worker);
    EXPECT_EQ(worker.error().status, Status::kInvalidParameter);
    EXPECT_EQ(worker.error().what, "worker core 2: this process may run on CPUs 0, 1, 4 only");
    const auto main_core = check_cores({.main_core = 3, .worker_cores = {1}}, usable);
    ASSERT_FALSE(main_core);
    EXPECT_EQ(main_core.error().what, "main_core 3: this process may run on CPUs 0, 1, 4 only");
    EXPECT_FALSE(check_cores({.main_core = 0}, usable)) << "no worker";
}

} // namespace
} // namespace mcfwd::dataplane
