"""Any number: whatever bears a number that is printed on paper, whichever topic owns it."""

from __future__ import annotations

from dataclasses import dataclass

from dms.codes.rules import parse, spellings
from dms.kernel.archive import Archive
from dms.policy import Identity


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that bears the number: what it is, how it is called, the path of its screen ("" for none)."""

    kind: str
    id: str
    text: str
    path: str


def find(archive: Archive, identity: Identity, number: str) -> list[Found]:
    """Return what bears a number as scanned or typed; whoever is signed in may ask.

    What the asker may not see is answered as what is not there, so nobody learns which numbers are taken.

    Raises:
        WrongCheckError: nothing bears it, and its check character says that it was misread.
    """
    with archive.db.read() as session:
        bearing = (each for text in spellings(number) for each in archive.topics.resolve(session, archive, text))
        seen = archive.topics.visible(session, archive, identity, dict.fromkeys(bearing))
        labels = archive.topics.labels(session, archive, seen)
    if not seen:
        parse(number)  # after looking: a label of somebody's own making may look like a wrong check character
    return [Found(each.kind, each.id, labels[each].text, labels[each].path) for each in seen]
