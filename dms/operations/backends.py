"""The doctor's look at what an archive stands on: master keys, catalog, carrier, store of originals and index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from config.redaction import without_secrets
from config.settings import Settings
from dms.jobs import broker
from dms.kernel import catalog, moving
from dms.kernel import database as db
from dms.kernel.errors import ConfigurationError, DmsError
from dms.kernel.keyring import key_path, open_own_keys
from dms.kernel.outages import SENTENCES, CatalogError, CatalogUnavailableError, explained
from dms.migrations import upgrade
from dms.operations.findings import Finding, State
from dms.originals.store import recognise
from dms.retrieval.condition import condition
from dms.retrieval.projection import expected
from search.index import SearchError
from search.open import open_index
from storage.objects import ObjectStore, Powers, StorageError
from storage.open import open_keys, open_store
from storage.owned import OwnedStore, owner_of

UNKNOWN = "目录库打不开，没有核对%s"


@contextmanager
def _current(settings: Settings) -> Iterator[db.Database | None]:
    """Yield the catalog, None where there is none yet that this program can read.

    Raises `CatalogError`, `CatalogUnavailableError`.
    """
    with closing(catalog.open_database(settings.catalog_url)) as database, catalog.in_words():
        yield database if _exists(database) and upgrade.is_current(database) else None


def _exists(database: db.Database) -> bool:
    return not database.is_sqlite or Path(str(database.url.database)).exists()


def check_catalog(settings: Settings) -> Iterator[Finding]:
    """Yield whether the catalog can be used, and its version."""
    yield _reach("目录库", lambda: _catalog_state(settings), settings.catalog_url)


def _catalog_state(settings: Settings) -> str:
    with closing(catalog.open_database(settings.catalog_url)) as database, catalog.in_words():
        if not _exists(database):
            return "还没有，首次启动时建立"
        if not upgrade.is_current(database):
            return f"版本 {upgrade.current(database)}，程序需要 {upgrade.head()}：启动前请运行 python -m dms upgrade"
        moving.require_living(database)
        return f"版本 {upgrade.head()}{_server_of(database)}"


def _server_of(database: db.Database) -> str:
    if database.is_sqlite:
        return ""
    with database.engine.connect() as connection:
        version = connection.scalar(sa.text("SHOW server_version"))
        secured = connection.scalar(sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    return f"，PostgreSQL {version}，连接{'已加密' if secured else '没有加密'}"


def check_carrier(settings: Settings) -> Iterator[Finding]:
    """Yield whether the broker answers, where there is one."""
    if settings.carrier_url:
        yield _reach("任务消息", lambda: _answers(settings.carrier_url), settings.carrier_url)


def _answers(url: str) -> str:
    broker.require_answer(url)
    return "有应答"


def check_store(settings: Settings) -> Iterator[Finding]:
    """Yield what is to be said of the store of originals; it is written to and read from, and left as it was."""
    yield _reach("原件库", lambda: _store_state(settings), settings.store_url)


def _store_state(settings: Settings) -> str:
    store = open_store(settings.store_url)
    try:
        instance, marked = _known_store(settings, store)
    except (CatalogError, CatalogUnavailableError):
        return "、".join((*_powers(store.probe()), UNKNOWN % "是不是这个档案的"))
    if instance is None and (owner := owner_of(store)):
        return f"属于档案 {owner}"
    if instance is not None and marked:
        OwnedStore(store, instance).mark()  # refused, unless the store overwrites or may not be written
    mark = "是这个档案的" if marked else "还没有标记，下次启动时标记为这个档案的"
    return "、".join((*_powers(store.probe()), mark))


def _known_store(settings: Settings, store: ObjectStore) -> tuple[str | None, bool]:
    """Return our archive's id, None where there is none yet, and whether the store bears its mark."""
    with _current(settings) as database:
        if database is None:
            return None, False
        with database.read() as session:
            fact = session.get_one(db.ArchiveFact, "instance")
        return fact.value, recognise(store, database, fact.value, settings.store_url)


def _powers(powers: Powers) -> Iterator[str]:
    if powers.retains:
        raise ConfigurationError(SENTENCES["store_retains"], code="store_retains")
    yield "可读可写"
    if not powers.deletes:
        yield "这对密钥不能删除（网页和读取进程就该这样，打扫进程要能删）"
    if powers.keeps_versions:
        yield "桶保留旧版本，删除时连旧版本一起删"


def check_keys(settings: Settings) -> Iterator[Finding]:
    """Yield whether the master keys open this archive."""
    path = key_path(settings)
    if path is None or path.exists():  # a missing file was named already
        yield _reach("主密钥", lambda: _keys_state(settings), settings.keys_url)


def _keys_state(settings: Settings) -> str:
    try:
        with _current(settings) as database:
            if database is None:
                return open_keys(settings.keys_url).current
            return f"{open_own_keys(settings, database)[0].current}，是这个档案的"
    except (CatalogError, CatalogUnavailableError):
        return f"{open_keys(settings.keys_url).current}；{UNKNOWN % '是不是这个档案的'}"


def check_index(settings: Settings) -> Iterator[Finding]:
    """Yield whether the index can be used and holds what the catalog says."""
    yield _reach("检索索引", lambda: _index_state(settings), settings.index_url)


def _index_state(settings: Settings) -> str:
    index = open_index(settings.index_url)
    try:
        with _current(settings) as database:
            wanted = expected(database) if database else 0
    except (CatalogError, CatalogUnavailableError):
        return f"{condition(index)}，{UNKNOWN % '件数'}"
    return condition(index, wanted)


def _reach(part: str, look: Callable[[], str], url: str) -> Finding:
    try:
        return Finding(part, State.GOOD, look())
    except (StorageError, SearchError) as error:
        return _unreached(part, url, f"{explained(error)} [{error.code}]")
    except DmsError as error:
        return _unreached(part, url, f"{error} [{error.code}]")
    except (sa.exc.SQLAlchemyError, OSError) as error:
        return _unreached(part, url, str(error).splitlines()[0])


def _unreached(part: str, url: str, reason: str) -> Finding:
    return Finding(part, State.FAILED, without_secrets(f"{url} 打不开：{reason}"))
