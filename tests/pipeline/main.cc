// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// EAL starts once per process, before the first test, and ends after the last.
#include <gtest/gtest.h>

#include "environment.hh"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    static_cast<void>(mcfwd::pipeline::Environment::get());
    return RUN_ALL_TESTS();
}
