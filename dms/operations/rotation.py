"""Rotation (密钥轮换): a new master key, and every data key wrapped by it; the objects are not touched."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from dms.audit.keys import rewrap_signing_keys
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.operations.actions import BACKUP_RUN
from dms.originals.models import StoredObject
from dms.policy import Identity
from storage.envelope import Envelope
from storage.keyfile import KeyFile
from storage.vault import Vault

STEP = 200


def rotate_keys(
    archive: Archive, identity: Identity, keys: KeyFile, progress: Callable[[int, int], None] = lambda done, total: None
) -> int:  # fmt: skip
    """Make a new master key and rewrap every envelope and the keys that sign the log; return the envelopes' number."""
    archive.policy.require(identity, BACKUP_RUN)
    new = keys.rotate()
    vault = Vault(archive.vault.store, keys, archive.vault.instance)
    behind = StoredObject.key_id != new
    with archive.db.read() as session:
        total = session.scalar(sa.select(sa.func.count()).select_from(StoredObject).where(behind)) or 0
    done = 0
    while done < total:
        step = _rewrap_some(archive, vault, behind)
        if not step:
            break
        done += step
        progress(done, total)
    rewrap_signing_keys(archive, keys)
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="keys.rotate", target=("archive", vault.instance),
            details={"key": new, "objects": done},
        )  # fmt: skip
    return done


def _rewrap_some(archive: Archive, vault: Vault, behind: sa.ColumnElement[bool]) -> int:
    with archive.db.read() as session:
        rows = session.execute(
            sa.select(StoredObject.id, StoredObject.key_id, StoredObject.envelope).where(behind).limit(STEP)
        ).all()
    rewrapped = [(row.id, row.key_id, vault.rewrap(Envelope.from_json(row.envelope))) for row in rows]
    with archive.db.write() as session:
        for row_id, old, envelope in rewrapped:
            unchanged = sa.and_(StoredObject.id == row_id, StoredObject.key_id == old)
            session.execute(
                sa.update(StoredObject).where(unchanged).values(envelope=envelope.to_json(), key_id=envelope.key_id)
            )
    return len(rewrapped)
