"""Edits of page lists (拆分、合并、排序、旋转、隐藏、替换), every one of which can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents import values
from dms.documents.models import Document, DocumentPage, FieldRow, PageEdit, SealRow
from dms.documents.rules import State, require_open
from dms.documents.service import rereading
from dms.documents.service.changing import locked, tell, touch
from dms.intake.models import Arrival
from dms.kernel.archive import Archive
from dms.kernel.database import new_id
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.policy import Facts, Identity
from dms.policy.content import DOCUMENT_VIEW

PageKey = list[Any]  # [arrival id, page of the arrival, clockwise turn by a person, hidden]
Lists = Mapping[str, list[PageKey]]
TURNS = (90, 180, 270)
STALE = "%(name)s 刚刚改过这件文件，页面没有变动。请核对后再做一次。"


def split(
    archive: Archive, identity: Identity, document_id: str, before: Sequence[int], revision: int | None = None
) -> list[str]:
    """Split a document in front of the pages `before` (positions); return the ids of the parts, its own first."""
    with archive.db.write() as session:
        document = _mine(session, archive, identity, document_id, revision)
        pages = _keys(document)
        cuts = sorted(set(before))
        if not cuts or cuts[0] < 2 or cuts[-1] > len(pages):
            raise InvalidError("请选从第几页起拆开：第 2 页到最后一页之间。", code="page_cut")
        parts = [pages[start - 1 : end - 1] for start, end in zip([1, *cuts], [*cuts, len(pages) + 1], strict=True)]
        made = [_part_of(session, archive, document) for _ in parts[1:]]
        ids = [document.id, *(part.id for part in made)]
        _rearrange(session, archive, identity, "split", dict(zip(ids, parts, strict=True)))
        return ids


def merge(
    archive: Archive, identity: Identity, document_id: str, others: Sequence[str], revision: int | None = None
) -> str:
    """Append the pages of other documents; those go to the trash, empty. Return the edit's id."""
    with archive.db.write() as session:
        document = _mine(session, archive, identity, document_id, revision)
        joined = [
            _mine(session, archive, identity, other, None) for other in dict.fromkeys(others) if other != document_id
        ]
        if not joined:
            raise InvalidError("请选要并进来的文件。", code="page_merge")
        pages = [key for each in (document, *joined) for key in _keys(each)]
        return _rearrange(session, archive, identity, "merge", {document.id: pages, **{each.id: [] for each in joined}})


def reorder(
    archive: Archive, identity: Identity, document_id: str, order: Sequence[int], revision: int | None = None
) -> str:
    """Put the pages into another order, given as their present positions. Return the edit's id."""
    with archive.db.write() as session:
        document = _mine(session, archive, identity, document_id, revision)
        pages = _keys(document)
        if sorted(order) != list(range(1, len(pages) + 1)):
            raise InvalidError("每一页要恰好排到一次；页面没有变动。", code="page_order")
        return _rearrange(session, archive, identity, "reorder", {document.id: [pages[at - 1] for at in order]})


def turn(
    archive: Archive, identity: Identity, document_id: str, position: int, degrees: int, revision: int | None = None
) -> str:
    """Turn a page clockwise by 90, 180 or 270 degrees; only the view turns. Return the edit's id."""
    if degrees % 360 not in TURNS:
        raise InvalidError("只能转 90、180 或 270 度。", code="page_turn")
    return _change_page(
        archive,
        identity,
        document_id,
        position,
        revision,
        "turn",
        lambda key: [*key[:2], (key[2] + degrees) % 360, key[3]],
    )


def hide(
    archive: Archive, identity: Identity, document_id: str, position: int, hidden: bool, revision: int | None = None
) -> str:
    """Leave a page (a blank back, a separator) out of reading and search, or take it in again. Return the edit's id."""
    return _change_page(archive, identity, document_id, position, revision, "hide", lambda key: [*key[:3], hidden])


def replace(
    archive: Archive, identity: Identity, document_id: str, position: int, arrival_id: str, number: int,
    revision: int | None = None,
) -> str:  # fmt: skip
    """Put another scan of the same page in the place of a page. Return the edit's id."""
    with archive.db.read() as session:
        arrival = session.get(Arrival, arrival_id)
        facts = Facts(arrival.brought_by, arrival.department_id) if arrival else None
        if arrival is None or facts is None or not archive.policy.may(identity, DOCUMENT_VIEW, facts):
            raise NotFoundError("没有这份来件，或您无权查看。", code="arrival_unknown")
        if not 1 <= number <= (arrival.page_count or 0):
            raise NotFoundError("这份来件没有这一页。", code="page_unknown")
    return _change_page(
        archive, identity, document_id, position, revision, "replace", lambda _: [arrival_id, number, 0, False]
    )


def undo(archive: Archive, identity: Identity, edit_id: str) -> str:
    """Take an edit back; return the document it began with. Raises `ConflictError` when pages changed since."""
    with archive.db.write() as session:
        edit = session.get(PageEdit, edit_id, with_for_update=True)
        if edit is None or edit.undone_at is not None:
            raise NotFoundError("这一步已经撤销，或不存在。", code="edit_unknown")
        documents = [_mine(session, archive, identity, each, None) for each in edit.after]
        if any(_keys(document) != edit.after[document.id] for document in documents):
            raise ConflictError("之后页面又改动过，不能撤销这一步。请先撤销后面的改动。", code="edit_stale")
        edit.undone_at = archive.clock.now()
        _rearrange(session, archive, identity, "undo", {each: edit.before.get(each) or [] for each in edit.after})
        return edit.document_id


def last_edit(session: Session, document_id: str) -> PageEdit | None:
    """Return the last edit of a document that can be undone."""
    query = sa.select(PageEdit).where(
        PageEdit.document_id == document_id, PageEdit.undone_at.is_(None), PageEdit.kind != "undo"
    )
    return session.scalars(query.order_by(PageEdit.id.desc()).limit(1)).first()


def _mine(session: Session, archive: Archive, identity: Identity, document_id: str, revision: int | None) -> Document:
    document = locked(session, archive, identity, document_id)
    require_open(document.state)
    if revision is not None and document.revision != revision:
        raise ConflictError(STALE, code="changed_meanwhile", name=document.changed_by or "别人")
    return document


def _keys(document: Document) -> list[PageKey]:
    return [[page.arrival_id, page.number, page.turn, page.hidden] for page in document.pages]


def _part_of(session: Session, archive: Archive, document: Document) -> Document:
    part = Document(
        id=new_id(), level=document.level, department_id=document.department_id, owner_id=document.owner_id,
        copy_kind=document.copy_kind, party_id=document.party_id, created_at=archive.clock.now(), pages=[],
        revision=1, state=State.NEEDS_REVIEW,
    )  # fmt: skip
    session.add(part)
    session.flush()
    return part


def _change_page(
    archive: Archive, identity: Identity, document_id: str, position: int, revision: int | None, kind: str, change: Any
) -> str:
    with archive.db.write() as session:
        document = _mine(session, archive, identity, document_id, revision)
        pages = _keys(document)
        if not 1 <= position <= len(pages):
            raise NotFoundError("这件文件没有这一页。", code="page_unknown")
        pages[position - 1] = change(pages[position - 1])
        return _rearrange(session, archive, identity, kind, {document.id: pages})


def _rearrange(session: Session, archive: Archive, identity: Identity, kind: str, after: Lists) -> str:
    """Give documents their new page lists, move what persons said along with the pages, read the rest anew."""
    documents = {each: session.get_one(Document, each) for each in after}
    before = {each: _keys(document) for each, document in documents.items()}
    _carry_values(session, archive, before, after)
    for each, document in documents.items():
        _set_pages(session, archive, document, after[each])
    session.flush()
    for document in documents.values():
        if kind != "turn" and document.pages:
            rereading.apply(session, archive, document, rereading.read_anew(archive, session, document))
        if document.state == State.VALIDATED and kind != "turn":
            document.state, document.confirmed_at, document.confirmed_by = State.NEEDS_REVIEW, None, None
        touch(session, archive, identity, document)
    main = next(iter(after))
    edit = PageEdit(
        id=new_id(), kind=kind, document_id=main, before=before, after=dict(after), made_at=archive.clock.now(),
        made_by=identity.account_id,
    )  # fmt: skip
    session.add(edit)
    tell(session, archive, identity, documents[main], f"document.pages.{kind}", before=before, after=dict(after))
    return edit.id


def _set_pages(session: Session, archive: Archive, document: Document, keys: Iterable[PageKey]) -> None:
    document.pages.clear()
    session.flush()
    for position, (arrival_id, number, turned, hidden) in enumerate(keys, start=1):
        document.pages.append(
            DocumentPage(position=position, arrival_id=arrival_id, number=number, turn=turned, hidden=hidden)
        )
    document.page_count = len(document.pages)
    document.trashed_at = None if document.pages else archive.clock.now()


def _carry_values(session: Session, archive: Archive, before: Lists, after: Lists) -> None:
    """Let values and seals follow their page to its new document and position; those of a page that is gone lose it."""
    places = {
        (key[0], key[1]): (each, position) for each, keys in after.items() for position, key in enumerate(keys, start=1)
    }
    for each, keys in before.items():
        for row in values.current(session, each).values():
            target = _new_place(row.position, keys, places, each)
            if target[0] == each:
                row.position, row.box = target[1], row.box if target[1] else None
            else:
                _move_value(session, archive, row, *target)
        for seal in session.scalars(sa.select(SealRow).where(SealRow.document_id == each)):
            document_id, position = _new_place(seal.position, keys, places, each)
            if position is None:
                session.delete(seal)
            else:
                seal.document_id, seal.position = document_id, position


def _new_place(
    position: int | None, keys: Sequence[PageKey], places: Mapping[tuple[str, int], tuple[str, int]], document_id: str
) -> tuple[str, int | None]:
    if position is None or not 1 <= position <= len(keys):
        return document_id, None
    return places.get((keys[position - 1][0], keys[position - 1][1]), (document_id, None))


def _move_value(session: Session, archive: Archive, row: FieldRow, document_id: str, position: int | None) -> None:
    """Write a value anew with the document its page went to; where it was, it stays in the history."""
    row.superseded_at = archive.clock.now()
    if not values.is_persons(row) or row.name in values.current(session, document_id):
        return
    copied = (
        "name", "label", "kind", "raw", "value", "box", "confidence", "checks", "source", "engine", "doubtful",
        "created_at", "created_by", "confirmed_at", "confirmed_by",
    )  # fmt: skip
    session.add(FieldRow(document_id=document_id, position=position, **{name: getattr(row, name) for name in copied}))
    session.flush()
