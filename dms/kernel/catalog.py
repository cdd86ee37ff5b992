"""Opens the catalog's database, found fit to carry it, with what is wrong error_for in the words of people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa

from config.redaction import without_secrets
from dms.kernel.database import Database
from dms.kernel.outages import error_for, explained

OLDEST = 15  # version of PostgreSQL, the oldest that its makers still maintain
MOST_SKEW = 60.0  # seconds; leases of jobs are minutes


@contextmanager
def in_words() -> Iterator[None]:
    """Raise what goes wrong with a database within the block as an error for people."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        known = explained(error)
        if known is None:
            raise
        raise known from error


def open_database(url: str) -> Database:
    """Return the catalog of a URL, its server found fit: new enough, writable, of the same time.

    Raises `CatalogError`, `CatalogUnavailableError`.
    """
    database = _described(url)
    try:
        if not database.is_sqlite:
            with in_words():
                require_fit(database)
    except BaseException:
        database.close()
        raise
    return database


def _described(url: str) -> Database:
    try:
        if sa.make_url(url).get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("sqlite, postgresql")
        return Database(url)
    except ModuleNotFoundError as error:
        raise error_for("catalog_driver") from error
    except (sa.exc.ArgumentError, ValueError) as error:  # the library's words may hold the URL
        raise error_for("catalog_url", detail=without_secrets(str(error).splitlines()[0])) from error


def require_fit(database: Database) -> None:
    """Look whether a server can carry the catalog. Raises `CatalogError`, `CatalogUnavailableError`."""
    with database.engine.connect() as connection:
        before = datetime.now(UTC)
        row = connection.execute(
            sa.text(
                "SELECT current_setting('server_version_num')::int AS version, clock_timestamp() AS now,"
                " current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery() AS readonly"
            )
        ).one()
        after = datetime.now(UTC)
    if row.version // 10_000 < OLDEST:
        raise error_for("catalog_old", version=f"{row.version // 10_000}.{row.version % 10_000}", oldest=OLDEST)
    if row.readonly:
        raise error_for("catalog_readonly")
    skew = _skew(before, after, row.now)
    if skew > MOST_SKEW:
        raise error_for("catalog_clock", seconds=round(skew))


def _skew(before: datetime, after: datetime, theirs: datetime) -> float:
    """Return by how many seconds the server's clock surely differs from ours, asked between two moments."""
    return max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
