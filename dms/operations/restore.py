"""Restore (恢复): an empty data folder becomes what a backup holds, every byte checked, every original opened once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.settings import Settings
from dms.db import Database
from dms.documents.models import StoredObject
from dms.errors import ConfigurationError, ConflictError, InvalidError
from dms.migrations import upgrade
from dms.operations import snapshot
from dms.operations.backup import BLOCK, CHECKSUMS, FACTS, FORMAT, sha256_of
from storage.envelope import Envelope
from storage.keys import confirm_keys
from storage.objects import ObjectExistsError, ObjectStore
from storage.open import open_keys, open_store
from storage.owned import OwnedStore
from storage.vault import Vault

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


def restore(
    source: Path, settings: Settings, progress: Progress = lambda stage, done, total: None
) -> RestoreReport:  # fmt: skip
    """Make an archive from the backup in `source`: check, copy, put the catalog back, migrate, open every original.

    Raises before anything is written: `BackupDamagedError`; `ConflictError` if the target is not empty;
    `KeysError` if the master keys of the settings are not those of the archive that was backed up.
    """
    facts = _facts(source)
    _refuse_full(settings)
    keys = open_keys(settings.keys_url)
    confirm_keys(keys, facts["instance"], facts["key_check"])
    check(source, progress)
    store = OwnedStore(open_store(settings.store_url), facts["instance"])
    store.mark()
    vault = Vault(store, keys, facts["instance"])
    _copy_objects(source, vault.store, progress)
    _copy_rules(source, settings.data)
    database = Database(settings.catalog_url)
    try:
        snapshot.put_back(database, source / _catalog_name(database))
        before = upgrade.current(database)
        upgrade.upgrade(database)
        verified = _verify(database, vault, progress)
    finally:
        database.close()
    if verified != facts["objects"]:
        raise BackupDamagedError(
            "备份说有 %(said)s 个原件，恢复出 %(found)s 个。恢复的数据留在原处供检查，请改用另一份备份。",
            said=facts["objects"], found=verified,
        )  # fmt: skip
    return RestoreReport(facts["objects"], verified, before if before != upgrade.head() else None)


def _facts(source: Path) -> dict[str, Any]:
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


def check(source: Path, progress: Progress = lambda stage, done, total: None) -> int:
    """Compare every file of a backup with its checksum; return their number. Raises `BackupDamagedError`."""
    listed = dict(_checksums(source))
    present = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()} - {CHECKSUMS}
    for number, (name, expected) in enumerate(listed.items(), 1):
        if name not in present or sha256_of(source / name) != expected:
            raise BackupDamagedError("备份中的 %(name)s 缺失或已损坏，没有恢复任何东西。请改用另一份备份。", name=name)
        progress("check", number, len(listed))
    if strangers := present - listed.keys():
        raise BackupDamagedError("备份里多出了不属于它的文件 %(name)s，没有恢复任何东西。", name=min(strangers))
    return len(listed)


def _checksums(source: Path) -> Iterator[tuple[str, str]]:
    for line in (source / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _copy_objects(source: Path, store: ObjectStore, progress: Progress) -> None:
    folder = source / "objects"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for number, path in enumerate(paths, 1):
        with path.open("rb") as handle:
            try:
                store.put(path.relative_to(folder).as_posix(), iter(lambda: handle.read(BLOCK), b""))
            except ObjectExistsError as error:
                raise ConflictError(
                    "目标原件库里已有同名对象，没有恢复目录。请指定空的原件库。", code="not_empty"
                ) from error
        progress("copy", number, len(paths))


def _copy_rules(source: Path, data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (source / "rulebook").is_dir():
        shutil.copytree(source / "rulebook", data / "rulebook")
    if (source / "guidang.toml").is_file():
        shutil.copyfile(source / "guidang.toml", data / "guidang.toml")


def _catalog_name(database: Database) -> str:
    return snapshot.SQLITE_NAME if database.is_sqlite else snapshot.POSTGRES_NAME


def _verify(database: Database, vault: Vault, progress: Progress) -> int:
    with database.read() as session:
        envelopes = list(session.scalars(sa.select(StoredObject.envelope)))
    for number, envelope in enumerate(envelopes, 1):
        vault.verify(Envelope.from_json(envelope))
        progress("verify", number, len(envelopes))
    return len(envelopes)
