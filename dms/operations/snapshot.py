"""Copies of a catalog: a consistent snapshot of a live one, and putting a snapshot back."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from dms.db import Database, sqlite_module
from dms.errors import ConfigurationError

SQLITE_NAME = "catalog.db"
POSTGRES_NAME = "catalog.pgdump"


class SnapshotError(ConfigurationError):
    """A snapshot could not be made or put back."""

    code = "snapshot"


def take(database: Database, folder: Path) -> Path:
    """Write a consistent snapshot of the catalog into `folder` while others go on writing; return its file."""
    if database.is_sqlite:
        return _take_sqlite(Path(str(database.url.database)), folder / SQLITE_NAME)
    target = folder / POSTGRES_NAME
    _postgres("pg_dump", database.url, "--format=custom", "--no-owner", f"--file={target}")
    return target


def _take_sqlite(source: Path, target: Path) -> Path:
    sqlite = sqlite_module()
    with sqlite.connect(f"file:{source}?mode=ro", uri=True) as live, sqlite.connect(target) as copy:
        live.backup(copy, pages=4096)
        copy.execute("PRAGMA journal_mode=DELETE")
        damage = copy.execute("PRAGMA integrity_check").fetchone()[0]
    copy.close()
    live.close()
    if damage != "ok":
        raise SnapshotError(
            "目录库的副本没有通过完整性检查：%(damage)s。原库未被改动，请先运行 doctor。", damage=damage
        )
    target.chmod(0o600)
    _sync(target)
    return target


def put_back(database: Database, snapshot: Path) -> None:
    """Make the (empty or absent) catalog what the snapshot holds."""
    if database.is_sqlite:
        target = Path(str(database.url.database))
        target.parent.mkdir(parents=True, exist_ok=True)
        database.close()
        for leftover in (target, target.with_name(target.name + "-wal"), target.with_name(target.name + "-shm")):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(snapshot, target)
        target.chmod(0o600)
        _sync(target)
    else:
        _postgres("pg_restore", database.url, "--no-owner", "--exit-on-error", "--single-transaction", str(snapshot))


def _sync(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def _postgres(program: str, url: URL, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise SnapshotError(
            "没有找到 %(program)s。请安装 PostgreSQL 的客户端程序（Debian：postgresql-client）。", program=program
        )
    flag = "--dbname"
    done = subprocess.run(
        [program, f"{flag}={url.set(drivername='postgresql', password=None).render_as_string()}", *arguments],
        env=_password(url), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise SnapshotError("%(program)s 没有成功：%(reason)s", program=program, reason=last)


def _password(url: URL) -> Mapping[str, str]:
    # Never on the command line, where every user of the machine could read it.
    return {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
