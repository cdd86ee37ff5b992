"""A catalog as one portable SQLite file, whatever its engine: taken from a live one, put back into an empty one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dms.kernel.database import Database, sqlite_module
from dms.kernel.errors import ConfigurationError, ConflictError
from dms.migrations import upgrade
from dms.operations import rows
from dms.operations.rows import TableDigest

NAME = "catalog.db"
Digests = Mapping[str, TableDigest]
Progress = rows.Progress


class SnapshotError(ConfigurationError):
    """A snapshot could not be made or put back."""

    code = "snapshot"


def take(database: Database, folder: Path, progress: Progress = lambda done, total: None) -> tuple[Path, Digests]:
    """Write one consistent state of the catalog into `folder`/catalog.db while others go on writing.

    Returns the file and the digest of every table, read back from it. Memory stays flat.
    """
    target = folder / NAME
    written: Digests | None = None
    if database.is_sqlite:
        _take_sqlite(Path(str(database.url.database)), target)
    else:
        written = _take_server(database, target, progress)
    with opened(target) as connection:
        found = rows.digests(connection)
    if written is not None:
        compare(found, written)
    target.chmod(0o600)
    _sync(target)
    return target, found


def _take_sqlite(source: Path, target: Path) -> None:
    sqlite = sqlite_module()
    live, copy = sqlite.connect(f"file:{source}?mode=ro", uri=True), sqlite.connect(target)
    try:
        live.backup(copy, pages=4096)
    finally:
        live.close()
        copy.close()
    _make_sound(target)


def _take_server(database: Database, target: Path, progress: Progress) -> Digests:
    copy = Database(f"sqlite:///{target}")
    try:
        upgrade.upgrade(copy, str(upgrade.current(database)))
        with steady(database) as connection:
            written = copy_all(connection, copy.engine.begin, progress)
    finally:
        copy.close()
    _make_sound(target)
    return written


def copy_all(source: Connection, begin: rows.Begin, progress: Progress) -> Digests:
    """Copy every table into one that lacks these rows; return the digests of what was copied."""
    tables = rows.tables_of(source)
    moved = rows.counter(progress, sum(rows.count(source, table) for table in tables))
    copied = {}
    for table in tables:
        copied[table.name] = rows.copy(source, begin, table, moved)
        with begin() as target:
            rows.set_counters(target, table)
    return copied


@contextmanager
def steady(database: Database) -> Iterator[Connection]:
    """Open a connection that sees one state of the catalog for as long as it is open, and cannot write."""
    options = (
        {"writes": False} if database.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    )
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def opened(file: Path) -> Iterator[Connection]:
    """Open a snapshot without writing beside it, so that it may lie on a medium that cannot be written."""
    sqlite = sqlite_module()
    engine = sa.create_engine(
        "sqlite://", module=sqlite, poolclass=sa.NullPool,
        creator=lambda: sqlite.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True),
    )  # fmt: skip
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _make_sound(file: Path) -> None:
    """Make the snapshot one file without a log beside it; raise `SnapshotError` if it is not sound."""
    connection = sqlite_module().connect(file)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
        damage = connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()
    if damage != "ok":
        raise SnapshotError(
            "目录库的副本没有通过完整性检查：%(damage)s。原库未被改动，请先运行 doctor。", damage=damage
        )


def require_empty(url: str) -> None:
    """Raise `ConflictError` unless the catalog at `url` is absent or has no row yet. Makes nothing."""
    address = sa.engine.make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return
    database = Database(url)
    try:
        held = _held(database)
    finally:
        database.close()
    if held:
        raise ConflictError(
            "目标目录库里已有数据（%(tables)s），没有写入任何东西。请指定一个空的数据库。",
            code="not_empty", tables="、".join(held[:3]),
        )  # fmt: skip


def _held(database: Database) -> list[str]:
    """Return the tables that have a row, ours or not."""
    with database.engine.connect().execution_options(writes=False) as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name != rows.VERSIONS]
        return [name for name in names if connection.scalar(sa.select(1).select_from(sa.table(name)).limit(1))]


def put_back(
    database: Database, file: Path, expected: Digests | None = None, progress: Progress = lambda done, total: None
) -> None:
    """Make the (empty or absent) catalog what the snapshot holds; on a server in one transaction, all or nothing.

    Raises `SnapshotError` if what arrived is not what was `expected`, the digests noted when the snapshot was taken.
    """
    if database.is_sqlite:
        _put_back_sqlite(database, file)
        if expected is not None:
            with steady(database) as connection:
                compare(rows.digests(connection), expected)
        return
    with opened(file) as source, database.engine.begin() as connection:
        upgrade.upgrade_within(connection, str(upgrade.revision_of(source)))
        written = copy_all(source, lambda: nullcontext(connection), progress)
        compare(rows.digests(connection), expected or written)


def compare(found: Digests, expected: Digests) -> None:
    """Raise `SnapshotError` naming the tables that differ."""
    if names := differing(found, expected):
        raise SnapshotError(
            "目录库的副本与原来的不一致（%(tables)s），不能使用。原来的没有改动；请检查磁盘后再试一次。",
            tables="、".join(names),
        )


def differing(found: Digests, expected: Digests) -> list[str]:
    """Return the tables whose digests are not the same."""
    return sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


def _put_back_sqlite(database: Database, file: Path) -> None:
    target = Path(str(database.url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    database.close()
    for leftover in (target, target.with_name(target.name + "-wal"), target.with_name(target.name + "-shm")):
        leftover.unlink(missing_ok=True)
    shutil.copyfile(file, target)
    target.chmod(0o600)
    _sync(target)


def _sync(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
