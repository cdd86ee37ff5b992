"""The two ends of a move: a stopped archive with its keys, and the place of the settings that it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from config.redaction import without_secrets
from config.settings import Settings
from dms.kernel.archive import Archive
from dms.kernel.catalog import open_database
from dms.kernel.database import ArchiveFact, Database, sqlite_module
from dms.kernel.errors import ConflictError, InvalidError
from dms.kernel.lock import FolderLock
from storage.keys import KeyProvider, confirm_keys
from storage.objects import ObjectStore
from storage.open import open_keys, open_store
from storage.owned import OwnedStore
from storage.vault import Vault

Progress = Callable[[str, int, int], None]  # (stage, done, total)
OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
    "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the archive is, and where it goes. `vault` writes only to a store that is marked as this archive's."""

    source: Archive
    settings: Settings  # the target's, as all below
    catalog: Database
    store: ObjectStore
    vault: Vault

    @property
    def here(self) -> str:
        """The catalog that is left, as it may be shown."""
        return without_secrets(self.source.settings.catalog_url)

    @property
    def there(self) -> str:
        """The catalog of the target, as it may be shown."""
        return without_secrets(self.settings.catalog_url)


@contextmanager
def opened(archive: Archive, target: Settings) -> Iterator[Ends]:
    """Hold both ends for the time of the move. Nothing is written yet but an empty data folder."""
    if archive.db.url == sa.engine.make_url(target.catalog_url):
        raise InvalidError("--to 的设置里目录库就是现在这一个，没有什么可搬，也没有改动。", code="move_same_place")
    keys = _keys(archive, target)
    target.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        for folder in {archive.data.resolve(), target.data.resolve()}:
            stack.enter_context(FolderLock(folder)).tell("migrate-backend")
        _require_stopped(archive.db)
        catalog = open_database(target.catalog_url)
        stack.callback(catalog.close)
        store, instance = open_store(target.store_url), archive.vault.instance
        yield Ends(archive, target, catalog, store, Vault(OwnedStore(store, instance), keys, instance))


def _keys(archive: Archive, target: Settings) -> KeyProvider:
    """Return the target's master keys. Raises `KeysError` unless they are all that the archive uses."""
    keys = open_keys(target.keys_url)
    with archive.db.read() as session:
        check = session.get_one(ArchiveFact, "key_check").value
    confirm_keys(keys, archive.vault.instance, check)
    if missing := set(archive.vault.keys.ids()) - set(keys.ids()):
        raise ConflictError(
            "--to 的设置所指的主密钥缺少 %(keys)s，有些原件在那边会打不开，没有搬。请用这个档案现在的密钥文件。",
            code="move_keys", keys="、".join(sorted(missing)),
        )  # fmt: skip
    return keys


def _require_stopped(database: Database) -> None:
    """Raise `ConflictError` while any other process has the catalog open, served from this folder or not."""
    database.engine.dispose()  # our own idle connections are not others
    if _alone_in_file(database) if database.is_sqlite else _alone_on_server(database):
        return
    raise ConflictError(
        "目录库还被别的进程打开着，没有开始搬，也没有改动。请先停掉所有机器上的网页、读取和维护进程，再运行一次。",
        code="move_in_use",
    )


def _alone_on_server(database: Database) -> bool:
    with database.engine.connect() as connection:
        return not connection.scalar(OTHERS)


def _alone_in_file(database: Database) -> bool:
    sqlite = sqlite_module()
    with closing(sqlite.connect(str(database.url.database), timeout=1)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        try:
            connection.execute("SELECT count(*) FROM archive_fact").fetchone()  # takes the lock of this mode
        except sqlite.OperationalError:
            return False
    return True
