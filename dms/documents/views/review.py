"""What the review page sends: values, later, back, a box to read; the page itself is on the desk."""

from __future__ import annotations

from flask import Response, jsonify, redirect, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from dms.documents.forms import Deed, DrawnBox, Reviewed, box_reader
from dms.documents.service import drawing, lists, review
from dms.documents.service.review import Review, Where
from dms.documents.views import bp
from dms.http import current_archive, current_identity, form, shows_again, toast
from dms.kernel.errors import InvalidError

PAGE = "desk.review"  # shown again with what was typed


@bp.post("/review/<document_id>")
@shows_again(PAGE)
def save_review(document_id: str) -> AnyResponse:
    """Save what a person says, or confirm it and go to the next one."""
    archive, identity, said = current_archive(), current_identity(), form(Deed)
    confirms, drawn = said.deed == "confirm", any(name.startswith("box.") for name in request.form)
    following = lists.place_in_queue(archive, identity, document_id) if confirms else None
    turns = drawing.turns_of(archive, identity, document_id) if drawn else {}
    review.save(archive, identity, document_id, _review(said, request.form, turns), said.revision, confirms)
    if following is None:
        toast(_("已保存。"))
        return redirect(f"/review/{document_id}")
    toast(_("已确认。"), link=f"/documents/{document_id}")
    return _onward(following, document_id)


def _onward(place: lists.Place, document_id: str) -> AnyResponse:
    if place.next and place.next != document_id:
        return redirect(f"/review/{place.next}")
    return redirect("/inbox?finished=1" if place.at else f"/documents/{document_id}")


def _review(said: Deed, sent: MultiDict[str, str], turns: dict[int, int]) -> Review:
    values = {name[6:]: text for name, text in sent.items() if name.startswith("value.")}
    boxes = {name[4:]: _where(text, turns) for name, text in sent.items() if name.startswith("box.")}
    return Review(
        type_code=said.type or None, title=said.title or None, level=said.level, copy_kind=said.copy_kind,
        dossier_id=said.dossier if "dossier" in sent else None, values=values, boxes=boxes,
        accepted=frozenset(said.accepted), seals=frozenset(said.seal),
    )  # fmt: skip


def _where(text: str, turns: dict[int, int]) -> Where:
    try:
        page, x0, y0, x1, y1 = text.split(",")
        box = drawing.as_read((float(x0), float(y0), float(x1), float(y1)), turns.get(int(page), 0))
    except ValueError as error:
        raise InvalidError("框要写成页码和四个 0 到 1 的数。", code="box") from error
    return int(page), box


@bp.post("/review/<document_id>/later")
@shows_again(PAGE)
def later(document_id: str) -> AnyResponse:
    """Set a document aside."""
    archive, identity, said = current_archive(), current_identity(), form(Reviewed)
    place = lists.place_in_queue(archive, identity, document_id)
    review.later(archive, identity, document_id, said.revision, said.reason)
    toast(_("已放到队尾。"), link=f"/review/{document_id}")
    return _onward(place, document_id)


@bp.post("/review/<document_id>/reject")
@shows_again(PAGE)
def reject(document_id: str) -> AnyResponse:
    """Send a document back."""
    archive, identity, said = current_archive(), current_identity(), form(Reviewed)
    place = lists.place_in_queue(archive, identity, document_id)
    review.reject(archive, identity, document_id, said.reason, said.revision)
    toast(_("已退回，送件人会看到理由。"), undo=f"/review/{document_id}/resume")
    return _onward(place, document_id)


@bp.post("/review/<document_id>/resume")
def resume(document_id: str) -> AnyResponse:
    """Take a document that was sent back into the inbox again."""
    review.resume(current_archive(), current_identity(), document_id)
    return redirect(f"/review/{document_id}")


@bp.post("/review/<document_id>/read-box.json")
def read_box(document_id: str) -> Response:
    """Read the text in a drawn box."""
    drawn, reader = form(DrawnBox), box_reader()
    text = drawing.read_drawn(current_archive(), current_identity(), document_id, drawn.page, drawn.box, reader)
    return jsonify(text=text)
