# SPDX-License-Identifier: BSD-3-Clause
# SPDX-FileCopyrightText: 2026 the mcfwd authors
"""Configurations of the router as Python values, and their text."""

import copy
import os

LANS = {"lan1": "10.0.1.1/24", "lan2": "10.0.2.1/24", "lan3": "10.0.3.1/24"}


def merge(base, changes):
    """A copy of `base` with `changes` laid over it, table by table."""
    merged = copy.deepcopy(base)
    for key, value in changes.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both_tables else copy.deepcopy(value)
    return merged


def configuration(socket, lans=None, igmp=None, on_owned=None, **tables):
    """The lab's router: one AF_XDP port and one interface per LAN, IGMP on all of them with the settings `igmp`;
    `on_owned` is that of the table of all of IGMP. Further keyword arguments are tables of the file,
    e.g. dataplane={"mfib_entries": 8} or mroute=[...]."""
    lans = lans or LANS
    base = {
        "daemon": {"socket": socket, "log_level": "info"},
        "dataplane": {
            "main_core": 0,
            "worker_cores": [1 if (os.cpu_count() or 1) > 1 else 0],
            "poll": "adaptive",
            "memory": "no-huge",
            "mfib_entries": 4096,
        },
        "port": [{"name": f"p-{name}", "device": f"af_xdp:{name}"} for name in lans],
        "interface": [
            {"name": name, "port": f"p-{name}", "address": [address], "igmp": dict(igmp or {})}
            for name, address in lans.items()
        ],
    }
    if on_owned:
        base["igmp"] = {"on_owned": on_owned}
    return merge(base, tables)


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    return str(value)


def _table(name, table, bracket):
    """A table with its keys, then the tables inside it."""
    lines = [f"[[{name}]]" if bracket == 2 else f"[{name}]"]
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    lines += [f"{key} = {_value(value)}" for key, value in table.items() if key not in inner]
    for key, value in inner.items():
        lines += _table(f"{name}.{key}", value, 1)
    return lines


def toml(tables):
    """The text of a configuration."""
    lines = []
    for name, content in tables.items():
        if isinstance(content, list):
            for table in content:
                lines += _table(name, table, 2)
        else:
            lines += _table(name, content, 1)
        lines.append("")
    return "\n".join(lines)
