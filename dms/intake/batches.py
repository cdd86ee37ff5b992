"""Batches (收件批): what somebody brought together, and what was said about all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.intake.models import Batch
from dms.kernel.archive import Archive
from dms.kernel.database import new_id, take_turns
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.numbering.service import next_serial
from dms.parties.models import Party
from dms.policy import Identity

JOIN_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a file comes: `source` is web, api, cli, watch or demo; the rest describes its batch.

    `origin` names the file on its disk where there is one. Without `batch_id` a file joins the batch that the same
    person opened a moment ago with the same details.
    """

    source: str
    batch_id: str = ""
    party_id: str = ""
    copy_kind: str = "unknown"
    expected_papers: int | None = None
    paper_place: str = ""
    note: str = ""
    origin: str = ""


def require_usable(archive: Archive, identity: Identity, delivery: Delivery) -> None:
    """Refuse a delivery whose batch cannot be had before its bytes are kept.

    Raises `NotFoundError` for a batch that is not the person's own and for a party that does not exist,
    `ConflictError` for a batch of which something else was said, `InvalidError` for an unknown copy kind.
    """
    if delivery.copy_kind not in archive.rulebook.copy_kinds:
        raise InvalidError("这份是原件还是复印件？请从给出的几项中选一项。", code="copy_kind")
    if delivery.batch_id or delivery.party_id:
        with archive.db.read() as session:
            _require_known(session, identity, delivery)


def batch_for(session: Session, archive: Archive, identity: Identity, delivery: Delivery) -> Batch:
    """Return the batch of a usable delivery, opening one where needed, in the caller's transaction.

    Raises like `require_usable` where it has become unusable.
    """
    if delivery.batch_id:
        return _own(session, identity, delivery)
    take_turns(session, f"batch {identity.account_id}")  # files sent at once join one batch
    return _recent(session, archive, identity, delivery) or _opened(session, archive, identity, delivery)


def _require_known(session: Session, identity: Identity, delivery: Delivery) -> None:
    if delivery.batch_id:
        _own(session, identity, delivery)
    elif session.get(Party, delivery.party_id) is None:
        raise NotFoundError("没有这个客户。", code="party_unknown")


def _own(session: Session, identity: Identity, delivery: Delivery) -> Batch:
    batch = session.get(Batch, delivery.batch_id)
    if batch is None or batch.brought_by != identity.account_id:
        raise NotFoundError("没有这个收件批，或它不是您的。请重新打开收件页再传。", code="batch_unknown")
    said = (delivery.copy_kind, delivery.party_id, delivery.paper_place, delivery.note)
    kept = (batch.copy_kind, batch.party_id, batch.paper_place, batch.note)
    if any(new not in ("", "unknown", old) for new, old in zip(said, kept, strict=True)):
        raise ConflictError(
            "这个收件批登记的（原件或复印件、客户、原件在哪里、备注）与这份的不同，没有收下。请不带批号再传，会另立一批。",
            code="batch_differs",
        )
    return batch


def _recent(session: Session, archive: Archive, identity: Identity, delivery: Delivery) -> Batch | None:
    since = archive.clock.now() - JOIN_WITHIN
    return session.scalars(
        sa.select(Batch)
        .where(
            Batch.brought_by == identity.account_id, Batch.source == delivery.source, Batch.created_at > since,
            Batch.closed_at.is_(None), Batch.copy_kind == delivery.copy_kind, Batch.note == delivery.note,
            Batch.paper_place == delivery.paper_place, Batch.party_id == (delivery.party_id or None),
        )
        .order_by(Batch.id.desc())
        .limit(1)
    ).first()  # fmt: skip


def _opened(session: Session, archive: Archive, identity: Identity, delivery: Delivery) -> Batch:
    year = archive.clock.today().year
    batch = Batch(
        id=new_id(), number=f"S{year}-{next_serial(session, f'batch:{year}'):05}", brought_by=identity.account_id,
        department_id=identity.department_id, source=delivery.source, expected_papers=delivery.expected_papers,
        party_id=delivery.party_id or None, copy_kind=delivery.copy_kind, paper_place=delivery.paper_place,
        note=delivery.note, created_at=archive.clock.now(),
    )  # fmt: skip
    session.add(batch)
    session.flush()
    return batch
