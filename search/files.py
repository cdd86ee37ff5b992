"""The files of the embedded index: an alias that names the current database, and the databases beside it."""

from __future__ import annotations

import json
import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from search.index import IndexDamagedError, IndexUnavailableError, OutdatedIndexError

if TYPE_CHECKING:
    import sqlite3 as sqlite
else:
    try:
        from pysqlite3 import dbapi2 as sqlite
    except ModuleNotFoundError:  # no wheel for this system
        import sqlite3 as sqlite

SqliteError = sqlite.Error
FORMAT = 2
"""Of the tables and of the tokens; grows with every change of either, after which an index must be rebuilt."""
NEEDED = (3, 43)  # contentless tables from which rows can be deleted
BUSY_SECONDS = 60
_DAY = 86_400
_KIND = "guidang-index"
_PUNCTUATION = '!""#$%&()*+,-./:;<=>?@[\\]^_`{|}~'  # the quotation mark doubled for SQL

_SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE doc(
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    received INTEGER NOT NULL,
    document_date INTEGER,
    amount INTEGER,
    content INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    pairs BLOB NOT NULL
);
CREATE UNIQUE INDEX doc_order ON doc(received, id);
CREATE INDEX doc_changed ON doc(changed);
CREATE TABLE content(key INTEGER PRIMARY KEY, numbers BLOB NOT NULL, pages BLOB NOT NULL, rest BLOB NOT NULL);
CREATE TABLE gone(id TEXT PRIMARY KEY, revision INTEGER NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE pair(id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE(name, value));
CREATE VIRTUAL TABLE fts USING fts5(
    body, title, parties, persons, codes, texts, types, marks,
    content='', contentless_delete=1, tokenize="ascii tokenchars '%s'"
);
INSERT INTO meta VALUES ('changes', 0);
""".replace("%s", _PUNCTUATION)


class IndexBusyError(IndexUnavailableError):
    """Another process has been writing for too long; the same call may succeed later."""

    code = "index_busy"


class SqliteTooOldError(IndexUnavailableError):
    """The SQLite library is too old for the embedded index."""

    code = "sqlite_too_old"


def translated(error: sqlite.Error, path: Path) -> IndexUnavailableError:
    """Return the error that says in plain words what happened to the index and what to do."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return IndexBusyError("The search index is being written to; try again in a minute.")
    if "full" in text or "disk I/O" in text:
        return IndexUnavailableError(f"The search index at {path} cannot be used: {text}; check the disk.")
    return damaged(path, text)


def damaged(path: Path, reason: str) -> IndexDamagedError:
    """Return the error for an index that must be rebuilt."""
    return IndexDamagedError(
        f"The search index at {path} is damaged or missing ({reason}); rebuild it from the catalog, nothing is lost."
    )


def connect(database: Path) -> sqlite.Connection:
    """Open a database file that exists."""
    connection = sqlite.connect(
        f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32768")
    return connection


def create(path: Path) -> Path:
    """Make an empty database beside the alias at `path`, not yet named by it; return its file."""
    if sqlite.sqlite_version_info < NEEDED:
        wanted = ".".join(map(str, NEEDED))
        raise SqliteTooOldError(f"The search index needs SQLite {wanted}; this is {sqlite.sqlite_version}.")
    database = path.with_name(f"{path.stem}-{secrets.token_hex(6)}{path.suffix or '.db'}")
    connection = sqlite.connect(str(database), isolation_level=None)
    try:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA synchronous = OFF")  # empty: nothing to lose
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
    finally:
        connection.close()
    return database


def read_alias(path: Path, outdated: bool = False) -> Path:
    """Return the database that the alias names, `outdated` ones on request. Raises `IndexDamagedError`."""
    try:
        content: Any = json.loads(path.read_bytes())
        kind, version, file = content["kind"], int(content["format"]), Path(content["file"]).name
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, "the file that names the index cannot be read") from error
    if kind != _KIND:
        raise damaged(path, "of another kind")
    if version != FORMAT and not outdated:
        raise OutdatedIndexError(
            f"The search index at {path} has version {version}, this program needs {FORMAT}; "
            "run: python -m dms index rebuild. Nothing was changed."
        )
    return path.with_name(file)


def write_alias(path: Path, database: Path, replace: bool = True) -> bool:
    """Let the alias name a database, at once and durably; tell whether it does (without `replace` the first wins)."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    text = json.dumps({"kind": _KIND, "format": FORMAT, "file": database.name})
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
            return True
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if path.exists():
            return False
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def remove(database: Path) -> None:
    """Remove a database and what SQLite keeps beside it; processes that still read it are not disturbed."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def remove_strays(path: Path) -> None:
    """Remove databases that no alias names and nobody has written to for a day: rebuilds that were cut off."""
    used = read_alias(path)
    for stray in path.parent.glob(f"{path.stem}-????????????{path.suffix or '.db'}"):
        if stray != used and time.time() - stray.stat().st_mtime > _DAY:
            remove(stray)
