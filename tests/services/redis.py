"""A real Redis of our own in a scratch folder (Debian: redis-server)."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import redis

from tests.services.leash import leash
from tests.services.ports import HOST, free_ports

ABSENT = "Redis is not installed (Debian: apt-get install redis-server)"
PATIENCE = 30.0  # seconds until it must answer


def program() -> str | None:
    """Return the server's program, None where it is not installed."""
    return shutil.which("redis-server")


class Redis:
    """A server as a context; `kill`, `start` and `wipe` may be called within: the address stays."""

    def __init__(self, config: Path | None = None, password: str = "") -> None:
        self._config, self._password = config, password or None
        self.folder = Path(tempfile.mkdtemp(prefix="guidang-redis-"))
        self.port = free_ports(1)[0]
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, port: int = 0) -> str:
        """Return its URL, if need be through another port."""
        return f"redis://{HOST}:{port or self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        config = [str(self._config)] if self._config else []
        ours = ["--bind", HOST, "--port", str(self.port), "--dir", str(self.folder), "--save", ""]
        command = [*leash(), "redis-server", *config, *ours]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        with redis.Redis(host=HOST, port=self.port, password=self._password) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.05)

    def wipe(self) -> None:
        """Forget everything that is in it."""
        with redis.Redis(host=HOST, port=self.port, password=self._password) as client:
            client.flushall()

    def kill(self) -> None:
        """Kill the server as kill -9 does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
