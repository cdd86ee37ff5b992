"""Runs the web application under waitress: one process, several threads, no plaintext of a body on a disk."""

from __future__ import annotations

import errno
import socket

import waitress
from flask import Flask

from dms.errors import ConfigurationError
from dms.web.spool import seal_waitress

THREADS = 8
BODY_BYTES = 1 << 40  # views set their own, smaller limits
IDLE_SECONDS = 120
CHUNK_BYTES = 1 << 16


class PortInUseError(ConfigurationError):
    """Something else listens on the port of the settings."""

    code = "port_in_use"


def run(app: Flask, host: str, port: int, *, threads: int = THREADS, scheme: str = "http") -> None:
    """Serve until the process is told to stop.

    Args:
        app: the application of `create_app`.
        host: address to listen on.
        port: port to listen on.
        threads: how many requests are worked on at once.
        scheme: "https" where something in front of us ends TLS, so that cookies are marked secure.

    Raises:
        PortInUseError: something else listens there.
    """
    seal_waitress()
    listener = _listen(host, port)
    server = waitress.create_server(
        app, sockets=[listener], threads=threads, ident=None, url_scheme=scheme, recv_bytes=CHUNK_BYTES,
        max_request_body_size=BODY_BYTES, channel_timeout=IDLE_SECONDS, clear_untrusted_proxy_headers=True,
    )  # fmt: skip
    try:
        server.run()
    finally:
        server.close()
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(
            "端口 %(port)s 已被别的程序占用，没有启动；数据没有改动。请关掉它，或在设置里换一个端口。", port=port
        ) from error
    return listener
