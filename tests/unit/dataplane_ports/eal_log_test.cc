// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// DPDK's log in ours. Works without EAL.
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rte_log.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <dataplane/eal_log.hh>

namespace mcfwd::dataplane {
namespace {

using testing::ElementsAre;

class EalLog : public testing::Test {
  protected:
    EalLog()
        : sink_(std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(16)),
          before_(spdlog::default_logger()) {
        auto logger = std::make_shared<spdlog::logger>("test", sink_);
        logger->set_level(spdlog::level::trace);
        logger->set_pattern("%l %v");
        spdlog::set_default_logger(logger);
    }
    ~EalLog() override { spdlog::set_default_logger(before_); }

    [[nodiscard]] std::vector<std::string> lines() const { return sink_->last_formatted(); }

  private:
    std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> sink_;
    std::shared_ptr<spdlog::logger> before_;
};

TEST_F(EalLog, KeepsLevelsAndJoinsWholeLines) {
    const auto joined = JoinedLogs::create();
    ASSERT_TRUE(joined);
    rte_log(RTE_LOG_ERR, RTE_LOGTYPE_EAL, "EAL: cannot %s\n", "fly");
    rte_log(RTE_LOG_WARNING, RTE_LOGTYPE_EAL, "careful\n");
    rte_log(RTE_LOG_NOTICE, RTE_LOGTYPE_EAL, "hello\n");
    rte_log(RTE_LOG_INFO, RTE_LOGTYPE_EAL, "detail\n");
    rte_log(RTE_LOG_CRIT, RTE_LOGTYPE_EAL, "\n");
    EXPECT_THAT(lines(), ElementsAre("error dpdk: EAL: cannot fly\n", "warning dpdk: careful\n",
                                     "info dpdk: hello\n", "debug dpdk: detail\n"));
}

TEST_F(EalLog, HoldsComplaintsBackForWhoExplainsThem) {
    const auto joined = JoinedLogs::create();
    ASSERT_TRUE(joined);
    {
        Complaints complaints;
        rte_log(RTE_LOG_ERR, RTE_LOGTYPE_EAL, "no such thing\n");
        rte_log(RTE_LOG_NOTICE, RTE_LOGTYPE_EAL, "by the way\n");
        rte_log(RTE_LOG_WARNING, RTE_LOGTYPE_EAL, "MTU too large\n");
        EXPECT_EQ(complaints.text(), "dpdk: no such thing; dpdk: MTU too large");
        EXPECT_TRUE(complaints.contain("MTU"));
        EXPECT_FALSE(complaints.contain("by the way"));
        EXPECT_THAT(lines(), ElementsAre("info dpdk: by the way\n"));
    }
    EXPECT_THAT(lines(), ElementsAre("info dpdk: by the way\n", "debug dpdk: no such thing\n",
                                     "debug dpdk: MTU too large\n"));
    rte_log(RTE_LOG_ERR, RTE_LOGTYPE_EAL, "afterwards\n");
    EXPECT_EQ(lines().back(), "error dpdk: afterwards\n");
}

} // namespace
} // namespace mcfwd::dataplane
