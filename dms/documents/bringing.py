"""Taking in many files from a disk (批量收件): found, told apart, resumed after an interruption without doubles."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dms.archive import Archive
from dms.documents import intake
from dms.documents.batches import Delivery
from dms.documents.watch import origin_of
from dms.errors import DmsError, UnavailableError
from dms.policy import Identity

CANNOT_OPEN = "打不开（%(problem)s）；请检查权限后再运行一次"


@dataclass(frozen=True)
class Candidate:
    """A file to take in: where it is, what it is to be called, how long it is in bytes."""

    path: Path
    name: str
    length: int


@dataclass
class Summary:
    """What became of many files."""

    stored: int = 0
    known: int = 0  # taken in by an earlier run
    duplicates: int = 0
    unreadable: int = 0  # kept byte for byte
    bytes: int = 0
    failed: list[tuple[str, str, str]] = field(default_factory=list)  # (name, code, sentence)

    @property
    def total(self) -> int:
        """How many files were dealt with."""
        return self.stored + self.known + self.duplicates + self.unreadable + len(self.failed)


def candidates(paths: Iterable[Path]) -> Iterator[Candidate]:
    """Yield the files named, and those in folders named, hidden ones left out; links are not followed."""
    for path in paths:
        if not path.is_dir():
            yield _candidate(path, path.name)
            continue
        for parent, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(name for name in names if not name.startswith(".")):
                found = Path(parent) / name
                if stat.S_ISREG(found.stat(follow_symlinks=False).st_mode):
                    yield _candidate(found, found.relative_to(path.parent).as_posix())


def _candidate(path: Path, name: str) -> Candidate:
    return Candidate(path, name, path.stat().st_size)


def bring(
    archive: Archive, identity: Identity, files: Iterable[Candidate], delivery: Callable[[str], Delivery],
    moved: Callable[[Candidate, Summary], None] = lambda candidate, summary: None,
) -> Summary:  # fmt: skip
    """Take files in one after the other; one that fails does not stop the others.

    `delivery` makes the delivery of an origin; `moved` is told after each file. Raises `UnavailableError` when the
    disk is full or the store does not answer: the rest would fail likewise, and a later run goes on from there.
    """
    summary = Summary()
    for file in files:
        try:
            _bring_one(archive, identity, file, delivery, summary)
        except UnavailableError:
            raise
        except DmsError as error:
            summary.failed.append((file.name, error.code, str(error)))
        except OSError as error:
            problem = CANNOT_OPEN % {"problem": error.strerror or error}
            summary.failed.append((file.name, "file_unreadable", problem))
        summary.bytes += file.length
        moved(file, summary)
    return summary


def _bring_one(
    archive: Archive, identity: Identity, file: Candidate, delivery: Callable[[str], Delivery], summary: Summary
) -> None:
    origin = origin_of(file.path)
    with archive.db.read() as session:
        if intake.known_origin(session, origin) is not None:
            summary.known += 1
            return
    with file.path.open("rb") as source:
        receipt = intake.receive(archive, identity, source, file.name, delivery(origin))
    match receipt.state:
        case "stored":
            summary.stored += 1
        case "duplicate":
            summary.duplicates += 1
        case _:
            summary.unreadable += 1
