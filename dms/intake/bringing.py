"""Taking in many files from a disk (批量收件): found, told apart, resumed after an interruption without doubles."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.watch import origin_of
from dms.kernel.archive import Archive
from dms.kernel.errors import DmsError, UnavailableError
from dms.policy import Identity

CANNOT_OPEN = "打不开（%(problem)s）；请检查权限后再运行一次"
MISSING = "这里没有这个文件或文件夹；请检查写法后再运行一次"
LINK = "是链接，没有跟随；需要时请直接写出它所指的文件或文件夹"
SPECIAL = "不是普通文件（管道、设备之类），没有收；请改用普通文件"


@dataclass(frozen=True)
class Candidate:
    """Something to take in: where it is, what it is to be called, how long it is in bytes.

    What cannot be taken in bears the `code` and the sentence (`problem`) that say why.
    """

    path: Path
    name: str
    length: int = 0
    code: str = ""
    problem: str = ""


@dataclass
class Summary:
    """What became of many files."""

    stored: int = 0
    known: int = 0  # taken in by an earlier run
    duplicates: int = 0
    unreadable: int = 0  # kept byte for byte
    bytes: int = 0
    failed: list[tuple[str, str, str]] = field(default_factory=list)  # (name, code, sentence)
    skipped: list[tuple[str, str, str]] = field(default_factory=list)  # links, likewise: what they lead to is elsewhere

    @property
    def total(self) -> int:
        """How many files were dealt with."""
        taken = self.stored + self.known + self.duplicates + self.unreadable
        return taken + len(self.failed) + len(self.skipped)


def candidates(paths: Iterable[Path]) -> Iterator[Candidate]:
    """Yield the files named, and those in folders named, hidden ones left out; links in folders are not followed.

    What cannot be taken in is yielded too, with its reason, so that nothing is passed over in silence.
    """
    for path in paths:
        try:
            facts = path.stat()
        except OSError as error:
            yield _unusable(path, str(path), error)
            continue
        if stat.S_ISDIR(facts.st_mode):
            yield from _inside(path)
        else:
            yield _candidate(path, path.name, facts)


def _inside(folder: Path) -> Iterator[Candidate]:
    closed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in sorted(name for name in (*names, *links) if not name.startswith(".")):
            found = Path(parent, name)
            shown = found.relative_to(folder.parent).as_posix()
            try:
                yield _candidate(found, shown, found.stat(follow_symlinks=False))
            except OSError as error:  # taken away in this moment
                yield _unusable(found, shown, error)
    for each in closed:
        path = Path(each.filename)
        yield _unusable(path, path.relative_to(folder.parent).as_posix(), each)


def _candidate(path: Path, name: str, facts: os.stat_result) -> Candidate:
    if stat.S_ISLNK(facts.st_mode):
        return Candidate(path, name, code="link_skipped", problem=LINK)
    if not stat.S_ISREG(facts.st_mode):
        return Candidate(path, name, code="not_a_file", problem=SPECIAL)
    return Candidate(path, name, facts.st_size)


def _unusable(path: Path, name: str, error: OSError) -> Candidate:
    if isinstance(error, FileNotFoundError):
        return Candidate(path, name, code="path_missing", problem=MISSING)
    return Candidate(path, name, code="file_unreadable", problem=CANNOT_OPEN % {"problem": error.strerror or error})


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
            _set_aside(_unusable(file.path, file.name, error), summary)
        summary.bytes += file.length
        moved(file, summary)
    return summary


def _set_aside(file: Candidate, summary: Summary) -> None:
    where = summary.skipped if file.code == "link_skipped" else summary.failed
    where.append((file.name, file.code, file.problem))


def _bring_one(
    archive: Archive, identity: Identity, file: Candidate, delivery: Callable[[str], Delivery], summary: Summary
) -> None:
    if file.code:
        _set_aside(file, summary)
        return
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
