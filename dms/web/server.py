"""The web server: threads over a socket that the supervisor bound, so that a restart refuses nobody.

Request bodies and answers are streamed: nothing of them is ever spooled to a disk.
"""

from __future__ import annotations

import socket
from typing import Any

from cheroot.wsgi import Server
from flask import Flask

THREADS = 20
SILENCE = 60  # seconds that a connection may be silent in the middle of a request


class HandedServer(Server):
    """Serves an application on a listening socket that already exists."""

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self._listener = listener
        super().__init__(
            listener.getsockname()[:2], app, numthreads=THREADS, server_name="guidang", timeout=SILENCE,
            request_queue_size=128,
        )  # fmt: skip

    def bind(self, family: Any, type: Any, proto: Any = 0) -> socket.socket:  # noqa: A002  cheroot's own name
        """Take the socket that was handed over instead of making one."""
        self.socket = self._listener
        return self._listener
