"""What a job's handler gets into its hands: the archive, the claim, and the verbs to move the job on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dms.jobs import service
from dms.jobs.service import Claim
from dms.kernel.telemetry.instruments import LAST_TURN

if TYPE_CHECKING:
    from dms.kernel.archive import Archive
    from dms.kernel.tools import PageReader


RENEWED_EVERY = 20.0  # seconds between two renewals of the lease in a long row of small steps


class StoppingError(Exception):
    """The worker was asked to stop; the job is given back as far as it is."""


def _never() -> bool:
    return False


@dataclass
class Work:
    """A claimed job while a handler works on it. `tools` is what the worker keeps warm between jobs."""

    archive: Archive
    held: Claim
    tools: PageReader
    stopping: Callable[[], bool] = _never
    finished: bool = False
    renewed: float = field(default_factory=time.monotonic)

    def renew(self) -> None:
        """Renew the lease between two steps, in a transaction of its own. Raises `LeaseLostError`."""
        LAST_TURN.set_to_current_time()
        with self.archive.db.write() as session:
            service.renew(session, self.archive, self.held)

    def go_on(self) -> None:
        """Leave between two of many small steps when the worker must stop, and renew the lease now and then.

        Raises `StoppingError`, `LeaseLostError`.
        """
        self.rest()
        if time.monotonic() - self.renewed > RENEWED_EVERY:
            self.renew()
            self.renewed = time.monotonic()

    def step(self, session: Session, stage: str, done: int, total: int) -> None:
        """Record a step in the transaction of its effect. Raises `LeaseLostError`, which undoes the effect."""
        LAST_TURN.set_to_current_time()
        service.renew(session, self.archive, self.held, stage=stage, done=done, total=total)

    def finish(self, session: Session) -> None:
        """Mark the job done in the transaction of its last effect. Raises `LeaseLostError`."""
        service.finish(session, self.archive, self.held)
        self.finished = True

    def rest(self) -> None:
        """Leave between two steps when the worker must stop. Raises `StoppingError`."""
        if self.stopping():
            raise StoppingError


Handler = Callable[[Work], None]
