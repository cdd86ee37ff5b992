"""Use cases of papers (原件): register one for documents, link it, see it, confirm that it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.documents.models import Document
from dms.documents.visibility import get_visible, visible
from dms.holdings.actions import HOLDING_MOVE
from dms.holdings.models import Holding, HoldingDocument
from dms.holdings.whereabouts import (
    PastPosition,
    Whereabouts,
    history,
    is_somewhere,
    known_papers,
    papers_of,
    position_at,
    whereabouts,
    without_secrets,
)
from dms.kernel.archive import Archive
from dms.kernel.database import take_turns
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.numbering.service import next_serial
from dms.places.actions import PLACE_VIEW
from dms.places.service import paths
from dms.policy import Identity
from dms.policy.content import DOCUMENT_EXPORT

HOLDER_KINDS = ("archive", "finance", "legal", "customer", "bank", "other")


@dataclass(frozen=True, slots=True)
class PaperDetails:
    """What is said of a paper when it is registered."""

    copy_kind: str
    code: str = ""
    title: str = ""
    copies: int = 1
    holder_kind: str = "archive"
    holder: str = ""


def register(archive: Archive, identity: Identity, document_ids: Sequence[str], facts: PaperDetails) -> str:
    """Register one paper or envelope that shows these documents; return its id.

    Without a code it gets the next label number of the year, for example Y2026-000017. The paper counts as
    unconfirmed until somebody puts it away or says that they saw it.
    """
    archive.policy.require(identity, HOLDING_MOVE)
    with archive.db.write() as session:
        return add(session, archive, identity, document_ids, facts).id


def add(
    session: Session, archive: Archive, identity: Identity, document_ids: Sequence[str], facts: PaperDetails
) -> Holding:  # fmt: skip
    """Register a paper inside the caller's transaction, which has asked the policy."""
    _check_kinds(archive, facts.copy_kind, facts.holder_kind, facts.copies)
    documents = _documents(session, archive, identity, document_ids)
    holding = Holding(
        code=_code(session, archive, facts.code), title=facts.title or documents[0].title, copy_kind=facts.copy_kind,
        copies=facts.copies, holder_kind=facts.holder_kind, holder=facts.holder,
        level=max(document.level for document in documents), created_at=archive.clock.now(),
        links=[HoldingDocument(document_id=doc.id) for doc in documents],
    )  # fmt: skip
    session.add(holding)
    session.flush()
    record(
        session, archive.clock, identity, action="holding.register", target=("holding", holding.id),
        details={
            "code": holding.code, "copy_kind": facts.copy_kind, "documents": list(document_ids),
            "holder": facts.holder,
        },
    )  # fmt: skip
    return holding


def _check_kinds(archive: Archive, copy_kind: str, holder_kind: str, copies: int) -> None:
    kind = archive.rulebook.copy_kinds.get(copy_kind)
    if kind is None or not kind.paper:
        raise InvalidError("请选择这份纸是原件、复印件还是扫描件。", code="copy_kind")
    if holder_kind not in HOLDER_KINDS:
        raise InvalidError("请选择原件由谁保管。", code="holder_kind")
    if copies < 1:
        raise InvalidError("份数至少是 1。", code="copies")


def _documents(session: Session, archive: Archive, identity: Identity, ids: Sequence[str]) -> list[Document]:
    known = sa.and_(Document.id.in_(ids), Document.trashed_at.is_(None), visible(archive, identity))
    found = list(session.scalars(sa.select(Document).where(known)))
    if not found or len(found) != len(set(ids)):
        raise NotFoundError("找不到要登记原件的文件，它可能已被移入回收站。请刷新后再试。", code="document_unknown")
    return found


def _code(session: Session, archive: Archive, code: str) -> str:
    wanted = code.strip().upper()
    if not wanted:
        year = archive.clock.today().year
        return f"Y{year}-{next_serial(session, f'holding:{year}'):06}"
    take_turns(session, f"label {wanted}")
    if session.scalar(sa.select(Holding.id).where(Holding.code == wanted)):
        raise ConflictError(
            "标签 %(label)s 已经贴在另一份原件上。请换一张标签，或先核对那一份。", code="label_used", label=wanted
        )
    return wanted


def link(archive: Archive, identity: Identity, holding_id: str, document_id: str) -> None:
    """Say that a paper also shows this document (一式多份、一袋多件)."""
    archive.policy.require(identity, HOLDING_MOVE)
    with archive.db.write() as session:
        holding = get_holding(session, holding_id, for_update=True)
        document = _documents(session, archive, identity, [document_id])[0]
        if session.get(HoldingDocument, (holding_id, document_id)) is None:
            session.add(HoldingDocument(holding_id=holding_id, document_id=document_id))
            holding.level = max(holding.level, document.level)
            record(
                session, archive.clock, identity, action="holding.link", target=("holding", holding_id),
                details={"code": holding.code, "document": document_id},
            )  # fmt: skip


def confirm_seen(archive: Archive, identity: Identity, holding_id: str) -> None:
    """Record that the paper was seen today where the archive says it is. Raises `ConflictError` if it says nothing."""
    archive.policy.require(identity, HOLDING_MOVE)
    with archive.db.write() as session:
        holding = get_holding(session, holding_id, for_update=True)
        if not is_somewhere(holding):
            raise ConflictError("还没有登记这份原件在哪里。请先把它上架。", code="place_unsaid")
        now = archive.clock.now()
        holding.last_seen_at = now
        if holding.confirmed_at is None:
            holding.confirmed_at, holding.confirmed_by = now, identity.account_id
        record(
            session, archive.clock, identity, action="holding.seen", target=("holding", holding_id),
            details={"code": holding.code},
        )  # fmt: skip


def get_holding(session: Session, holding_id: str, *, for_update: bool = False) -> Holding:
    """Return the paper. Raises `NotFoundError`."""
    holding = session.get(Holding, holding_id, with_for_update=True if for_update else None)
    if holding is None:
        raise NotFoundError("没有登记这份原件。", code="holding_unknown")
    return holding


def look(archive: Archive, identity: Identity, holding_id: str) -> dict[str, Any]:
    """Return what the page of a paper shows: itself, where it is, its documents that the asker may see, its history."""
    archive.policy.require(identity, PLACE_VIEW)
    with archive.db.read() as session:
        holding = _known(session, archive, identity, holding_id)
        where = whereabouts(session, archive, [holding]).values()
        documents = session.scalars(
            sa.select(Document)
            .join(HoldingDocument, HoldingDocument.document_id == Document.id)
            .where(HoldingDocument.holding_id == holding_id, visible(archive, identity))
            .order_by(Document.id)
        ).all()
        movements = history(session, holding_id=holding_id)
        return {
            "holding": holding,
            "where": without_secrets(session, archive, identity, where)[0],
            "documents": documents,
            "movements": movements,
            "place_names": paths(session, [p for move in movements for p in (move.from_place_id, move.to_place_id)]),
        }


def _known(session: Session, archive: Archive, identity: Identity, holding_id: str) -> Holding:
    """Return the paper, to who may see a document on it and to who moves papers. Raises `NotFoundError`."""
    holding = get_holding(session, holding_id)
    moves = archive.policy.may(identity, HOLDING_MOVE)
    if not moves and holding_id not in known_papers(session, archive, identity, [holding_id]):
        raise NotFoundError("没有登记这份原件。", code="holding_unknown")
    return holding


def of_document(archive: Archive, identity: Identity, document_id: str) -> list[Whereabouts]:
    """Return where the papers of a document are, originals first. Raises `NotFoundError` where it may not be seen."""
    with archive.db.read() as session:
        get_visible(session, archive, identity, document_id)
        return papers_of(session, archive, [document_id]).get(document_id, [])


def handed_out(archive: Archive, identity: Identity) -> list[Whereabouts]:
    """Return the papers that people have, those due first on top."""
    archive.policy.require(identity, PLACE_VIEW)
    with archive.db.read() as session:
        held = session.scalars(sa.select(Holding).where(Holding.present_person != ""))
        known = whereabouts(session, archive, held).values()
        found = without_secrets(session, archive, identity, known)
        return sorted(found, key=lambda paper: (paper.due_on is None, paper.due_on or date.max, paper.code))


def export_handed_out(archive: Archive, identity: Identity) -> list[Whereabouts]:
    """Return the papers that people have for an export, which is logged."""
    archive.policy.require(identity, DOCUMENT_EXPORT)
    found = handed_out(archive, identity)
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="holding.export", target=("holding", None),
            details={"count": len(found)},
        )  # fmt: skip
    return found


def where_was(archive: Archive, identity: Identity, holding_id: str, day: date) -> PastPosition:
    """Return where the paper was at the end of `day` in the archive's time zone."""
    archive.policy.require(identity, PLACE_VIEW)
    with archive.db.read() as session:
        _known(session, archive, identity, holding_id)
        return position_at(session, holding_id, archive.clock.end_of(day))
