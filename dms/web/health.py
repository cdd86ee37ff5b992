"""Whether what the web stands on answers: each part is asked in a thread of its own, for a bounded time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dms.operations import idle
from search.index import Access, Request, SearchError
from storage.objects import StorageError

if TYPE_CHECKING:
    from flask import Flask

    from dms.kernel.archive import Archive

LOG = logging.getLogger("dms.web")
PATIENCE = 3.0  # seconds for all parts together
PROBES = "guidang.probes"
NEEDED = frozenset({"catalog", "store"})  # without the others the archive goes on, with less


class Word(StrEnum):
    """What is said of a part."""

    OK = "ok"
    DOWN = "down"
    SILENT = "no answer in time"


@dataclass(frozen=True, slots=True)
class Report:
    """A word for each part."""

    parts: Mapping[str, Word]

    @property
    def ready(self) -> bool:
        """Tell whether papers can be taken in and opened."""
        return all(word is Word.OK for name, word in self.parts.items() if name in NEEDED)

    @property
    def state(self) -> str:
        """Return ready, degraded (search, workers or housekeeping missing) or not ready."""
        whole = all(word is Word.OK for word in self.parts.values())
        return "ready" if whole else "degraded" if self.ready else "not ready"


class Probe:
    """Asks one part in a thread of its own; while one question is unanswered no second is put."""

    def __init__(self, name: str, ask: Callable[[], object]) -> None:
        self._name, self._ask = name, ask
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._word = Word.DOWN

    def begin(self) -> None:
        """Put the question, unless one is still open."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=f"probe-{self._name}", daemon=True)
                self._thread.start()

    def word(self, patience: float) -> Word:
        """Return the answer, waiting for it at most `patience` seconds."""
        thread = self._thread
        if thread is None:
            return Word.DOWN
        thread.join(max(patience, 0.0))
        return Word.SILENT if thread.is_alive() else self._word

    def _run(self) -> None:
        word = Word.DOWN
        try:
            self._ask()
            word = Word.OK
        except (SQLAlchemyError, StorageError, SearchError, OSError, idle.NobodyError) as error:
            LOG.warning("not ready: %s: %s", self._name, error)
        finally:
            self._word = word


def prepare(app: Flask, archive: Archive) -> None:
    """Set up the probes of an application."""
    asks = {
        "catalog": lambda: _catalog(archive),
        "store": lambda: next(iter(archive.vault.store.names()), None),
        "index": lambda: archive.index.search(Request("归档", Access(()), limit=1)),
        "workers": lambda: idle.require_workers(archive),
        "housekeeping": lambda: idle.require_housekeeping(archive),
    }
    app.extensions[PROBES] = [(name, Probe(name, ask)) for name, ask in asks.items()]


def look(app: Flask, patience: float = PATIENCE) -> Report:
    """Ask all parts at once and return what they said within `patience` seconds."""
    until = time.monotonic() + patience
    probes: list[tuple[str, Probe]] = app.extensions[PROBES]
    for _, probe in probes:
        probe.begin()
    return Report({name: probe.word(until - time.monotonic()) for name, probe in probes})


def _catalog(archive: Archive) -> None:
    with archive.db.read() as session:
        session.execute(sa.text("SELECT 1"))
