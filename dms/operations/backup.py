"""Backup (备份): catalog snapshot, encrypted originals, key manifest, rules and the recovery script, with checksums."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import sqlalchemy as sa

from dms.archive import Archive
from dms.audit.service import record
from dms.db import ArchiveFact
from dms.documents.models import StoredObject
from dms.errors import InvalidError
from dms.migrations.upgrade import head
from dms.operations import snapshot
from dms.policy import Action, Identity
from storage.envelope import Envelope
from storage.manifest import write_manifest
from storage.objects import ObjectStore

FORMAT = "guidang-backup-1"
CHECKSUMS = "manifest-sha256.txt"
FACTS = "backup.json"
BLOCK = 1 << 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds."""

    folder: Path
    objects: int
    copied: int  # objects that an earlier backup in the same place did not hold yet
    bytes: int


def backup(
    archive: Archive, identity: Identity, target: Path, progress: Progress = lambda done, total: None
) -> BackupReport:
    """Write a complete backup into `target`/<moment>; return what it holds.

    The master keys are left out on purpose: whoever finds the backup cannot read it. Objects never change, so those
    that an earlier backup in `target` holds are linked instead of copied again.
    """
    archive.policy.require(identity, Action.BACKUP_RUN)
    folder = _new_folder(archive, target)
    snapshot.take(archive.db, folder)
    count, copied, size = _copy_objects(archive, folder, _previous(target, folder), progress)
    _copy_rules(archive, folder)
    _write_facts(archive, folder, count)
    _write_checksums(folder)
    folder = folder.rename(folder.with_name(folder.name.removesuffix(".partial")))
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="backup.made", target=("backup", folder.name),
            details={"objects": count, "bytes": size},
        )  # fmt: skip
    return BackupReport(folder, count, copied, size)


def _new_folder(archive: Archive, target: Path) -> Path:
    if target.resolve().is_relative_to(archive.data.resolve()):
        raise InvalidError(
            "备份不能放在数据文件夹里面：磁盘坏了两者会一起丢失。请选另一块盘。", code="backup_inside_data"
        )
    folder = target / f"guidang-{archive.clock.now():%Y%m%dT%H%M%S.%fZ}.partial"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _previous(target: Path, folder: Path) -> Path | None:
    earlier = sorted(path for path in target.glob("guidang-*") if (path / CHECKSUMS).exists() and path != folder)
    return earlier[-1] if earlier else None


def _envelopes(archive: Archive) -> Iterator[Envelope]:
    last = ""
    while True:
        with archive.db.read() as session:
            rows = session.execute(
                sa.select(StoredObject.id, StoredObject.envelope)
                .where(StoredObject.id > last).order_by(StoredObject.id).limit(1000)
            ).all()  # fmt: skip
        if not rows:
            return
        for row in rows:
            yield Envelope.from_json(row.envelope)
        last = rows[-1].id


def _copy_objects(
    archive: Archive, folder: Path, previous: Path | None, progress: Progress
) -> tuple[int, int, int]:  # fmt: skip
    with archive.db.read() as session:
        total = session.scalar(sa.select(sa.func.count()).select_from(StoredObject)) or 0
    count = copied = size = 0
    with (folder / "keys.jsonl").open("w", encoding="utf-8") as manifest:
        for envelope in _envelopes(archive):
            write_manifest([envelope], manifest)
            target = folder / "objects" / envelope.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _linked(previous, envelope.name, target):
                _copy(archive.vault.store, envelope.name, target)
                copied += 1
            count, size = count + 1, size + target.stat().st_size
            progress(count, total)
    return count, copied, size


def _linked(previous: Path | None, name: str, target: Path) -> bool:
    earlier = previous / "objects" / name if previous else None
    if earlier is None or not earlier.exists():
        return False
    try:
        os.link(earlier, target)
    except OSError:  # another file system, or one without links: copy
        return False
    return True


def _copy(store: ObjectStore, name: str, target: Path) -> None:
    with store.open(name) as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy, BLOCK)
        copy.flush()
        os.fsync(copy.fileno())


def _copy_rules(archive: Archive, folder: Path) -> None:
    overlay = archive.data / "rulebook"
    if overlay.is_dir():
        shutil.copytree(overlay, folder / "rulebook")
    settings = archive.data / "guidang.toml"
    if settings.is_file():
        shutil.copyfile(settings, folder / settings.name)
    (folder / "recover.py").write_bytes(files("storage").joinpath("recover.py").read_bytes())


def _write_facts(archive: Archive, folder: Path, objects: int) -> None:
    with archive.db.read() as session:
        known = {fact.name: fact.value for fact in session.scalars(sa.select(ArchiveFact))}
    facts = {
        "instance": known["instance"], "key_check": known["key_check"], "format": FORMAT,
        "revision": head(), "objects": objects, "made_at": archive.clock.now().isoformat(),
        "archive": archive.settings.archive_name, "keys": list(archive.vault.keys.ids()),
    }  # fmt: skip
    (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _write_checksums(folder: Path) -> None:
    names = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in names]
    with (folder / CHECKSUMS).open("w", encoding="utf-8") as handle:
        handle.writelines(lines)
        handle.flush()
        os.fsync(handle.fileno())
