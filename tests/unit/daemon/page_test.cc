// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Pages of lists: what fits into one, and where the next one begins.
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <controlplane/daemon/page.hh>

namespace mcfwd::daemon {
namespace {

using group_manager::SourceGroup;
using nlohmann::json;

SourceGroup key(std::uint8_t group, std::uint8_t source) {
    return {Ipv4Address(239, 1, 1, group), source == 0 ? kAnySource : Ipv4Address(10, 0, 0, source)};
}

std::string text(SourceGroup of) {
    return fmt::format("{}", of);
}

/// A page of a list of flows, as the commands make it.
json page_of(const std::set<SourceGroup>& list, const json& params) {
    FlowPage page(params);
    for (auto at = list.upper_bound(page.begin()); at != list.end(); ++at) {
        if (!page.offer(*at, [&] { return json(text(*at)); })) {
            break;
        }
    }
    return std::move(page).answer();
}

const std::set<SourceGroup> kList{key(1, 0), key(1, 1), key(1, 2), key(2, 1), key(3, 0), key(3, 1)};

TEST(FlowPage, GoesOnBehindItsLastKey) {
    json params{{"max", 4}};
    const json first = page_of(kList, params);
    EXPECT_EQ(first.at("entries").size(), 4U);
    EXPECT_EQ(first.at("next"), (json{{"group", "239.1.1.2"}, {"source", "10.0.0.1"}}));
    params["after"] = first.at("next");
    EXPECT_EQ(page_of(kList, params),
              (json{{"entries", {text(key(3, 0)), text(key(3, 1))}}, {"next", nullptr}}));
    auto changed = kList;
    changed.erase(key(2, 1));
    changed.erase(key(3, 0));
    EXPECT_EQ(page_of(changed, params), (json{{"entries", {text(key(3, 1))}}, {"next", nullptr}}));
}

TEST(FlowPage, KnowsThatAFullPageIsTheLast) {
    EXPECT_EQ(page_of(kList, {{"max", 6}}).at("next"), nullptr);
    EXPECT_EQ(page_of({}, json::object()), (json{{"entries", json::array()}, {"next", nullptr}}));
}

TEST(FlowPage, FiltersAndDoesNotLookBehindWhatItFilters) {
    EXPECT_EQ(page_of(kList, {{"group", "239.1.1.1"}}).at("entries").size(), 3U);
    EXPECT_EQ(page_of(kList, {{"group", "239.1.1.1"}, {"max", 3}}).at("next"), nullptr);
    EXPECT_EQ(page_of(kList, {{"group", "239.1.1.3"}, {"source", "*"}}),
              (json{{"entries", {text(key(3, 0))}}, {"next", nullptr}}));
    EXPECT_EQ(page_of(kList, {{"source", "10.0.0.1"}}).at("entries").size(), 3U);
    const json after{{"group", "239.1.1.1"}, {"source", "10.0.0.1"}};
    EXPECT_EQ(page_of(kList, {{"group", "239.1.1.1"}, {"after", after}}).at("entries"),
              json{text(key(1, 2))});
    EXPECT_EQ(page_of(kList, {{"group", "239.1.1.2"}, {"after", after}}).at("entries"),
              json{text(key(2, 1))});
}

TEST(FlowPage, LooksAtABoundedNumber) {
    std::set<SourceGroup> list;
    for (std::uint32_t n = 0; n < 40000; ++n) {
        list.emplace(Ipv4Address(Ipv4Address(239, 4, 0, 0).host() + n), kAnySource);
    }
    list.insert({Ipv4Address(239, 9, 9, 9), Ipv4Address(10, 0, 0, 1)});
    json params{{"source", "10.0.0.1"}};
    json page = page_of(list, params);
    int pages = 1;
    for (; page.at("entries").empty() && page.at("next").is_object(); ++pages) {
        params["after"] = page.at("next");
        page = page_of(list, params);
    }
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(page.at("entries").size(), 1U);
}

TEST(PageTest, HoldsFewerEntriesWhenTheyAreLarge) {
    const auto fill = [](const json& entry) {
        Page page(json::object());
        std::size_t count = 0;
        for (; !page.full(); ++count) {
            page.add(entry);
        }
        return count;
    };
    EXPECT_EQ(fill("small"), 1000U);
    EXPECT_LT(fill({{"oifs", std::vector<int>(500, 1)}}), 20U);
    EXPECT_EQ(fill({{"oifs", std::vector<int>(100000, 1)}}), 1U) << "one always";
}

} // namespace
} // namespace mcfwd::daemon
