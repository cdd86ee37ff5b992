"""The carrier of machines that share a PostgreSQL: NOTIFY on the server's own connection, no broker beside it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dms.jobs.rules import JOB_QUEUES
from dms.kernel.carrier import Queue
from dms.kernel.database import Database, server_options

if TYPE_CHECKING:
    import psycopg

LOG = logging.getLogger("dms.jobs")
CHANNEL = "guidang_"  # and the name of the queue
AGAIN = 1.0  # seconds between two attempts to listen


class NotifyCarrier:
    """Announces through the catalog's own server, once the transaction is over.

    Not in the transaction: at its commit the server lets those that notify go one by one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def announce(self, job_id: str, queue: Queue = Queue.READING) -> None:
        """Notify who listens to the queue; news that cannot be brought is left to the workers' own look."""
        try:
            with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.select(sa.func.pg_notify(CHANNEL + queue, job_id)))
        except sa.exc.SQLAlchemyError as error:
            LOG.info("news of a job was not brought: %s", error)

    def listen(self, queues: Sequence[Queue] = JOB_QUEUES) -> NotifyListener:
        """Listen to some queues on a connection of its own."""
        return NotifyListener(self._database, queues)


class NotifyListener:
    """Listens, and again after its connection was lost: what was missed meanwhile counts as news."""

    def __init__(self, database: Database, queues: Sequence[Queue]) -> None:
        self._database, self._queues = database, queues
        self._connection: psycopg.Connection[Any] | None = None
        self._not_before = 0.0
        self._ensure()

    def wait(self, seconds: float) -> bool:
        """Wait for a notification, at most `seconds`; tell whether one came."""
        import psycopg

        if self._connection is None:
            if self._ensure():
                return True
            time.sleep(seconds)
            return False
        try:
            return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error as error:
            LOG.info("the listener lost its connection: %s", error)
            self.close()
            return False

    def _ensure(self) -> bool:
        import psycopg

        if time.monotonic() < self._not_before:
            return False
        self._not_before = time.monotonic() + AGAIN
        url = self._database.engine.url
        own = {**url.translate_connect_args(username="user", database="dbname"), **url.query, **server_options(url)}
        try:
            connection = psycopg.connect(**own, autocommit=True)
            for queue in self._queues:
                connection.execute(f"LISTEN {CHANNEL}{queue}".encode())
        except psycopg.Error as error:
            LOG.info("the listener cannot connect: %s", error)
            return False
        self._connection = connection
        return True

    def close(self) -> None:
        """Stop listening."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
