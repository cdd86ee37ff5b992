"""Pages of places and papers: the place tree, put-away, a paper with its history, what is out."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.holdings import contents, moves, papers, undoing, wording
from dms.holdings.actions import HOLDING_MOVE
from dms.holdings.forms import HandOut, NewBoxes, NewPaper, NewPlaces, OnDay, Scan, Where
from dms.http import current_archive, current_identity, form, query, shows_again, toast
from dms.http.attachment import exported
from dms.places import service as places

bp = Blueprint("holdings", __name__, template_folder="templates")
bp.add_app_template_global(wording.place_text)
bp.add_app_template_global(wording.place_kind_text)
bp.add_app_template_global(wording.place_levels)


@bp.get("/places")
def index() -> str:
    """Show the rooms, boxes without a shelf and the virtual places."""
    return render_template("holdings/places.html", **contents.look(current_archive(), current_identity(), None))


@bp.get("/places/<place_id>")
def place(place_id: str) -> str:
    """Show one place: what stands in it, its papers, its history if it is a box."""
    return render_template("holdings/places.html", **contents.look(current_archive(), current_identity(), place_id))


@bp.post("/places")
@shows_again(index)
def create_places() -> AnyResponse:
    """Make places of a pattern with ranges."""
    wanted = form(NewPlaces)
    made = places.create_places(
        current_archive(), current_identity(), wanted.pattern, wanted.capacity, wanted.max_level
    )
    toast(_("已建立 %(count)s 个库位。", count=len(made)), link=url_for(".place", place_id=made[0]))
    return redirect(url_for(".index"))


@bp.get("/places/preview.json")
def preview() -> Response:
    """Say which codes a pattern would make: their number, the first and the last."""
    codes = places.preview(current_archive(), current_identity(), request.args.get("pattern", ""))
    return jsonify(count=len(codes), first=codes[:3], last=codes[-1])


@bp.post("/boxes")
@shows_again(index)
def create_boxes() -> AnyResponse:
    """Number new boxes."""
    wanted = form(NewBoxes)
    made = places.create_boxes(current_archive(), current_identity(), wanted.count, wanted.name, wanted.max_level)
    toast(_("已编 %(count)s 个盒号。", count=len(made)), link=url_for(".place", place_id=made[0]))
    return redirect(url_for(".index"))


@bp.post("/places/<place_id>/close")
def close_place(place_id: str) -> AnyResponse:
    """Close an empty place."""
    places.close_place(current_archive(), current_identity(), place_id)
    toast(_("库位已停用，历史仍可查。"))
    return redirect(url_for(".index"))


@bp.get("/putaway")
def putaway() -> str:
    """Show the scan field: place once, then everything on it."""
    archive, identity = current_archive(), current_identity()
    archive.policy.require(identity, HOLDING_MOVE)
    where = places.named(archive, identity, request.args.get("place", ""))
    return render_template("holdings/putaway.html", where=where)


@bp.get("/putaway/place.json")
def putaway_place() -> Response:
    """Answer the scan of a place with its path."""
    where = places.named(current_archive(), current_identity(), request.args.get("code", ""))
    if where is None:
        return jsonify(known=False)
    return jsonify(known=True, id=where.place.id, code=where.place.code, path=where.path, kind=where.place.kind)


@bp.post("/putaway.json")
def putaway_item() -> Response:
    """Answer the scan of a paper or box: it lies in the place now."""
    scan = form(Scan)
    moved = moves.put_away(current_archive(), current_identity(), scan.place, scan.item)
    return jsonify(
        movement=moved.movement_id, kind=moved.kind, title=moved.title, code=moved.code, before=moved.before,
        after=moved.after, warnings=list(moved.warnings),
    )  # fmt: skip


@bp.post("/movements/<movement_id>/undo")
def undo(movement_id: str) -> AnyResponse:
    """Take the last movement back."""
    moved = undoing.undo(current_archive(), current_identity(), movement_id)
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return jsonify(code=moved.code, title=moved.title, after=moved.after)
    toast(_("已撤销：%(title)s 回到 %(place)s。", title=moved.title or moved.code, place=moved.after or _("未上架")))
    return redirect(request.referrer or url_for(".index"))


@bp.get("/holdings")
def out() -> str:
    """List the papers that people have, overdue ones first."""
    return render_template("holdings/out.html", papers=papers.handed_out(current_archive(), current_identity()))


@bp.get("/holdings/export")
def export_out() -> Response:
    """Write the list of papers that people have."""
    found = papers.export_handed_out(current_archive(), current_identity())
    rows = ([paper.code, paper.title, paper.person, paper.due_on, paper.home_path] for paper in found)
    header = [_("编号"), _("题名"), _("借阅人"), _("应还日期"), _("原库位")]
    return exported(request.args.get("format", "csv"), _("借出清单"), header, rows)


@bp.get("/places/export")
def export_places() -> Response:
    """Write all places with what stands in them."""
    header = [_("编码"), _("名称"), _("全路径"), _("容量"), _("盒"), _("原件"), _("最高密级"), _("最后见到")]
    rows = (
        [view.place.code, view.place.name, path, view.place.capacity, view.all_boxes, view.all_papers,
         view.place.max_level, view.place.last_seen_at]
        for view, path in contents.export(current_archive(), current_identity())
    )  # fmt: skip
    return exported(request.args.get("format", "csv"), _("库位清单"), header, rows)


@bp.get("/holdings/<holding_id>")
def paper(holding_id: str) -> str:
    """Show a paper: where it is, its documents, its history, where it was on a day."""
    archive, identity = current_archive(), current_identity()
    day = query(OnDay).day
    past = papers.where_was(archive, identity, holding_id, day) if day else None
    return render_template(
        "holdings/paper.html",
        **papers.look(archive, identity, holding_id),
        day=day,
        past=past,
        today=archive.clock.today(),
    )


@bp.post("/holdings")
@shows_again("desk.document", document_id="document")
def register() -> AnyResponse:
    """Register a paper for a document and, where a place is named, put it there."""
    wanted = form(NewPaper)
    holding_id = moves.register_at(
        current_archive(), current_identity(), [wanted.document], wanted.facts(), wanted.place
    )
    toast(_("原件已登记。"), link=url_for(".paper", holding_id=holding_id))
    return redirect(url_for(".paper", holding_id=holding_id))


@bp.post("/holdings/<holding_id>/seen")
def seen(holding_id: str) -> AnyResponse:
    """Record that the paper was seen where it should be."""
    papers.confirm_seen(current_archive(), current_identity(), holding_id)
    toast(_("已记录今天看到这份原件。"))
    return redirect(url_for(".paper", holding_id=holding_id))


@bp.post("/holdings/<holding_id>/move")
@shows_again(paper)
def move(holding_id: str) -> AnyResponse:
    """Move the paper for a while; its home stays."""
    wanted = form(Where)
    moved = moves.move_paper(current_archive(), current_identity(), holding_id, wanted.place, wanted.purpose)
    toast(_("已移到 %(place)s。", place=moved.after), undo=url_for(".undo", movement_id=moved.movement_id))
    return redirect(url_for(".paper", holding_id=holding_id))


@bp.post("/holdings/<holding_id>/hand-out")
@shows_again(paper)
def hand_out(holding_id: str) -> AnyResponse:
    """Hand the paper to a person."""
    wanted = form(HandOut)
    moved = moves.hand_out(
        current_archive(), current_identity(), holding_id, person=wanted.person, purpose=wanted.purpose,
        due_on=wanted.due_on,
    )  # fmt: skip
    toast(_("已交给 %(person)s。", person=moved.after), undo=url_for(".undo", movement_id=moved.movement_id))
    return redirect(url_for(".paper", holding_id=holding_id))


@bp.post("/holdings/<holding_id>/return")
@shows_again(paper)
def give_back(holding_id: str) -> AnyResponse:
    """Take the paper back, home or to the place named."""
    wanted = form(Where)
    moved = moves.give_back(current_archive(), current_identity(), holding_id, wanted.place)
    toast(_("已归还到 %(place)s。", place=moved.after), undo=url_for(".undo", movement_id=moved.movement_id))
    return redirect(url_for(".paper", holding_id=holding_id))
