"""Doctor (体检): says in words what is missing or wrong on this machine, and what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from config.redaction import without_secrets
from config.settings import Settings
from dms import db, moving
from dms.catalog import open_database
from dms.documents.store import SENTENCES, in_words, recognise
from dms.errors import ConfigurationError, DmsError
from dms.jobs import broker
from dms.keyring import key_path, open_own_keys
from dms.migrations import upgrade
from dms.retrieval.condition import condition
from dms.retrieval.problems import explained
from ingest.sandbox import probe
from search.index import SearchError
from search.open import open_index
from storage.objects import ObjectStore, Powers, StorageError
from storage.open import open_keys, open_store
from storage.owned import OwnedStore, owner_of

OLDEST_SQLITE = (3, 43)  # contentless_delete of FTS5
LEAST_FREE = 2 << 30
PACKAGES = ("config", "dms", "ingest", "search", "storage")


class State(StrEnum):
    """How serious a finding is; FAILED makes the command exit non-zero."""

    GOOD = "good"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one part, with what to do where something is to be done."""

    part: str
    state: State
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for each part, in the order in which a person would mend them."""
    for check in CHECKS:
        yield from check(settings)


def _python(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Finding(
        "Python", State.GOOD if good else State.FAILED, f"{version}" + ("" if good else "，需要 3.11 到 3.13")
    )


def _sqlite(_settings: Settings) -> Iterator[Finding]:
    module = db.sqlite_module()
    version = module.sqlite_version
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        yield Finding("SQLite", State.FAILED, f"{version} 太旧：请在 .venv 里安装 pysqlite3（./run 会自动安装）")
    else:
        yield Finding("SQLite", State.GOOD, f"{version}（{module.__name__.split('.')[0]}）")


def _models(_settings: Settings) -> Iterator[Finding]:
    found = importlib.util.find_spec("rapidocr")
    folder = Path(str(found.origin)).parent if found and found.origin else None
    models = sorted(folder.rglob("*.onnx")) if folder else []
    if not models:
        yield Finding("识别模型", State.FAILED, "没有找到 PP-OCR 模型文件：请删除 .venv 后重新运行 ./run")
    else:
        yield Finding("识别模型", State.GOOD, "、".join(path.stem for path in models))


def _fonts(_settings: Settings) -> Iterator[Finding]:
    from ingest.specimens.fonts import FontMissingError, find_font

    try:
        yield Finding("字体", State.GOOD, find_font("sans").name)
    except FontMissingError as error:
        yield Finding("字体", State.WARNING, f"{error}")


def _sandbox(settings: Settings) -> Iterator[Finding]:
    report = probe()
    missing = "、".join(report.missing)
    if report.level == "full":
        yield Finding("解析沙箱", State.GOOD, "完整：限额、系统调用白名单、文件隔离都有效")
    elif settings.sandbox_consent:
        yield Finding("解析沙箱", State.WARNING, f"不完整（缺 {missing}），设置中已同意在此情况下读取外来文件")
    else:
        yield Finding(
            "解析沙箱", State.FAILED,
            f"不完整（{report.level}，缺 {missing}）：外来文件不会被读取。换用较新的 Linux 内核，"
            "或在设置中写 sandbox_consent = true",
        )  # fmt: skip


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / (1 << 30):.1f} GiB 可用（{folder}）"
    yield Finding(
        "磁盘",
        State.GOOD if free >= LEAST_FREE else State.FAILED,
        text + ("" if free >= LEAST_FREE else "，至少要 2 GiB：请清理或换盘"),
    )


def _clock(settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    latest = max((path.stat().st_mtime for path in settings.data.glob("*")), default=0.0)
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < built or now.timestamp() + 300 < latest:
        yield Finding("时钟", State.FAILED, f"本机时间 {now:%Y-%m-%d %H:%M} UTC 早于已有数据：请校准系统时间")
    else:
        yield Finding("时钟", State.GOOD, f"{now:%Y-%m-%d %H:%M} UTC，档案所在时区 {settings.time_zone}")


def _key_file(settings: Settings) -> Iterator[Finding]:
    url = urlsplit(settings.keys_url)
    if url.scheme != "keyfile":
        return
    path = Path(url.path)
    if not path.exists():
        first = not settings.data.exists()
        text = (
            "还没有，首次启动时生成"
            if first
            else f"找不到 {path}：没有它，已有原件都打不开。请从恢复单恢复（python -m dms keys recover）"
        )
        yield Finding("密钥文件", State.GOOD if first else State.FAILED, text)
    elif stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("密钥文件", State.FAILED, f"{path} 别人也能读：chmod 600 {path}")
    elif path.resolve().is_relative_to(settings.data.resolve()):
        yield Finding(
            "密钥文件", State.FAILED, f"{path} 放在数据文件夹里：备份和盗走数据的人会一并得到钥匙，请移到别处"
        )
    else:
        yield Finding("密钥文件", State.GOOD, f"{path}")


def _names(_settings: Settings) -> Iterator[Finding]:
    owners = importlib.metadata.packages_distributions()
    clashes = {name: set(owners.get(name, ())) - {"guidang"} for name in PACKAGES}
    for name, others in clashes.items():
        if others:
            yield Finding(
                "包名冲突", State.FAILED, f"{name} 也由 {'、'.join(sorted(others))} 提供：请在独立的 .venv 中运行"
            )
    if not any(clashes.values()):
        yield Finding("包名", State.GOOD, "没有冲突")


def _catalog(settings: Settings) -> Iterator[Finding]:
    yield _reach("目录库", lambda: _catalog_state(settings), settings.catalog_url)


def _catalog_state(settings: Settings) -> str:
    database = open_database(settings.catalog_url)
    try:
        if not _exists(database):
            return "还没有，首次启动时建立"
        if not upgrade.is_current(database):
            return f"版本 {upgrade.current(database)}，程序需要 {upgrade.head()}：启动前请运行 python -m dms upgrade"
        moving.require_living(database)
        return f"版本 {upgrade.head()}{_server_of(database)}"
    finally:
        database.close()


def _server_of(database: db.Database) -> str:
    if database.is_sqlite:
        return ""
    with database.engine.connect() as connection:
        version = connection.scalar(sa.text("SHOW server_version"))
        secured = connection.scalar(sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    return f"，PostgreSQL {version}，连接{'已加密' if secured else '没有加密'}"


def _exists(database: db.Database) -> bool:
    return not database.is_sqlite or Path(str(database.url.database)).exists()


def _carrier(settings: Settings) -> Iterator[Finding]:
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
    instance, marked = _known_store(settings, store)
    if instance is None and (owner := owner_of(store)):
        return f"属于档案 {owner}"
    if instance is not None and marked:
        OwnedStore(store, instance).mark()  # refused, unless the store overwrites or may not be written
    return "、".join(_powers(store.probe(), marked))


def _known_store(settings: Settings, store: ObjectStore) -> tuple[str | None, bool]:
    """Return our archive's id, None where there is none yet, and whether the store bears its mark."""
    database = db.Database(settings.catalog_url)
    try:
        if not _exists(database) or not upgrade.is_current(database):
            return None, False
        with database.read() as session:
            fact = session.get_one(db.ArchiveFact, "instance")
        return fact.value, recognise(store, database, fact.value, settings.store_url)
    finally:
        database.close()


def _powers(powers: Powers, marked: bool) -> Iterator[str]:
    if powers.retains:
        raise ConfigurationError(SENTENCES["store_retains"], code="store_retains")
    yield "可读可写"
    yield "是这个档案的" if marked else "还没有标记，下次启动时标记为这个档案的"
    if not powers.deletes:
        yield "这对密钥不能删除（网页和读取进程就该这样，打扫进程要能删）"
    if powers.keeps_versions:
        yield "桶保留旧版本，删除时连旧版本一起删"


def _keys(settings: Settings) -> Iterator[Finding]:
    path = key_path(settings)
    if path is None or path.exists():  # a missing file was named already
        yield _reach("主密钥", lambda: _keys_state(settings), settings.keys_url)


def _keys_state(settings: Settings) -> str:
    database = db.Database(settings.catalog_url)
    try:
        if not _exists(database) or not upgrade.is_current(database):
            return open_keys(settings.keys_url).current
        return f"{open_own_keys(settings, database)[0].current}，是这个档案的"
    except sa.exc.SQLAlchemyError:
        return f"{open_keys(settings.keys_url).current}；目录库打不开，没有核对是不是这个档案的"
    finally:
        database.close()


def _index(settings: Settings) -> Iterator[Finding]:
    yield _reach("检索索引", lambda: condition(open_index(settings.index_url)), settings.index_url)


def _reach(part: str, look: Callable[[], str], url: str) -> Finding:
    try:
        return Finding(part, State.GOOD, look())
    except StorageError as error:
        return _unreached(part, url, f"{in_words(error)} [{error.code}]")
    except DmsError as error:
        return _unreached(part, url, f"{error} [{error.code}]")
    except SearchError as error:
        return _unreached(part, url, f"{explained(error)} [{error.code}]")
    except (sa.exc.SQLAlchemyError, OSError) as error:
        return _unreached(part, url, str(error).splitlines()[0])


def _unreached(part: str, url: str, reason: str) -> Finding:
    return Finding(part, State.FAILED, without_secrets(f"{url} 打不开：{reason}"))


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python, _names, _sqlite, _models, _fonts, _sandbox, _disk, _clock, _key_file, _keys, _catalog, _carrier,
    check_store, _index,
)  # fmt: skip
