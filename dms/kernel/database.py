"""The catalog's engine, its column types and its two kinds of transaction: `read` and `write`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import local
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

from storage import durable

BUSY_SECONDS = 60
POOL = 12  # connections that a process keeps; at most twice as many
LIMITS = {"statement_timeout": "300s", "lock_timeout": f"{BUSY_SECONDS}s"}  # the URL's own options= come after them
CONNECTION: dict[str, Any] = {  # a server that vanished is noticed within a minute
    "application_name": "guidang", "connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 10,
    "keepalives_count": 3, "tcp_user_timeout": 30_000,
}  # fmt: skip
TURNS = 0x67756964  # sets our advisory locks apart from those of others
ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 26


class _Ids(local):
    """Numbers of 128 bits that rise: 48 bits of milliseconds then 80 random ones.

    Two deeds of a thread in one millisecond keep their order in lists and in the log: the second gets the first's
    number and a random step (RFC 9562 §6.2, method 2). The highest random bit starts at 0: room for 32,768 steps.
    """

    last = 0

    def next(self) -> int:
        moment = time.time_ns() // 1_000_000
        if moment == self.last >> 80:
            self.last += 1 + int.from_bytes(os.urandom(8))
        else:
            self.last = moment << 80 | int.from_bytes(os.urandom(10)) >> 1
        return self.last


_ids = _Ids()


def new_id() -> str:
    """Return a new row id: 26 characters of base 32 that sort by time, in one thread also within a millisecond."""
    return _in_letters(_ids.next())


def id_before(moment: datetime) -> str:
    """Return an id that sorts just before those made at a moment."""
    return _in_letters(int(moment.timestamp() * 1000) << 80)


def _in_letters(number: int) -> str:
    return "".join(ID_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; refuses moments without a time zone. SQLite keeps it as text that sorts."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the moment with its time zone."""
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """Any JSON value, kept as canonical text (sorted keys, no blanks) in every database."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Write canonical JSON."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Read JSON."""
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """Base of every table; constraints are named by one convention so that migrations can find them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), str: sa.Text(), int: sa.BigInteger()}  # noqa: RUF012  SQLAlchemy reads it


Id = sa.String(ID_LENGTH)


class Identified:
    """Mixin: a table whose rows have a time-ordered id of their own."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)


class ArchiveFact(Base):
    """What the catalog knows of itself: instance id, key check, demonstration flag and the like."""

    __tablename__ = "archive_fact"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[str]


def sqlite_module() -> ModuleType:
    """Return the one SQLite library of all processes: `pysqlite3`, or the standard module where that has no wheel."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2
    module: ModuleType = dbapi2
    return module


class Database:
    """The catalog: hands out sessions that read, or that write in one immediate transaction."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _server_engine(self.url)
        reading = {"writes": False} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = sessionmaker(self.engine.execution_options(**reading), expire_on_commit=False)
        self._writing = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session on one consistent state; whatever it changes is undone."""
        with self._reading() as session:
            yield session
            session.expunge_all()  # what was read stays readable: undoing would expire it
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session in one write transaction: committed when the block ends well, undone when it raises."""
        with self._writing.begin() as session:
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _sqlite_engine(url: URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        module=sqlite_module(),
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    if url.database not in (None, "", ":memory:"):
        folder = Path(str(url.database)).parent
        event.listen(engine, "do_connect", lambda *_: durable.make_folders(folder))  # it must return None
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}",
        "temp_store=MEMORY", "cache_size=-65536",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # SQLAlchemy's default of a deferred transaction loses read-modify-writes of several processes: a writer takes
    # the write lock at once, before it reads.
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server_engine(url: URL) -> sa.Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return sa.create_engine(
        url, isolation_level="READ COMMITTED", pool_pre_ping=True, pool_recycle=1800, hide_parameters=True,
        pool_size=POOL, max_overflow=POOL, connect_args=server_options(url),
    )  # fmt: skip


def server_options(url: URL) -> dict[str, Any]:
    """Return how every connection to a server is made; what the URL says for itself stays."""
    given = url.query.get("options", "")
    limits = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    options = {**CONNECTION, "options": f"{limits} {given if isinstance(given, str) else ' '.join(given)}".strip()}
    return {name: value for name, value in options.items() if name == "options" or name not in url.query}


def take_turns(session: Session, what: str) -> None:
    """Let writing transactions that say the same `what` follow one another, until they end.

    For a look before a write where no row stands that could be locked: SQLite's write lock does it for every
    transaction, a server has to be asked.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(what, TURNS))))
