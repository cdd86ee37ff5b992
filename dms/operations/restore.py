"""Restore (恢复): an empty data folder becomes what a backup holds, every byte checked, every original opened once."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.settings import SETTINGS_FILE, Settings
from dms.audit.service import record
from dms.kernel.catalog import open_database
from dms.kernel.clock import SystemClock
from dms.kernel.database import Database
from dms.kernel.errors import ConfigurationError, ConflictError, InvalidError
from dms.migrations import upgrade
from dms.operations import snapshot
from dms.operations.backup import CHECKSUMS, FACTS, FORMAT, MANIFEST, OBJECTS, sha256_of
from dms.operations.parallel import spread
from dms.operations.rows import STREAMED, TableDigest
from dms.originals.models import StoredObject
from dms.policy import Identity
from storage.ciphertext import stored
from storage.envelope import Envelope
from storage.folder import FolderStore
from storage.keys import confirm_keys
from storage.manifest import read_manifest
from storage.objects import ObjectExistsError, ObjectStore
from storage.open import open_keys, open_store
from storage.owned import OwnedStore
from storage.vault import Vault

PLACES = {"data", "catalog_url", "store_url", "index_url", "keys_url", "watch_folder"}
ASIDE = "guidang.from-backup.toml"
Progress = Callable[[str, int, int], None]


class BackupDamagedError(ConfigurationError):
    """The backup is not what was written; nothing was restored from it."""

    code = "backup_damaged"


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What came back, and what was proved of it."""

    objects: int
    verified: int
    migrated_from: str | None
    settings_aside: Path | None  # where the settings of the backup lie if they name places, None if they do not


def restore(
    source: Path, settings: Settings, identity: Identity, progress: Progress = lambda stage, done, total: None
) -> RestoreReport:  # fmt: skip
    """Make an archive from the backup in `source`: check, copy, put the catalog back, migrate, open every original.

    The log tells that it was done: deeds that followed the backup are not in it.

    Raises before anything is written: `BackupDamagedError`; `ConflictError` if the target is not empty;
    `KeysError` if the master keys of the settings are not those of the archive that was backed up.
    """
    facts = _manifest(source)
    _refuse_full(settings)
    store = open_store(settings.store_url)
    _refuse_held(settings, store)
    keys = open_keys(settings.keys_url)
    confirm_keys(keys, facts["instance"], facts["key_check"])
    check(source, progress)
    store = OwnedStore(store, facts["instance"])
    store.mark()
    vault = Vault(store, keys, facts["instance"])
    _copy_objects(source, vault.store, progress)
    aside = _copy_rules(source, settings.data)
    database = open_database(settings.catalog_url)
    try:
        snapshot.put_back(database, source / snapshot.NAME, _tables(facts), partial(progress, "catalog"))
        before = upgrade.current(database)
        upgrade.upgrade(database)
        verified = _verify(database, vault, progress)
        _require_all(verified, facts)
        _log_restore(database, settings, identity, source.name, verified)
    finally:
        database.close()
    return RestoreReport(facts["objects"], verified, before if before != upgrade.head() else None, aside)


def _require_all(verified: int, facts: dict[str, Any]) -> None:
    if verified != facts["objects"]:
        raise BackupDamagedError(
            "备份说有 %(said)s 个原件，恢复出 %(found)s 个。恢复的数据留在原处供检查，请改用另一份备份。",
            said=facts["objects"], found=verified,
        )  # fmt: skip


def _log_restore(database: Database, settings: Settings, identity: Identity, name: str, objects: int) -> None:
    with database.write() as session:
        record(
            session, SystemClock(settings.time_zone), identity, action="backup.restored", target=("backup", name),
            details={"objects": objects},
        )  # fmt: skip


def _manifest(source: Path) -> dict[str, Any]:
    path = source / FACTS
    if not path.is_file() or not (source / CHECKSUMS).is_file():
        raise InvalidError(
            "%(folder)s 不是一份完整的归档备份（缺 %(name)s）。", code="no_backup", folder=source, name=FACTS
        )
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if facts.get("format") != FORMAT:
        raise upgrade.NewerDataError(
            "这份备份的格式是 %(format)s，本程序只认得 %(known)s。请用写它的程序版本恢复。",
            format=facts.get("format"), known=FORMAT,
        )  # fmt: skip
    return facts


def _refuse_full(settings: Settings) -> None:
    if settings.data.exists() and any(settings.data.iterdir()):
        raise ConflictError(
            "%(folder)s 不是空的，没有恢复任何东西。请指定一个空文件夹（--data），现有数据不会被覆盖。",
            code="not_empty", folder=settings.data,
        )  # fmt: skip


def _refuse_held(settings: Settings, store: ObjectStore) -> None:
    """Refuse a catalog on a server, or a store, that holds something already."""
    snapshot.require_empty(settings.catalog_url)
    if next(iter(store.names()), None) is not None:
        raise ConflictError("目标原件库里已有同名对象，没有恢复目录。请指定空的原件库。", code="not_empty")


def _tables(facts: dict[str, Any]) -> snapshot.Digests | None:
    """Return the digests that the backup noted; earlier ones noted none."""
    noted = facts.get("tables")
    return {name: TableDigest(**values) for name, values in noted.items()} if noted else None


def check(source: Path, progress: Progress = lambda stage, done, total: None) -> int:
    """Compare every file of a backup with its checksum; return their number. Raises `BackupDamagedError`."""
    total = sum(1 for _ in _checksums(source))
    for number, (name, expected) in enumerate(_checksums(source), 1):
        path = source / name
        if not path.is_file() or sha256_of(path) != expected:
            raise BackupDamagedError("备份中的 %(name)s 缺失或已损坏，没有恢复任何东西。请改用另一份备份。", name=name)
        progress("check", number, total)
    if sum(path.is_file() for path in source.rglob("*")) != total + 1:
        raise BackupDamagedError("备份里多出了不属于它的文件 %(name)s，没有恢复任何东西。", name=_stranger(source))
    return total


def _stranger(source: Path) -> str:
    listed = {CHECKSUMS, *(name for name, _ in _checksums(source))}
    present = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    return min(present - listed, default="?")


def _checksums(source: Path) -> Iterator[tuple[str, str]]:
    with (source / CHECKSUMS).open(encoding="utf-8") as lines:
        for line in lines:
            digest, _, name = line.rstrip("\n").partition("  ")
            yield name, digest


def _copy_objects(source: Path, store: ObjectStore, progress: Progress) -> None:
    backed_up = FolderStore(source / OBJECTS)
    total = sum(1 for _ in _envelopes(source))

    def put(envelope: Envelope) -> None:
        try:
            store.put(envelope.name, stored(backed_up, envelope))
        except ObjectExistsError as error:
            raise ConflictError(
                "目标原件库里已有同名对象，没有恢复目录。请指定空的原件库。", code="not_empty"
            ) from error

    for number, _ in enumerate(spread(put, _envelopes(source)), 1):
        progress("copy", number, total)


def _envelopes(source: Path) -> Iterator[Envelope]:
    with (source / MANIFEST).open(encoding="utf-8") as lines:
        yield from read_manifest(lines)


def _copy_rules(source: Path, data: Path) -> Path | None:
    """Copy rules and settings; those that name places would open the old ones: put them aside, return where."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (source / "rulebook").is_dir():
        shutil.copytree(source / "rulebook", data / "rulebook")
    settings = source / SETTINGS_FILE
    if not settings.is_file():
        return None
    places = PLACES & tomllib.loads(settings.read_text(encoding="utf-8")).keys()
    target = data / (ASIDE if places else SETTINGS_FILE)
    shutil.copyfile(settings, target)
    target.chmod(0o600)
    return target if places else None


def _verify(database: Database, vault: Vault, progress: Progress) -> int:
    """Open every original of the restored catalog once; return their number."""
    with snapshot.steady(database) as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(StoredObject)) or 0
        rows = connection.execute(sa.select(StoredObject.envelope), execution_options=STREAMED)
        envelopes = (Envelope.from_json(row.envelope) for row in rows)
        for number, _ in enumerate(spread(vault.verify, envelopes), 1):
            progress("verify", number, total)
    return total
