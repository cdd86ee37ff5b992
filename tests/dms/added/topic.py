"""What notes tell the house; nothing else of them is read by it."""

from __future__ import annotations

from collections.abc import Iterable

from dms.kernel.archive import Archive
from dms.kernel.topic import Chore, JobKind, MenuItem, SubjectKind, Topic
from tests.dms.added import service
from tests.dms.added.actions import ACTIONS, NOTE_VIEW
from tests.dms.added.answers import ANSWERS
from tests.dms.added.measures import notes
from tests.dms.added.models import Note


def _chores(archive: Archive) -> Iterable[Chore]:
    yield Chore("let notes grow old", 3600.0, lambda: min(service.grow_old(archive), 0))


TOPIC = Topic(
    name="added",
    answers=ANSWERS,
    tables=(Note,),
    actions=ACTIONS,
    blueprints=("tests.dms.added.views:bp", "tests.dms.added.api:api"),
    jobs=(JobKind("note-count", "数便条的字", service.count_characters),),
    chores=_chores,
    menu=(MenuItem(85, "/notes", "便条", "paper", (NOTE_VIEW,), counter="notes"),),
    counters={"notes": service.count_fresh},
    kinds=(SubjectKind("note", "便条", deeds="便条的事"),),
    deeds={"note.write": "写便条 %(number)s"},
    measures=(notes,),
)
