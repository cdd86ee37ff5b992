"""Taking files in (收件): the original is safe, encrypted and proven before anybody looks at what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.intake.batches import Delivery, batch_for, require_usable
from dms.intake.models import Arrival
from dms.intake.names import clean_name, kept_name
from dms.intake.problems import sentence
from dms.jobs import service as jobs
from dms.jobs.rules import Priority
from dms.kernel import outages
from dms.kernel.archive import Archive
from dms.kernel.database import new_id
from dms.kernel.errors import ForbiddenError, InvalidError, TooLargeError
from dms.originals import objects
from dms.policy import Action, Attributes, Columns, Identity
from dms.policy.content import DOCUMENT_UPLOAD, DOCUMENT_VIEW
from ingest.triage import HEAD, READABLE, FileKind, identify
from storage.envelope import Envelope

BLOCK = 1 << 20
COLUMNS = Columns(
    owner_id=Arrival.brought_by, department_id=Arrival.department_id, type_code=sa.literal(""), level=sa.literal(0),
    filed=sa.false(),
)  # fmt: skip
LIVE = Arrival.state.notin_(("duplicate", "discarded"))
EMPTY = "“%(name)s”是空文件，没有收下。请重新扫描或导出后再传。"
TOO_LARGE = "“%(name)s”超过 %(limit)s MiB，没有收下。请拆分后再传，或请管理员调大 max_upload_mib。"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Answer to a file taken in: `state` is stored, unreadable, refused or duplicate.

    `document_id` and `arrival_id` lead to what is there, "" where the asker may not see it; `message` is one sentence.
    """

    state: str
    arrival_id: str
    batch_id: str
    document_id: str = ""
    existing_id: str = ""  # of a duplicate: the arrival that has the same content
    message: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Path of the screen that shows it."""
        if self.document_id:
            return f"/documents/{self.document_id}"
        return f"/arrivals/{self.existing_id or self.arrival_id}"


class Inflow:
    """What comes in: counted, limited, its first bytes kept to tell its kind."""

    def __init__(self, source: BinaryIO, name: str, limit: int) -> None:
        self._source, self._name, self._limit = source, name, limit
        self.length = 0
        self.head = b""

    def __iter__(self) -> Iterator[bytes]:
        while block := self._source.read(BLOCK):
            self.length += len(block)
            if self.length > self._limit:
                raise TooLargeError(TOO_LARGE, name=self._name, limit=str(self._limit >> 20))
            if len(self.head) < HEAD:
                self.head += block[: HEAD - len(self.head)]
            yield block


def receive(archive: Archive, identity: Identity, source: BinaryIO, name: str, delivery: Delivery) -> Receipt:
    """Take one file in, durably, and queue its reading.

    The order is that of the design: intent row, one pass that hashes, encrypts and puts, read back and compared,
    one transaction with arrival, envelope, audit leaf and jobs. Whatever fails, nothing half-done is left.

    Raises:
        InvalidError: the file is empty, or what is said of it cannot be.
        NotFoundError: the batch or party that it is said to belong to does not exist.
        ConflictError: of the batch something else was said.
        TooLargeError: it is larger than the settings allow.
        UnavailableError: the disk is full, the store does not answer or refuses, or what it keeps is not what was sent.
    """
    archive.policy.require(identity, DOCUMENT_UPLOAD, _attributes(identity))
    require_usable(archive, identity, delivery)
    shown = clean_name(name)
    inflow = Inflow(source, shown, archive.settings.max_upload_bytes)
    envelope = _stored(archive, inflow, shown)
    file = _File(kept_name(name), identify(inflow.head, shown), envelope, delivery)
    try:
        return _admit(archive, identity, file)
    except IntegrityError:  # on PostgreSQL another upload of the same bytes was first by a moment
        return _admit(archive, identity, file)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    kind: FileKind
    envelope: Envelope
    delivery: Delivery


def _attributes(identity: Identity) -> Attributes:
    return Attributes(owner_id=identity.account_id, department_id=identity.department_id)


def _stored(archive: Archive, inflow: Inflow, shown: str) -> Envelope:
    (reservation,) = objects.reserve(archive, "original", lease=objects.LONG_LEASE)
    try:
        envelope = archive.vault.write(reservation, inflow)
        if inflow.length == 0:
            raise InvalidError(EMPTY, code="file_empty", name=shown)
    except BaseException as error:
        objects.forget(archive, reservation.object_id)
        known = outages.explained(error, outages.SENDER, name=shown)
        if known is not None:
            raise known from error
        raise
    return envelope


def _admit(archive: Archive, identity: Identity, file: _File) -> Receipt:
    with archive.db.write() as session:
        existing = session.scalars(sa.select(Arrival).where(Arrival.sha256 == file.envelope.plain_sha256, LIVE)).first()
        receipt = (
            _admit_new(session, archive, identity, file)
            if existing is None
            else _admit_duplicate(session, archive, identity, file, existing)
        )
    if existing is not None:
        objects.forget(archive, file.envelope.object_id)
    return receipt


def _admit_new(session: Session, archive: Archive, identity: Identity, file: _File) -> Receipt:
    state, code = _prospect(file.kind)
    batch = batch_for(session, archive, identity, file.delivery)
    arrival = _arrival(archive, identity, file, batch.id, state)
    arrival.problem_code, arrival.problem = code, sentence(code) if code else ""
    arrival.object_ref = objects.keep(session, archive, file.envelope)
    session.add(arrival)
    session.flush()
    record(
        session, archive.clock, identity, action="arrival.receive", target=("arrival", arrival.id),
        details={
            "name": arrival.name, "kind": file.kind.value, "length": arrival.length, "sha256": arrival.sha256,
            "object": file.envelope.object_id, "batch": batch.number, "source": file.delivery.source,
        },
    )  # fmt: skip
    if state == "stored":
        queue_inspection(session, archive, arrival.id)
    return Receipt(state, arrival.id, batch.id, message=arrival.problem)


def queue_inspection(session: Session, archive: Archive, arrival_id: str) -> None:
    """Have a file looked into, in the caller's transaction."""
    jobs.enqueue(
        session, archive, "inspect", {"arrival": arrival_id}, dedupe_key=f"inspect:{arrival_id}",
        subject=("arrival", arrival_id), priority=Priority.QUICK,
    )  # fmt: skip


def _prospect(kind: FileKind) -> tuple[str, str]:
    """Return (state, problem code) of a new arrival of this kind."""
    if kind in READABLE:
        return "stored", ""
    return ("refused", "kind_unknown") if kind is FileKind.UNKNOWN else ("unreadable", "kind_unreadable")


def _arrival(archive: Archive, identity: Identity, file: _File, batch_id: str, state: str) -> Arrival:
    return Arrival(
        id=new_id(), batch_id=batch_id, name=file.name, kind=file.kind.value, state=state,
        sha256=file.envelope.plain_sha256, length=file.envelope.plain_length, brought_by=identity.account_id,
        department_id=identity.department_id, source=file.delivery.source, origin=file.delivery.origin,
        received_at=archive.clock.now(),
    )  # fmt: skip


def _admit_duplicate(session: Session, archive: Archive, identity: Identity, file: _File, existing: Arrival) -> Receipt:
    batch = batch_for(session, archive, identity, file.delivery)
    arrival = _arrival(archive, identity, file, batch.id, "duplicate")
    arrival.duplicate_of = existing.id
    session.add(arrival)
    session.flush()
    objects.give_up(session, archive, [file.envelope.object_id])
    record(
        session, archive.clock, identity, action="arrival.duplicate", target=("arrival", arrival.id),
        details={"name": arrival.name, "sha256": arrival.sha256, "same_as": existing.id, "batch": batch.number},
    )  # fmt: skip
    return _pointing(session, archive, identity, arrival, existing)


def _pointing(session: Session, archive: Archive, identity: Identity, arrival: Arrival, existing: Arrival) -> Receipt:
    """Lead to what is there already, as far as the asker may see it."""
    made = archive.topics.held(session, archive, "arrival", [existing.id]).get(existing.id, [])
    document = next(iter(archive.topics.visible(session, archive, identity, made)), None)
    if document is not None:
        message = "档案里已有同一份文件，没有重复保存，这次送来已登记。"
        return Receipt("duplicate", arrival.id, arrival.batch_id, document.id, existing.id, message)
    if may_see(archive, identity, existing):
        message = "同一份文件已经收到过，没有重复保存，这次送来已登记。"
        return Receipt("duplicate", arrival.id, arrival.batch_id, existing_id=existing.id, message=message)
    message = "同一份文件已经收到过，没有重复保存，这次送来已登记；原有的那一份您无权查看。"
    return Receipt("duplicate", arrival.id, arrival.batch_id, message=message)


def may_see(archive: Archive, identity: Identity, arrival: Arrival) -> bool:
    """Tell whether somebody may see an arrival: until filed, archivists and the one who brought it."""
    facts = Attributes(owner_id=arrival.brought_by, department_id=arrival.department_id)
    return archive.policy.may(identity, DOCUMENT_VIEW, facts)


def known_origin(session: Session, origin: str) -> Arrival | None:
    """Return the arrival that this very file on a disk became, if it was taken in already."""
    query = sa.select(Arrival).where(Arrival.origin == origin, Arrival.state != "discarded")
    return session.scalars(query.limit(1)).first() if origin else None


def require_arrival(archive: Archive, identity: Identity, arrival: Arrival, action: Action) -> None:
    """Raise `ForbiddenError` unless somebody may do this to an arrival."""
    facts = Attributes(owner_id=arrival.brought_by, department_id=arrival.department_id)
    if not archive.policy.may(identity, action, facts):
        raise ForbiddenError("您的角色不能这样处理这份来件，没有任何改动。", code="forbidden")
