"""JSON API of notes."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel

from dms.http import current_archive, current_identity
from dms.http.operation import operation
from dms.kernel.subjects import Subject
from tests.dms.added import service
from tests.dms.added.forms import NewNote

api = Blueprint("added_api", __name__, url_prefix="/api/v1/notes")


class NoteMade(BaseModel):
    """The number of the note that was written."""

    number: str


@api.post("")
@operation("写便条", body=NewNote, answer=NoteMade, status=201)
def create(body: NewNote) -> NoteMade:
    """Write a note."""
    subject = Subject(body.kind, body.id)
    return NoteMade(number=service.write(current_archive(), current_identity(), subject, body.text))
