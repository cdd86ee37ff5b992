"""The watched folder (监视文件夹): takes in each file once it is whole, then moves it to done/ or failed/."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.models import WatchProblem
from dms.intake.names import clean_name, printable
from dms.kernel.archive import Archive
from dms.kernel.errors import DmsError, UnavailableError
from dms.policy import SYSTEM

LOG = logging.getLogger("dms.watch")
DONE, FAILED = "done", "failed"
SETTLED = 3.0  # seconds without a change until a file counts as whole
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp")
FORBIDDEN = "“%(name)s”没有权限打开。文件没有动；请检查权限，系统会自动再试。"
LINK = "监视文件夹里的“%(name)s”只是链接，没有收。请把文件或文件夹本身放进来。"
CANNOT_OPEN = "“%(name)s”打不开（%(problem)s）。文件没有动；请检查权限，系统会自动再试。"
CLOSED_FOLDER = "监视文件夹里的“%(name)s”打不开（%(problem)s）。里面的文件没有动；请检查权限，系统会自动再试。"
RETRY = 30.0  # seconds until a file that could not be opened is tried again


@dataclass
class _Seen:
    state: tuple[int, int, int]  # inode, size, time of change
    since: float
    not_before: float = 0.0


class Watcher:
    """Looks through one folder with its subfolders; called again and again."""

    def __init__(self, archive: Archive, folder: Path, settled: float = SETTLED) -> None:
        self._archive, self._folder, self._settled = archive, folder, settled
        self._seen: dict[Path, _Seen] = {}

    def scan(self) -> int:
        """Take in the files that are whole; return how many."""
        self._folder.mkdir(parents=True, exist_ok=True)
        closed: list[OSError] = []
        links: list[Path] = []
        found = list(_candidates(self._folder, closed.append, links.append))
        self._seen = {path: seen for path, seen in self._seen.items() if path in set(found)}
        for error in closed:
            self._report(Path(error.filename), CLOSED_FOLDER, error)
        for link in links:
            self._say(link, LINK, {"name": clean_name(link.name)})
        self._forget_all_but({*found, *links, *(Path(error.filename) for error in closed)})
        return sum(self._look_at(path) for path in found)

    def _look_at(self, path: Path) -> bool:
        now = time.monotonic()
        try:
            facts = path.stat(follow_symlinks=False)
        except OSError:  # renamed or taken away in this moment
            return False
        state = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        seen = self._seen.setdefault(path, _Seen(state, now))
        if seen.state != state:
            seen.state, seen.since = state, now
        if now - seen.since < self._settled or now < seen.not_before:
            return False
        return self._take(path, seen)

    def _take(self, path: Path, seen: _Seen) -> bool:
        try:
            with path.open("rb") as source:
                if _is_being_written(source.fileno()):
                    return False
                self._receive(path, source)
        except UnavailableError as error:  # a full disk: the file waits where it is
            self._say(path, error.message, error.values)
        except DmsError as error:
            self._refuse(path, str(error))
        except FileNotFoundError:  # renamed or taken away in this moment
            return False
        except OSError as error:
            self._report(path, CANNOT_OPEN, error)
        else:
            self._forget(path)
            return True
        seen.not_before = time.monotonic() + RETRY
        return False

    def _receive(self, path: Path, source: object) -> None:
        origin = origin_of(path)
        with self._archive.db.read() as session:
            known = intake.known_origin(session, origin)
        if known is None:  # otherwise it was taken in before a crash, and only has to be moved
            name = path.relative_to(self._folder).as_posix()
            intake.receive(self._archive, SYSTEM, source, name, Delivery("watch", origin=origin))  # type: ignore[arg-type]
        self._move(path, DONE)

    def _refuse(self, path: Path, reason: str) -> None:
        target = self._move(path, FAILED)
        LOG.warning("%s: %s", printable(str(path)), reason)
        if target is not None:
            target.with_name(target.name + ".txt").write_text(reason + "\n", encoding="utf-8")

    def _move(self, path: Path, where: str) -> Path | None:
        target = self._folder / where / path.relative_to(self._folder)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target = _free(target)
            path.rename(target)
        except OSError as error:
            self._report(path, CANNOT_OPEN, error)
            return None
        return target

    def _report(self, path: Path, message: str, error: OSError) -> None:
        name = clean_name(path.name)
        if isinstance(error, PermissionError):
            self._say(path, FORBIDDEN, {"name": name})
        else:
            self._say(path, message, {"name": name, "problem": error.strerror or str(error)})

    def _say(self, path: Path, problem: str, values: Mapping[str, Any]) -> None:
        """Say what is wrong with a file once, in the log and on the screen of jobs; later only when it was last so."""
        now, key = self._archive.clock.now(), _key(path)
        shown = {name: str(value) for name, value in values.items()}
        with self._archive.db.write() as session:
            row = session.get(WatchProblem, key)
            if row is None or (row.problem, row.details) != (problem, shown):
                LOG.warning("%s: %s", printable(key), problem % shown)
                session.merge(WatchProblem(path=key, problem=problem, details=shown, first_at=now, last_at=now))
            else:
                row.last_at = now

    def _forget(self, path: Path) -> None:
        with self._archive.db.read() as session:
            if session.get(WatchProblem, _key(path)) is None:
                return
        self._clear({_key(path)})

    def _forget_all_but(self, there: set[Path]) -> None:
        """Take what was said of files that are gone from the screen."""
        keys = {_key(path) for path in there}
        with self._archive.db.read() as session:
            gone = set(session.scalars(sa.select(WatchProblem.path))) - keys
        if gone:
            self._clear(gone)

    def _clear(self, keys: set[str]) -> None:
        with self._archive.db.write() as session:
            session.execute(sa.delete(WatchProblem).where(WatchProblem.path.in_(keys)))


def _key(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def origin_of(path: Path) -> str:
    """Return what tells this very state of this very file apart, in 64 characters."""
    facts = path.stat()
    text = f"{os.fsencode(path.resolve())!r}|{facts.st_ino}|{facts.st_size}|{facts.st_mtime_ns}"
    return hashlib.sha256(text.encode()).hexdigest()


def _candidates(folder: Path, closed: Callable[[OSError], None], linked: Callable[[Path], None]) -> Iterator[Path]:
    """Yield regular files that may be meant for us: no hidden ones, no unfinished downloads, none we moved.

    `closed` is told of each folder that cannot be listed, `linked` of each link: what it leads to is not ours to move.
    """
    for parent, folders, names in os.walk(folder, onerror=closed):
        here = Path(parent)
        if here == folder:
            folders[:] = [name for name in folders if name not in (DONE, FAILED)]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in (*folders, *sorted(names)):
            path = here / name
            if name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED):
                continue
            if path.is_symlink():
                linked(path)
            elif _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat(follow_symlinks=False).st_mode)
    except OSError:  # renamed or taken away in this moment
        return False


def _is_being_written(descriptor: int) -> bool:
    """Tell whether some program has the file open for writing; False where the system cannot say."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False


def _free(target: Path) -> Path:
    count, free = 1, target
    while free.exists():
        count += 1
        free = target.with_name(f"{target.stem} ({count}){target.suffix}")
    return free
