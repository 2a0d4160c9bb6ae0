// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Bytes that are no configuration at all, syntax errors, files that cannot be read, and the form of
// diagnostics.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsed.hh"

namespace mcfwd::config {
namespace {

/// A directory of its own for one test.
class ConfigFile : public testing::Test {
  protected:
    ConfigFile() {
        std::string pattern = testing::TempDir() + "mcfwd-config-XXXXXX";
        directory_ = mkdtemp(pattern.data());
    }
    ~ConfigFile() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] std::filesystem::path write(std::string_view text) const {
        const auto path = directory_ / "mcfwd.toml";
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    [[nodiscard]] static std::string load_refused(const std::filesystem::path& path) {
        const auto result = load(path);
        return result ? "accepted" : text(result.error());
    }

    std::filesystem::path directory_;
};

TEST_F(ConfigFile, LoadsAFile) {
    const auto result = load(write(kTwoInterfaces));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->config, accepted(kTwoInterfaces));
}

TEST_F(ConfigFile, DiagnosticsNameTheFileAsGiven) {
    const auto path = write("[daemon]\nlog_level = 1\n");
    EXPECT_EQ(load_refused(path), path.string() +
                                      ":2:13: log_level is not valid: got 1; valid: trace, debug, info, "
                                      "warn, error, critical, off");
}

TEST_F(ConfigFile, MissingFile) {
    const std::string path = directory_ / "x";
    ASSERT_LT(path.size(), 50U);
    EXPECT_EQ(load_refused(path), path + ":1:1: cannot open the file: No such file or directory: got \"" +
                                      path + "\"; valid: a readable file");
}

TEST_F(ConfigFile, Directory) {
    const std::string path = directory_;
    EXPECT_EQ(load_refused(path), path + ":1:1: cannot read the file: it is a directory: got \"" + path +
                                      "\"; valid: a readable file");
}

TEST_F(ConfigFile, PipeIsRefusedWithoutWaitingForAWriter) {
    const std::string path = directory_ / "pipe";
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(load_refused(path), path +
                                      ":1:1: cannot read the file: it is a pipe, socket or device: got \"" +
                                      path + "\"; valid: a regular file");
}

TEST_F(ConfigFile, UnreadableFile) {
    const auto path = write("");
    std::filesystem::permissions(path, std::filesystem::perms::none);
    if (geteuid() == 0) {
        GTEST_SKIP() << "root reads every file";
    }
    EXPECT_NE(load_refused(path).find("cannot open the file: Permission denied"), std::string::npos);
}

TEST_F(ConfigFile, OneMebibyteIsTheLimit) {
    const std::string comment(kMaxFileOctets - 1, ' ');
    EXPECT_TRUE(load(write(comment + "\n")).has_value());
    const auto path = write(comment + " \n");
    EXPECT_EQ(load_refused(path),
              path.string() +
                  ":1:1: the file is too large: got more than 1048576 octets; valid: at most 1048576 octets");
}

TEST(ConfigText, Nul) {
    EXPECT_EQ(refused(std::string_view("# a\nx\0", 6)),
              "t.toml:2:2: the file contains a NUL octet: got 0x00; valid: UTF-8 text without NUL");
}

TEST(ConfigText, NotUtf8) {
    const auto message = [](std::string_view octet) {
        return "t.toml:1:5: the file is not UTF-8: got " + std::string(octet) +
               "; valid: UTF-8 text without NUL";
    };
    EXPECT_EQ(refused("# \xc3\xa4 \xff"), message("0xff"));
    EXPECT_EQ(refused("#   \xc3"), message("0xc3"));         // breaks off
    EXPECT_EQ(refused("#   \xc0\x80"), message("0xc0"));     // overlong
    EXPECT_EQ(refused("#   \xe0\x80\x80"), message("0xe0")); // overlong
    EXPECT_EQ(refused("#   \xed\xa0\x80"), message("0xed")); // surrogate
    EXPECT_EQ(refused("#   \xf4\x90\x80\x80"), message("0xf4"));
    EXPECT_EQ(refused("#   \xf5\x80\x80\x80"), message("0xf5"));
    EXPECT_EQ(refused("# \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf"), "accepted");
}

TEST(ConfigText, ColumnsCountCharacters) {
    EXPECT_EQ(refused("[daemon]\nsocket = \"\xc3\xa4\xc3\xa4\""),
              "t.toml:2:10: socket is not valid: got \"\xc3\xa4\xc3\xa4\"; valid: an absolute path of at "
              "most 107 octets");
}

TEST(ConfigText, SyntaxError) {
    EXPECT_EQ(refused("[daemon]\n  socket = \n"), "t.toml:2:12: Error while parsing key-value pair: expected "
                                                  "value, saw '\\n': got \"socket =\"; valid: TOML 1.0");
    EXPECT_EQ(
        refused("[daemon]\nsocket = \"/a\"\nsocket = \"/b\"\n"),
        "t.toml:3:10: Error while parsing key-value pair: cannot redefine existing string 'socket': got "
        "\"socket = \\\"/b\\\"\"; valid: TOML 1.0");
}

TEST(ConfigText, KeysOfManyPartsAreRefusedBeforeTheyAreBuilt) {
    std::string key = "a";
    for (int i = 1; i < 300'000; ++i) {
        key += ".a";
    }
    const std::string message =
        ": key has too many parts: got more than 16; valid: keys such as interface.igmp.version";
    EXPECT_EQ(refused(key + " = 1"), "t.toml:1:32" + message);
    EXPECT_EQ(refused("x = \"\"\"\n\"\"\"\"\" # \"\n[" + key + "]"), "t.toml:3:33" + message);
    EXPECT_EQ(refused("x = 'a\\' # '\ny = { " + key + " = 1 }"), "t.toml:2:38" + message);
}

TEST(ConfigText, DotsInStringsAndCommentsAreNoKeys) {
    EXPECT_EQ(refused("# ...................................\n[dataplane]\n"
                      "eal = [\"....................\", '\"....................', "
                      "\"\"\"\\\"....................\"\"\"]\n"),
              "accepted");
}

TEST(ConfigText, DeepNestingIsASyntaxError) {
    EXPECT_NE(refused("x = " + std::string(100'000, '[')).find("exceeded maximum nested value depth"),
              std::string::npos);
}

TEST(ConfigDiagnostics, AllOfAFileInOrderAndAtMostTwenty) {
    std::string text = "[dataplane]\nworker_cores = [";
    for (int i = 0; i < 25; ++i) {
        text += "-1,";
    }
    text += "]\npoll = 1\n";
    const auto result = parse(text, "t.toml");
    ASSERT_FALSE(result.has_value());
    ASSERT_EQ(result.error().size(), 26U);
    EXPECT_EQ(result.error()[1].text(),
              "t.toml:2:20: worker_cores is not valid: got -1; valid: an integer from 0 to 1023");
    EXPECT_EQ(result.error()[25].text(), "t.toml:3:8: poll is not valid: got 1; valid: busy, adaptive");
    const std::string shown = config::text(result.error());
    EXPECT_EQ(std::ranges::count(shown, '\n'), 20);
    EXPECT_TRUE(shown.ends_with("\nand 6 more")) << shown;
}

TEST(ConfigDiagnostics, LongValuesAreShortened) {
    EXPECT_EQ(refused("[daemon]\nsocket = \"" + std::string(100, 'x') + "\""),
              "t.toml:2:10: socket is not valid: got \"" + std::string(59, 'x') +
                  "...; valid: an absolute path of at most 107 octets");
}

TEST(ConfigDiagnostics, EveryKindOfValueIsShown) {
    const auto got = [](std::string_view value) {
        const auto result = parse("[daemon]\nsocket = " + std::string(value), "t.toml");
        return result ? "accepted" : result.error().at(0).got;
    };
    EXPECT_EQ(got("0x10"), "16");
    EXPECT_EQ(got("1.0"), "1.0");
    EXPECT_EQ(got("-0.25"), "-0.25");
    EXPECT_EQ(got("inf"), "inf");
    EXPECT_EQ(got("true"), "true");
    EXPECT_EQ(got("1979-05-27"), "a date or time");
    EXPECT_EQ(got("[1, 'b', []]"), "[1, \"b\", []]");
    EXPECT_EQ(got("{ a = 1, \"b c\" = {} }"), "{ a = 1, \"b c\" = {} }");
    EXPECT_EQ(got("\"tab\\t quote\\\" back\\\\\""), "\"tab\\u0009 quote\\\" back\\\\\"");
}

} // namespace
} // namespace mcfwd::config
