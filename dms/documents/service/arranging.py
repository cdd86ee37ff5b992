"""Edits of page lists (拆分、合并、排序、旋转、隐藏、替换), every one of which can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.draft import Draft
from dms.documents.events import DocumentTrashing
from dms.documents.models import Document, DocumentPage, PageEdit
from dms.documents.page_readings import ArrivalPage, stored_readings
from dms.documents.rules import State, require_open
from dms.documents.service import rereading
from dms.documents.service.carrying import Lists, PageKey, carry_seals, carry_values
from dms.documents.service.changing import locked, log_deed, touch
from dms.intake.models import Arrival
from dms.kernel.archive import Archive
from dms.kernel.database import new_id
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.policy import Attributes, Identity
from dms.policy.content import DOCUMENT_VIEW

TURNS = (90, 180, 270)
STALE = "%(name)s 刚刚改过这件文件，页面没有变动。请核对后再做一次。"


def split(
    archive: Archive, identity: Identity, document_id: str, before: Sequence[int], revision: int | None = None
) -> list[str]:
    """Split a document in front of the pages `before` (positions); return the ids of the parts, its own first."""
    with archive.db.write() as session:
        draft, document = _drafted(session, archive, identity, document_id, revision)
        pages = _keys(document)
        cuts = sorted(set(before))
        if not cuts or cuts[0] < 2 or cuts[-1] > len(pages):
            raise InvalidError("请选从第几页起拆开：第 2 页到最后一页之间。", code="page_cut")
        parts = [pages[start - 1 : end - 1] for start, end in zip([1, *cuts], [*cuts, len(pages) + 1], strict=True)]
        made = [_part_of(archive, document) for _ in parts[1:]]
        for part in made:
            draft.add(part)
        ids = [document.id, *(part.id for part in made)]
        _rearrange(draft, identity, "split", dict(zip(ids, parts, strict=True)))
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
        draft = _draft_of(session, archive, [document, *joined])
        pages = [key for each in (document, *joined) for key in _keys(each)]
        return _rearrange(draft, identity, "merge", {document.id: pages, **{each.id: [] for each in joined}})


def reorder(
    archive: Archive, identity: Identity, document_id: str, order: Sequence[int], revision: int | None = None
) -> str:
    """Put the pages into another order, given as their present positions. Return the edit's id."""
    with archive.db.write() as session:
        draft, document = _drafted(session, archive, identity, document_id, revision)
        pages = _keys(document)
        if sorted(order) != list(range(1, len(pages) + 1)):
            raise InvalidError("每一页要恰好排到一次；页面没有变动。", code="page_order")
        return _rearrange(draft, identity, "reorder", {document.id: [pages[at - 1] for at in order]})


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
        facts = Attributes(arrival.brought_by, arrival.department_id) if arrival else None
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
        draft = _draft_of(session, archive, documents)
        if any(_keys(document) != edit.after[document.id] for document in documents):
            raise ConflictError("之后页面又改动过，不能撤销这一步。请先撤销后面的改动。", code="edit_stale")
        edit.undone_at = archive.clock.now()
        _rearrange(draft, identity, "undo", {each: edit.before.get(each) or [] for each in edit.after})
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


def _drafted(
    session: Session, archive: Archive, identity: Identity, document_id: str, revision: int | None
) -> tuple[Draft, Document]:
    document = _mine(session, archive, identity, document_id, revision)
    return _draft_of(session, archive, [document]), document


def _draft_of(session: Session, archive: Archive, documents: Sequence[Document]) -> Draft:
    draft = Draft(session, archive, documents)
    draft.load_pages()
    return draft


def _keys(document: Document) -> list[PageKey]:
    return [[page.arrival_id, page.number, page.turn, page.hidden] for page in document.pages]


def _part_of(archive: Archive, document: Document) -> Document:
    return Document(
        id=new_id(), type_code="", type_confidence=0.0, title="", titled_by_person=False, level=document.level,
        department_id=document.department_id, owner_id=document.owner_id, copy_kind=document.copy_kind,
        party_id=document.party_id, created_at=archive.clock.now(), pages=[], revision=1, state=State.NEEDS_REVIEW,
    )  # fmt: skip


def _change_page(
    archive: Archive, identity: Identity, document_id: str, position: int, revision: int | None, kind: str, change: Any
) -> str:
    with archive.db.write() as session:
        draft, document = _drafted(session, archive, identity, document_id, revision)
        pages = _keys(document)
        if not 1 <= position <= len(pages):
            raise NotFoundError("这件文件没有这一页。", code="page_unknown")
        pages[position - 1] = change(pages[position - 1])
        return _rearrange(draft, identity, kind, {document.id: pages})


def _rearrange(draft: Draft, identity: Identity, kind: str, after: Lists) -> str:
    """Give documents their new page lists, move what persons said along with the pages, read the rest anew."""
    with draft.session.no_autoflush:
        before = {each: _keys(draft.documents[each]) for each in after}
        _ask_gates(draft, before, after)
        stored = _readings(draft, after) if kind != "turn" else {}
        carry_values(draft, before, after)
        carry_seals(draft, before, after)
        _set_pages(draft, after)
        if kind != "turn":
            _read_anew(draft, stored)
        for document in draft.documents.values():
            touch(draft.session, draft.archive, identity, document)
        edit = _edit(draft, identity, kind, before, after)
    draft.write()
    return edit


def _ask_gates(draft: Draft, before: Lists, after: Lists) -> None:
    """A page that leaves a document leaves it as the trash would take it: what stands in the way of that is asked."""
    for each, document in draft.documents.items():
        if _scans(before[each]) - _scans(after[each]):
            draft.archive.consequences.before(draft.session, draft.archive, DocumentTrashing(document))


def _scans(keys: Iterable[PageKey]) -> set[tuple[str, int]]:
    return {(arrival_id, number) for arrival_id, number, *_ in keys}


def _readings(draft: Draft, after: Lists) -> Mapping[ArrivalPage, bytes]:
    seen = [(key[0], key[1]) for keys in after.values() for key in keys if not key[3]]
    return stored_readings(draft.session, draft.documents, seen)


def _read_anew(draft: Draft, stored: Mapping[ArrivalPage, bytes]) -> None:
    read = {each.id: rereading.read_anew(draft, each, stored) for each in draft.documents.values() if each.pages}
    rereading.apply(draft, read)
    for document in draft.documents.values():
        if document.state == State.VALIDATED:
            document.state, document.confirmed_at, document.confirmed_by = State.NEEDS_REVIEW, None, None


def _edit(draft: Draft, identity: Identity, kind: str, before: Lists, after: Lists) -> str:
    main, archive = next(iter(after)), draft.archive
    edit = PageEdit(
        id=new_id(), kind=kind, document_id=main, before=before, after=dict(after), made_at=archive.clock.now(),
        made_by=identity.account_id,
    )  # fmt: skip
    draft.session.add(edit)
    document, action = draft.documents[main], f"document.pages.{kind}"
    log_deed(draft.session, archive, identity, document, action, before=before, after=dict(after))
    return edit.id


def _set_pages(draft: Draft, after: Lists) -> None:
    """Give documents their pages: the row of a page moves with it, so that few are written when few change."""
    rows: dict[ArrivalPage, list[DocumentPage]] = {}
    for page in (page for each in after for page in draft.documents[each].pages):
        rows.setdefault((page.arrival_id, page.number), []).append(page)
    for each, keys in after.items():
        document = draft.documents[each]
        document.pages = [_page(rows, each, position, key) for position, key in enumerate(keys, start=1)]
        document.page_count = len(document.pages)
        document.trashed_at = None if document.pages else draft.archive.clock.now()


def _page(
    rows: Mapping[ArrivalPage, list[DocumentPage]], document_id: str, position: int, key: PageKey
) -> DocumentPage:
    arrival_id, number, turned, hidden = key
    held = rows.get((arrival_id, number))
    page = held.pop(0) if held else DocumentPage(id=new_id(), arrival_id=arrival_id, number=number)
    page.document_id, page.position, page.turn, page.hidden = document_id, position, turned, hidden
    return page
