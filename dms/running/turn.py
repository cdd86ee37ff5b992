"""Whose turn it is to keep house: of all housekeepers of an archive one works, the others stand by."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import time
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dms.kernel.archive import Archive
from dms.kernel.database import Database

LOG = logging.getLogger("dms.turn")
LOOK = 2.0  # seconds between two looks: whether the turn is ours now, or still


class Turn(Protocol):
    """Something of which one process at a time has hold; whoever dies lets go."""

    def is_ours(self) -> bool:
        """Tell whether this process has the turn now, taking it where nobody has."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class FileTurn:
    """The turn of one machine: a locked file in the data folder."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def is_ours(self) -> bool:
        """Take the lock, or keep it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)


class ServerTurn:
    """The turn of all machines on one PostgreSQL: an advisory lock that lives as long as its connection."""

    def __init__(self, database: Database, instance: str) -> None:
        self._engine = database.engine
        self.number = int.from_bytes(hashlib.sha256(f"guidang keeper {instance}".encode()).digest()[:8], signed=True)
        self._connection: Connection | None = None
        self._looked = -LOOK

    def is_ours(self) -> bool:
        """Look now and then whether the lock is ours; a lost connection has let go of it."""
        if time.monotonic() - self._looked >= LOOK:
            self._looked = time.monotonic()
            try:
                self._look()
            except sa.exc.DBAPIError as error:
                LOG.warning("the turn is lost with the connection: %s", error)
                self._let_go()
        return self._connection is not None

    def _look(self) -> None:
        if self._connection is not None:
            self._connection.execute(sa.text("SELECT 1"))
            return
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(sa.select(sa.func.pg_try_advisory_lock(self.number))):
            self._connection = connection
        else:
            connection.close()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # whatever state it is in: closed, it holds nothing
            connection.close()

    def close(self) -> None:
        """Let go."""
        self._let_go()


def turn_of(archive: Archive) -> Turn:
    """Return the turn of an archive's housekeepers."""
    if archive.db.is_sqlite:
        return FileTurn(archive.data / "keeper.lock")
    return ServerTurn(archive.db, archive.vault.instance)
