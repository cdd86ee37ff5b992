"""Connections to the database that the alias names: one a thread, followed when another process swaps it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from search import files
from search.attributes import Attributes

if TYPE_CHECKING:
    from sqlite3 import Connection

T = TypeVar("T")
_TRIES = 5


class _Open:
    """A connection of one thread of one process, and the alias as it was read."""

    def __init__(self, path: Path) -> None:
        self.pid = os.getpid()
        self.alias = _state(path)
        self.database = files.read_alias(path)
        self.connection = files.connect(self.database)


class Connections:
    """Runs work within a transaction of the current database; SQLite's errors leave it as `IndexUnavailableError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._abandoned: list[_Open] = []  # closing what came over a fork would disturb the parent's locks
        self._attributes: dict[Path, Attributes] = {}
        if not path.exists():
            self._start()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` finds in one snapshot."""
        return self._retried(work, "BEGIN")

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` gives and keep what it wrote; nothing is kept if it fails."""
        return self._retried(work, "BEGIN IMMEDIATE")

    def attributes(self) -> Attributes:
        """Return what is remembered of the attributes of the database in use by this thread."""
        database = self._current().database
        if database not in self._attributes:
            self._attributes = {database: Attributes()}
        return self._attributes[database]

    def close(self) -> None:
        """Close this thread's connection."""
        opened: _Open | None = getattr(self._local, "opened", None)
        self._local.opened = None
        if opened and opened.pid == os.getpid():
            opened.connection.close()
        elif opened:
            self._abandoned.append(opened)

    def _retried(self, work: Callable[[Connection], T], begin: str) -> T:
        for _ in range(_TRIES):
            before = _state(self._path)
            try:
                opened = self._current()
                with _transaction(opened.connection, begin):
                    if opened.alias == _state(self._path):  # not swapped while this waited for its turn
                        return work(opened.connection)
            except files.SqliteError as error:
                self.close()
                if before == _state(self._path):
                    raise files.translated(error, self._path) from error
        raise files.IndexBusyError("The search index is being rebuilt again and again; try again in a minute.")

    def _current(self) -> _Open:
        opened: _Open | None = getattr(self._local, "opened", None)
        if opened is None or opened.pid != os.getpid() or opened.alias != _state(self._path):
            self.close()
            opened = self._local.opened = _Open(self._path)
        return opened

    def _start(self) -> None:
        """Make an empty index; of several processes that do so at once the first wins."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = files.create(self._path)
        if not files.write_alias(self._path, database, replace=False):
            files.remove(database)


@contextmanager
def _transaction(connection: Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(files.SqliteError):  # the first error is the one to tell
            connection.execute("ROLLBACK")
        raise


def _state(path: Path) -> tuple[int, int, int] | None:
    """Return what changes whenever the alias is replaced; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
