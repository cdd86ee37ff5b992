"""Ports of loopback for servers that tests start, each handed out once as long as it can be.

A port that is free now may be taken before its server listens: by another test process that looked at the same moment,
or by any outgoing connection, whose own port the kernel picks. So these lie below the kernel's range, and all test
processes of this user draw them from one counter.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

HOST = "127.0.0.1"
_FIRST, _BEHIND = 12000, 32000  # Linux picks from 32768 on, macOS from 49152
_COUNTER = Path(tempfile.gettempdir()) / f"guidang-test-ports-{os.getuid()}"


def free_ports(count: int) -> list[int]:
    """Return neighbouring ports, in order, on which nobody listens."""
    with _COUNTER.open("a+", encoding="ascii") as counter:
        fcntl.flock(counter, fcntl.LOCK_EX)
        counter.seek(0)
        drawn = int(counter.read() or _FIRST)
        for first in (*range(drawn, _BEHIND - count), *range(_FIRST, drawn)):
            ports = list(range(first, first + count))
            if all(map(_is_free, ports)):
                counter.truncate(0)
                counter.write(str(ports[-1] + 1))
                return ports
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True
