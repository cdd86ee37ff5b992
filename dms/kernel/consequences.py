"""The seam between a deed and what other topics have to do with it: what may stand in its way, what follows from it.

A topic says what it is about to do or has done, as an event class of its own (`events.py`); `dms/consequences.py` knows
who is to be asked and who follows. So no topic imports those above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from dms.kernel.archive import Archive


class Event:
    """Base of what topics tell one another; subclasses are frozen dataclasses that hold what a listener needs."""


class Consequences(Protocol):
    """Asks before a deed and follows it up, both in the deed's own transaction."""

    def before(self, session: Session, archive: Archive, event: Event) -> None:
        """Ask the gates; raises the error of the first that refuses, in words that say why."""
        ...

    def after(self, session: Session, archive: Archive, event: Event) -> None:
        """Have every effect take place; undone with the transaction."""
        ...
