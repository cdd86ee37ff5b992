"""Upgrade (升级): all migrations or none: a SQLite catalog is copied first, PostgreSQL undoes its one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from dms.kernel import moving
from dms.kernel.catalog import open_database
from dms.kernel.database import Database
from dms.kernel.errors import ConfigurationError
from dms.migrations import upgrade
from dms.operations import snapshot


class UpgradeFailedError(ConfigurationError):
    """A migration failed and was undone."""

    code = "upgrade_failed"


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """From which version to which (the same when nothing was to be done).

    `copy` is the catalog from before, None where the server itself undoes what fails.
    """

    before: str | None
    after: str
    copy: Path | None


def upgrade_safely(settings: Settings) -> UpgradeReport:
    """Bring the catalog to this program's version. Raises `NewerDataError`, `UpgradeFailedError` (undone)."""
    database = open_database(settings.catalog_url)
    try:
        before = upgrade.current(database)
        if upgrade.is_current(database):
            return UpgradeReport(before, upgrade.head(), None)
        if before is not None:
            moving.require_living(database)
        copy = _copy(settings, database) if database.is_sqlite else None
        _migrate(database, copy, before)
        return UpgradeReport(before, upgrade.head(), copy)
    finally:
        database.close()


def _copy(settings: Settings, database: Database) -> Path:
    folder = settings.data / "backups" / f"before-{upgrade.head()}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True, mode=0o700)
    file, _ = snapshot.take(database, folder)
    return file


def _migrate(database: Database, copy: Path | None, before: str | None) -> None:
    try:
        upgrade.upgrade(database)
    except Exception as error:  # whatever a migration raises, the catalog must be as it was
        if copy is not None:
            snapshot.put_back(database, copy)
        raise UpgradeFailedError(
            "升级没有成功，数据已退回升级前的样子（版本 %(before)s），%(copy)s。原因：%(reason)s",
            before=before, copy=f"副本在 {copy}" if copy else "由数据库的事务撤销",
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from error  # fmt: skip
