"""Backup (备份): catalog snapshot, encrypted originals, key manifest, rules and the recovery script, with checksums."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.database import ArchiveFact
from dms.kernel.errors import ConflictError, InvalidError, UnavailableError
from dms.migrations.upgrade import head
from dms.operations import snapshot
from dms.operations.actions import BACKUP_RUN
from dms.operations.parallel import spread
from dms.originals.models import StoredObject
from dms.policy import Identity
from storage.ciphertext import stored
from storage.envelope import Envelope
from storage.manifest import write_manifest
from storage.objects import DamagedObjectError, ObjectNotFoundError, ObjectStore

FORMAT = "guidang-backup-1"
CHECKSUMS = "manifest-sha256.txt"
FACTS = "backup.json"
OBJECTS = "objects"
MANIFEST = "keys.jsonl"
STEP = 1000
Progress = Callable[[str, int, int], None]  # (stage, done, total); the stages are catalog (rows) and copy (objects)


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds."""

    folder: Path
    objects: int
    copied: int  # objects that an earlier backup in the same place did not hold yet
    bytes: int


def backup(
    archive: Archive, identity: Identity, target: Path, progress: Progress = lambda stage, done, total: None
) -> BackupReport:
    """Write a complete backup into `target`/<moment>; return what it holds. Memory stays flat, whatever the size.

    The master keys are left out on purpose: whoever finds the backup cannot read it. Every object is compared with its
    envelope. Objects never change, so those that an earlier backup in `target` holds are linked instead of copied.
    """
    archive.policy.require(identity, BACKUP_RUN)
    with _explained(target):
        folder = _new_folder(archive, target)
        file, tables = snapshot.take(archive.db, folder, partial(progress, "catalog"))
        with (folder / CHECKSUMS).open("w", encoding="utf-8") as checksums:
            count, copied, size = _copy_objects(archive, file, _previous(target), checksums, progress)
            _copy_rules(archive, folder)
            _write_manifest(archive, folder, count, tables)
            _write_checksums(folder, checksums)
        folder = folder.rename(folder.with_name(folder.name.removesuffix(".partial")))
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="backup.made", target=("backup", folder.name),
            details={"objects": count, "bytes": size},
        )  # fmt: skip
    return BackupReport(folder, count, copied, size)


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Say in words what the disk of the backup, or an original, does not allow."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            "备份没有写完：%(target)s 不能写（%(reason)s）。档案没有受影响；请腾出空间或换一块盘，再运行一次。",
            code="backup_target", target=target, reason=error.strerror or type(error).__name__,
        ) from error  # fmt: skip
    except (DamagedObjectError, ObjectNotFoundError) as error:
        raise ConflictError(
            "备份没有写完，有一个原件与目录不符：%(reason)s 若它刚被销毁，再运行一次即可；"
            "否则请先从早先的备份里找回它。早先的备份都还在。",
            code="backup_object", reason=error,
        ) from error  # fmt: skip


def _new_folder(archive: Archive, target: Path) -> Path:
    if target.resolve().is_relative_to(archive.data.resolve()):
        raise InvalidError(
            "备份不能放在数据文件夹里面：磁盘坏了两者会一起丢失。请选另一块盘。", code="backup_inside_data"
        )
    folder = target / f"guidang-{archive.clock.now():%Y%m%dT%H%M%S.%fZ}.partial"
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _previous(target: Path) -> Path | None:
    whole = [path for path in target.glob("guidang-*") if path.suffix != ".partial" and (path / CHECKSUMS).exists()]
    return max(whole, default=None)


def _envelopes(file: Path) -> Iterator[Envelope]:
    """Yield the envelopes of a snapshot: what came after it is for the next backup."""
    with snapshot.opened(file) as connection:
        rows = connection.execute(sa.select(StoredObject.envelope).order_by(StoredObject.id))
        for row in rows.yield_per(STEP):
            yield Envelope.from_json(row.envelope)


def _count(file: Path) -> int:
    with snapshot.opened(file) as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(StoredObject)) or 0


def _copy_objects(
    archive: Archive, file: Path, previous: Path | None, checksums: TextIO, progress: Progress
) -> tuple[int, int, int]:
    folder, total = file.parent, _count(file)
    count = copied = size = 0

    def keep(envelope: Envelope) -> tuple[Envelope, bool]:
        return envelope, _keep(archive.vault.store, envelope, previous, folder)

    with (folder / MANIFEST).open("w", encoding="utf-8") as manifest:
        for envelope, is_copied in spread(keep, _envelopes(file)):
            write_manifest([envelope], manifest)
            checksums.write(_line(envelope.cipher_sha256, f"{OBJECTS}/{envelope.name}"))
            count, copied, size = count + 1, copied + is_copied, size + envelope.cipher_length
            progress("copy", count, total)
    return count, copied, size


def _keep(store: ObjectStore, envelope: Envelope, previous: Path | None, folder: Path) -> bool:
    """Have the object in the backup, proven; tell whether it had to be copied."""
    target = folder / OBJECTS / envelope.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if _linked(previous, envelope, target):
        return False
    with target.open("xb") as copy:
        for block in stored(store, envelope):
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    return True


def _linked(previous: Path | None, envelope: Envelope, target: Path) -> bool:
    earlier = previous / OBJECTS / envelope.name if previous else None
    if earlier is None or not earlier.exists() or sha256_of(earlier) != envelope.cipher_sha256:
        return False
    try:
        os.link(earlier, target)
    except OSError:  # another file system, or one without links: copy
        return False
    return True


def _copy_rules(archive: Archive, folder: Path) -> None:
    overlay = archive.data / "rulebook"
    if overlay.is_dir():
        shutil.copytree(overlay, folder / "rulebook")
    settings = archive.data / "guidang.toml"
    if settings.is_file():
        shutil.copyfile(settings, folder / settings.name)
    (folder / "recover.py").write_bytes(files("storage").joinpath("recover.py").read_bytes())


def _write_manifest(archive: Archive, folder: Path, objects: int, tables: snapshot.Digests) -> None:
    with archive.db.read() as session:
        known = {fact.name: fact.value for fact in session.scalars(sa.select(ArchiveFact))}
    facts = {
        "instance": known["instance"], "key_check": known["key_check"], "format": FORMAT,
        "revision": head(), "objects": objects, "made_at": archive.clock.now().isoformat(),
        "archive": archive.settings.archive_name, "keys": list(archive.vault.keys.ids()),
        "tables": {name: asdict(digest) for name, digest in tables.items()},
    }  # fmt: skip
    (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _line(digest: str, name: str) -> str:
    return f"{digest}  {name}\n"


def _write_checksums(folder: Path, checksums: TextIO) -> None:
    """Add every file but the objects, whose lines are there already, and make the list durable."""
    for top in sorted(folder.iterdir()):
        if top.name in (OBJECTS, CHECKSUMS):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                checksums.write(_line(sha256_of(path), path.relative_to(folder).as_posix()))
    checksums.flush()
    os.fsync(checksums.fileno())
