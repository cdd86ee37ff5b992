"""Use cases of holds (冻结): set one, release it, list those of a thing; refuse to let go of what is held."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.holds.actions import HOLD_MANAGE
from dms.holds.models import Hold
from dms.kernel.archive import Archive
from dms.kernel.database import new_id, take_turns
from dms.kernel.errors import ConflictError, FormError, InvalidError, NotFoundError
from dms.kernel.subjects import Subject
from dms.policy import Identity
from dms.policy.content import DOCUMENT_VIEW


def set_hold(archive: Archive, identity: Identity, subject: Subject, reason: str, basis: str = "") -> str:
    """Hold a thing, so that it neither goes to the trash nor is destroyed; return the hold's id.

    Raises `NotFoundError` for what is not there or not the person's to see, `InvalidError` for a kind of things that a
    hold would not protect, and `FormError` without a reason.
    """
    archive.policy.require(identity, HOLD_MANAGE)
    _require_reason(reason, "请写明冻结的理由。")
    with archive.db.write() as session:
        _take_turns(session, subject)  # whoever destroys it at this moment ends first, and then it is not there
        _require_visible(session, archive, identity, subject)
        _require_kind(archive, subject)
        hold = Hold(
            id=new_id(), subject_kind=subject.kind, subject_id=subject.id, reason=reason.strip(), basis=basis.strip(),
            set_at=archive.clock.now(), set_by=identity.account_id,
        )  # fmt: skip
        session.add(hold)
        _log_deed(session, archive, identity, hold, "hold.set", hold.reason)
        return hold.id


def release(archive: Archive, identity: Identity, hold_id: str, reason: str) -> None:
    """Release a hold.

    Raises `NotFoundError` for one that is not there or of a thing that is not the person's to see, `ConflictError` for
    one that is released, and `FormError` without a reason.
    """
    archive.policy.require(identity, HOLD_MANAGE)
    _require_reason(reason, "请写明解除冻结的理由。")
    with archive.db.write() as session:
        hold = session.get(Hold, hold_id, with_for_update=True)
        if hold is None or not archive.topics.visible(session, archive, identity, [hold.subject]):
            raise NotFoundError("没有这个冻结，或您无权查看。", code="hold_unknown")
        if hold.released_at is not None:
            raise ConflictError("这个冻结已经解除。", code="hold_released")
        hold.released_at, hold.released_by = archive.clock.now(), identity.account_id
        hold.release_reason = reason.strip()
        _log_deed(session, archive, identity, hold, "hold.release", hold.release_reason)


def of_subject(archive: Archive, identity: Identity, subject: Subject) -> Sequence[Hold]:
    """Return the holds of a thing, released ones too, oldest first. Raises `NotFoundError` as `set_hold` does."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        _require_visible(session, archive, identity, subject)
        return session.scalars(sa.select(Hold).where(_of(subject)).order_by(Hold.id)).all()


def require_free(session: Session, archive: Archive, subject: Subject) -> None:
    """Raise `ConflictError` for a thing that is held; until the transaction ends, nobody holds it meanwhile."""
    _take_turns(session, subject)
    held = session.scalars(sa.select(Hold).where(_of(subject), Hold.released_at.is_(None)).order_by(Hold.id)).first()
    if held is not None:
        raise ConflictError(
            "已冻结（理由：%(reason)s），没有任何改动。解除冻结之后才能移走或销毁。",
            code="subject_held",
            reason=held.reason,
        )


def _of(subject: Subject) -> sa.ColumnElement[bool]:
    return sa.and_(Hold.subject_kind == subject.kind, Hold.subject_id == subject.id)


def _take_turns(session: Session, subject: Subject) -> None:
    take_turns(session, f"hold {subject.kind} {subject.id}")


def _require_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise FormError({"reason": (sentence, {})}, {"reason": reason})


def _require_visible(session: Session, archive: Archive, identity: Identity, subject: Subject) -> None:
    if not archive.topics.visible(session, archive, identity, [subject]):
        raise NotFoundError("没有这个对象，或您无权查看。", code="subject_unknown")


def _require_kind(archive: Archive, subject: Subject) -> None:
    kind = archive.topics.kinds.get(subject.kind)
    if kind is None or not kind.can_be_held:
        raise InvalidError("这类对象不能冻结，冻结不会保护它。请冻结其中的文件。", code="hold_kind")


def _log_deed(session: Session, archive: Archive, identity: Identity, hold: Hold, deed: str, reason: str) -> None:
    """Record a deed with the thing that is held, where those look for it who ask what was done to that."""
    record(
        session, archive.clock, identity, action=deed, target=(hold.subject_kind, hold.subject_id),
        details={"hold": hold.id, "basis": hold.basis}, reason=reason,
    )  # fmt: skip
