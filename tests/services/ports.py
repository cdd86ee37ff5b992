"""Ports for processes that use several in a row."""

from __future__ import annotations

import socket


def neighbouring_ports(length: int) -> int:
    """Return the first of some neighbouring ports that are free now."""
    for _ in range(50):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            first: int = probe.getsockname()[1]
        try:
            for port in range(first, first + length):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")
