"""The servers that a test run shares: each starts when the first test asks for it, once, and ends with the run.

A plugin of pytest (setup.cfg names it). The first process of a run owns the servers; the workers of pytest-xdist ask it
through a socket. Where GUIDANG_TEST_POSTGRES_URL, …_S3_URL or …_ELASTICSEARCH_URL names a live server, it is that one.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from importlib import import_module
from multiprocessing.connection import Client, Connection, Listener
from threading import Lock, Thread
from typing import Any

import pytest

from tests.services.absent import AbsentError, absent

MODULES = {"postgres": "postgres", "s3": "seaweedfs", "elasticsearch": "elasticsearch"}  # imported when they are needed


def variable(name: str) -> str:
    """Return the environment variable that names a live server of a kind."""
    return f"GUIDANG_TEST_{name.upper()}_URL"


class Servers:
    """Owns the servers of a run."""

    def __init__(self) -> None:
        self._starts: dict[str, Future[str]] = {}
        self._lock = Lock()
        self._running = ExitStack()
        # A leash ends a server with the thread that started it: those of a pool last until it is shut down.
        self._pool = ThreadPoolExecutor(len(MODULES))

    def url(self, name: str) -> str:
        """Return the URL of a server, which is started if it is not yet; AbsentError where it cannot be."""
        return self._start(name).result()

    def listen(self) -> str:
        """Return the address of a socket at which other processes may ask for URLs."""
        listener = Listener(family="AF_UNIX")  # in a folder that is this user's alone

        def serve() -> None:
            while True:
                Thread(target=self._answer, args=(listener.accept(),), daemon=True).start()

        Thread(target=serve, daemon=True).start()
        return str(listener.address)

    def close(self) -> None:
        """End what was started."""
        wait(self._starts.values())
        self._running.close()
        self._pool.shutdown()

    def _answer(self, line: Connection) -> None:
        with line:
            start = self._start(line.recv())
            line.send(start.exception() or start.result())

    def _start(self, name: str) -> Future[str]:
        with self._lock:
            if name not in self._starts:
                self._starts[name] = self._pool.submit(self._started, name)
            return self._starts[name]

    def _started(self, name: str) -> str:
        given = os.environ.get(variable(name))
        return given or self._running.enter_context(import_module(f"tests.services.{MODULES[name]}").running())


class Borrower:
    """Asks the owner of the servers, from another process."""

    def __init__(self, address: str) -> None:
        self._address = address

    def url(self, name: str) -> str:
        """Return the URL of a server, as the owner does."""
        with Client(self._address) as line:
            line.send(name)
            answer: str | BaseException = line.recv()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def close(self) -> None:
        """Leave the servers to their owner."""


SERVERS = pytest.StashKey[Servers | Borrower]()


def pytest_configure(config: pytest.Config) -> None:
    """Own the servers, or borrow them where this is a worker."""
    given = getattr(config, "workerinput", None)
    config.stash[SERVERS] = Borrower(given["servers"]) if given else Servers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker whom to ask."""
    owner = node.config.stash[SERVERS]
    node.workerinput["servers"] = owner.listen()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers with the run."""
    config.stash[SERVERS].close()


def _lent(request: pytest.FixtureRequest, name: str) -> str:
    try:
        return request.config.stash[SERVERS].url(name)
    except AbsentError as problem:
        absent(str(problem))


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database on a real PostgreSQL, which others use at the same time."""
    return _lent(request, "postgres")


@pytest.fixture(scope="session")
def s3_url(request: pytest.FixtureRequest) -> str:
    """The URL of a bucket on a real S3 server, which others use at the same time."""
    return _lent(request, "s3")


@pytest.fixture(scope="session")
def elasticsearch_url(request: pytest.FixtureRequest) -> str:
    """The URL of an index on a real Elasticsearch, which others use at the same time."""
    return _lent(request, "elasticsearch")
