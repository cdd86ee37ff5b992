"""JSON API of the desk: what bears a printed number."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel

from dms.desk import finding
from dms.desk.forms import Printed
from dms.http import current_archive, current_identity
from dms.http.operation import operation

api = Blueprint("desk_api", __name__, url_prefix="/api/v1")


class Thing(BaseModel):
    """What bears the number: its kind (document, dossier, party, place, holding, batch), its name, its page if any."""

    kind: str
    id: str
    text: str
    path: str


class Things(BaseModel):
    """Everything that bears the number and that the asker may see; nothing for an unknown one."""

    things: list[Thing]


@api.get("/find")
@operation("按纸上印的编号找", query_model=Printed, answer=Things)
def find(query: Printed) -> Things:
    """Find what bears a number."""
    found = finding.find(current_archive(), current_identity(), query.number)
    return Things(things=[Thing(kind=each.kind, id=each.id, text=each.text, path=each.path) for each in found])
