// SPDX-License-Identifier: BSD-3-Clause
// SPDX-FileCopyrightText: 2026 the mcfwd authors
//
// Asio compiled once (ASIO_SEPARATE_COMPILATION) instead of in every file that uses it.
#include <asio/impl/src.hpp>
