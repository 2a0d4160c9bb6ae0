# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Network namespaces, virtual wires and real hosts around one router; used by the tests and by the demo."""
