# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""2 MiB hugepages for the time of a lab."""

import os

_POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB"


def _read(name):
    with open(os.path.join(_POOL, name), encoding="ascii") as file:
        return int(file.read())


def total():
    """Pages in the pool; 0 also where the kernel has none."""
    return _read("nr_hugepages") if os.path.isdir(_POOL) else 0


def free():
    return _read("free_hugepages") if os.path.isdir(_POOL) else 0


def resize_to(pages):
    """Makes the pool this big if the kernel can."""
    try:
        with open(os.path.join(_POOL, "nr_hugepages"), "w", encoding="ascii") as file:
            file.write(str(pages))
    except OSError:
        pass  # no hugepages here; the caller looks at what there is


class Hugepages:
    """Adds pages to the pool if it can; `restore` makes the pool as it was."""

    def __init__(self, pages):
        self.before = total()
        missing = pages - free()
        if missing > 0:
            resize_to(self.before + missing)
        self.enough = free() >= pages
        if not self.enough:
            self.restore()

    def restore(self):
        if total() != self.before:
            resize_to(self.before)
