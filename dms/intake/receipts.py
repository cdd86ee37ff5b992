"""The receipt for what was brought in together (收件回执), as a form to print and sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.accounts.service import names_of
from dms.audit.service import record
from dms.codes.making import svg
from dms.codes.rules import code_of
from dms.intake.models import Arrival, Batch
from dms.kernel.archive import Archive
from dms.kernel.errors import NotFoundError
from dms.parties.models import Party
from dms.policy import Attributes, Identity
from dms.policy.content import DOCUMENT_UPLOAD, DOCUMENT_VIEW
from dms.printing.engine import render
from dms.printing.sheet import moment, sheet, size

TEMPLATE = Path(__file__).with_name("templates") / "intake" / "receipt.typ"
MOST_LISTED = 2000  # files: some eighty pages, set in a few seconds; the rest are counted


def receipt(archive: Archive, identity: Identity, batch_id: str) -> bytes:
    """Return the receipt of a batch as PDF; that it was printed is logged.

    Raises `NotFoundError` for everybody but the one who brought the batch and those who may see its arrivals.
    """
    at = archive.clock.now()
    with archive.db.read() as session:
        batch = _known(session, archive, identity, batch_id)
        files = _files(session, batch)
        data = {"sheet": sheet(archive, identity, at), "batch": _heading(session, archive, identity, batch), **files}
    made = render(TEMPLATE.read_bytes(), data, at=at)
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="batch.receipt", target=("batch", batch.id),
            details={"number": batch.number, "files": files["totals"]["files"]},
        )  # fmt: skip
    return made


def _known(session: Session, archive: Archive, identity: Identity, batch_id: str) -> Batch:
    """Return a batch to whom its arrivals are shown, and to the one who brought it: paper can be handed over unseen."""
    batch = session.get(Batch, batch_id)
    facts = Attributes(owner_id=batch.brought_by, department_id=batch.department_id) if batch else Attributes()
    seen = archive.policy.may(identity, DOCUMENT_VIEW, facts)
    if batch is None or not (seen or _brought(archive, identity, batch, facts)):
        raise NotFoundError("没有这个收件批，或您无权查看。", code="batch_unknown")
    return batch


def _brought(archive: Archive, identity: Identity, batch: Batch, facts: Attributes) -> bool:
    mine = batch.brought_by is not None and batch.brought_by == identity.account_id
    return mine and archive.policy.may(identity, DOCUMENT_UPLOAD, facts)


def _heading(session: Session, archive: Archive, identity: Identity, batch: Batch) -> dict[str, Any]:
    """Return what is known of the batch as a whole, a person without an account unnamed."""
    party = session.get(Party, batch.party_id) if batch.party_id else None
    names: dict[str | None, str] = {identity.account_id: identity.name}
    names.update(names_of(session, [batch.brought_by]))
    return {
        "number": batch.number, "code": code_of(batch.number), "qr": svg(batch.number),
        "brought_at": moment(archive, batch.created_at), "brought_by": names.get(batch.brought_by, ""),
        "party": party.name if party else "", "copy_kind": _copies(archive, batch.copy_kind),
        "expected_papers": batch.expected_papers, "place": batch.paper_place, "note": batch.note,
    }  # fmt: skip


def _copies(archive: Archive, code: str) -> dict[str, str]:
    """Return a kind of copies in both languages; a kind that the rulebook no longer has is its code."""
    kind = archive.rulebook.copy_kinds.get(code)
    return {"zh": kind.zh, "en": kind.en} if kind else {"zh": code, "en": code}


def _files(session: Session, batch: Batch) -> dict[str, Any]:
    """Return the lines of the list and what they come to, those beyond `MOST_LISTED` included."""
    mine = Arrival.batch_id == batch.id
    listed = session.scalars(sa.select(Arrival).where(mine).order_by(Arrival.id).limit(MOST_LISTED))
    lines = [
        {"name": each.shown_name, "pages": each.page_count, "size": size(each.length), "state": each.state}
        for each in listed
    ]
    files, known, pages = session.execute(
        sa.select(sa.func.count(), sa.func.count(Arrival.page_count), sa.func.sum(Arrival.page_count)).where(mine)
    ).one()
    totals = {"files": files, "pages": pages or 0, "unread": files - known, "unlisted": files - len(lines)}
    return {"files": lines, "totals": totals}
