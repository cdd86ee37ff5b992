"""Objects in the Vault and their rows: noted down before the first byte, kept in one transaction, swept after all."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.kernel.database import new_id
from dms.kernel.errors import ConflictError, NotFoundError
from dms.originals.models import Intent, StoredObject
from storage.envelope import Envelope, Reservation
from storage.objects import StorageError

if TYPE_CHECKING:
    from dms.kernel.archive import Archive

LOG = logging.getLogger("dms.objects")
LEASE = timedelta(hours=1)
LONG_LEASE = timedelta(hours=24)  # an upload over a slow line
GIVEN_UP = "discard"
SWEEP = 200


def reserve(archive: Archive, *roles: str, lease: timedelta = LEASE) -> list[Reservation]:
    """Note down objects about to be written, durably, before their first byte."""
    reservations = [archive.vault.reserve(role) for role in roles]
    now = archive.clock.now()
    rows = [
        {
            "object_id": each.object_id, "role": each.role, "reservation": each.to_json(), "lease_until": now + lease,
            "created_at": now,
        }
        for each in reservations
    ]  # fmt: skip
    with archive.db.write() as session:
        session.execute(sa.insert(cast("sa.Table", Intent.__table__)), rows)
    return reservations


def keep(session: Session, archive: Archive, envelope: Envelope) -> str:
    """Turn a written object's intent into its row, in the caller's transaction; return the row's id.

    Raises `ConflictError` when the sweeper gave the intent up meanwhile.
    """
    ours = sa.delete(Intent).where(Intent.object_id == envelope.object_id, Intent.role != GIVEN_UP)
    if cast("sa.CursorResult[Any]", session.execute(ours)).rowcount != 1:
        raise ConflictError("这个文件传得太久，已经作废，没有保存任何内容。请再传一次。", code="intent_expired")
    row = StoredObject(
        id=new_id(), object_id=envelope.object_id, role=envelope.role, envelope=envelope.to_json(),
        key_id=envelope.key_id, plain_sha256=envelope.plain_sha256, plain_length=envelope.plain_length,
        created_at=archive.clock.now(), verified_at=archive.clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def give_up(session: Session, archive: Archive, object_ids: Iterable[str]) -> None:
    """Mark objects as not wanted in the caller's transaction; `remove` or the sweeper takes them from the store."""
    for object_id in object_ids:
        session.merge(
            Intent(
                object_id=object_id, role=GIVEN_UP, reservation={}, lease_until=archive.clock.now(),
                created_at=archive.clock.now(),
            )
        )  # fmt: skip


def shred(session: Session, archive: Archive, row_ids: Iterable[str | None]) -> None:
    """Delete rows of stored objects, and with them the wrapped keys, in the caller's transaction.

    Nothing may refer to the rows any more. The bytes are removed by the sweeper.
    """
    wanted = [row_id for row_id in row_ids if row_id]
    for row in session.scalars(sa.select(StoredObject).where(StoredObject.id.in_(wanted))).all():
        give_up(session, archive, [row.object_id])
        session.delete(row)


def forget(archive: Archive, object_id: str) -> None:
    """Leave nothing of an object that is not to be kept; what cannot be removed now is the sweeper's."""
    try:
        with archive.db.write() as session:
            give_up(session, archive, [object_id])
        remove(archive, [object_id])
    except (StorageError, sa.exc.SQLAlchemyError) as error:
        LOG.warning("the sweeper will remove %s: %s", object_id, error)


def remove(archive: Archive, object_ids: Iterable[str]) -> None:
    """Take objects that were given up from the store, then forget them. Raises the store's errors."""
    for object_id in object_ids:
        archive.vault.discard(object_id, GIVEN_UP)
        with archive.db.write() as session:
            session.execute(sa.delete(Intent).where(Intent.object_id == object_id, Intent.role == GIVEN_UP))


def sweep(archive: Archive) -> int:
    """Remove what writers left that never came back, and what was given up; return how many objects."""
    expired = Intent.lease_until < archive.clock.now()
    wanted = sa.select(Intent.object_id).where(sa.or_(expired, Intent.role == GIVEN_UP)).limit(SWEEP)
    with archive.db.read() as session:
        ids = list(session.scalars(wanted))
    if not ids:
        return 0
    with archive.db.write() as session:  # from here on `keep` refuses them
        session.execute(sa.update(Intent).where(Intent.object_id.in_(ids)).values(role=GIVEN_UP))
    remove(archive, ids)
    return len(ids)


def envelope_of(session: Session, row_id: str | None) -> Envelope:
    """Return the envelope of a stored object. Raises `NotFoundError`."""
    text = session.scalar(sa.select(StoredObject.envelope).where(StoredObject.id == row_id)) if row_id else None
    if text is None:
        raise NotFoundError("这里没有图像或文件：可能还没有读到，或已按规定销毁。", code="object_missing")
    return Envelope.from_json(text)


def open_object(archive: Archive, row_id: str | None) -> BinaryIO:
    """Return the plaintext of a stored object as a seekable stream."""
    with archive.db.read() as session:
        envelope = envelope_of(session, row_id)
    return archive.vault.open(envelope)
