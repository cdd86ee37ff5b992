"""What may stand in the way of a deed, and what follows from it in other topics: two tables, read from here alone.

Gates are asked in their order before a deed and may refuse it with a reason. Effects take place after it, in the same
transaction, and may tell of events of their own; the chains have no circle (a test draws them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from dms.audit import effects as log
from dms.documents import extracting
from dms.documents.events import DocumentChanged, DocumentTrashing
from dms.filing.events import DocumentFiled, DocumentFiling
from dms.holdings import custody
from dms.holds import service as holds
from dms.jobs.events import QueueTended
from dms.kernel.archive import Archive
from dms.kernel.consequences import Event
from dms.kernel.subjects import Subject
from dms.parties.events import PartyRenamed
from dms.retrieval import outbox

Step = Callable[[Session, Archive, Any], None]  # the event's class stands beside it in the table


def _copy_out(session: Session, archive: Archive, event: DocumentFiled) -> None:
    extracting.queue(session, archive, event.document)


def _not_held(session: Session, archive: Archive, event: DocumentTrashing) -> None:
    holds.require_free(session, archive, Subject("document", event.document.id))


GATES: Mapping[type[Event], tuple[Step, ...]] = {
    DocumentTrashing: (_not_held,),
    DocumentFiling: (custody.require_stated,),
}
EFFECTS: Mapping[type[Event], tuple[Step, ...]] = {
    DocumentChanged: (outbox.note,),
    PartyRenamed: (outbox.note_renaming,),
    DocumentFiled: (_copy_out,),
    QueueTended: (log.record_tending,),
}


class Table:
    """The two tables as the house asks them."""

    def before(self, session: Session, archive: Archive, event: Event) -> None:
        """Ask the gates."""
        for gate in GATES.get(type(event), ()):
            gate(session, archive, event)

    def after(self, session: Session, archive: Archive, event: Event) -> None:
        """Have the effects take place."""
        for effect in EFFECTS.get(type(event), ()):
            effect(session, archive, event)
