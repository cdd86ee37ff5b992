"""The key that signs checkpoints: made at the first checkpoint, wrapped by the archive's master key, never plain."""

from __future__ import annotations

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dms.audit.leaf import canonical
from dms.audit.models import AuditKey
from dms.audit.verify import fingerprint
from dms.kernel.archive import Archive
from storage.keys import KeyProvider


def signing_key(archive: Archive) -> tuple[str, Ed25519PrivateKey]:
    """Return the id and the private half of the signing key, making one where there is none yet.

    Raises what the key provider raises when the master key is not at hand.
    """
    with archive.db.read() as session:
        row = session.scalar(sa.select(AuditKey).order_by(AuditKey.created_at.desc(), AuditKey.id).limit(1))
    if row is None:
        row = _new_key(archive)
    seed = archive.vault.keys.unwrap(row.master_key_id, row.wrapped_key, _context(archive.vault.instance, row.id))
    return row.id, Ed25519PrivateKey.from_private_bytes(seed)


def _new_key(archive: Archive) -> AuditKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    key_id = fingerprint(public)
    master, wrapped = archive.vault.keys.wrap(private.private_bytes_raw(), _context(archive.vault.instance, key_id))
    made = AuditKey(
        id=key_id, public_key=public, wrapped_key=wrapped, master_key_id=master, created_at=archive.clock.now()
    )
    with archive.db.write() as session:
        session.add(made)
    return made


def rewrap_signing_keys(archive: Archive, keys: KeyProvider) -> int:
    """Wrap the signing keys with the newest master key of `keys`; return how many were wrapped anew."""
    with archive.db.read() as session:
        rows = list(session.scalars(sa.select(AuditKey).where(AuditKey.master_key_id != keys.current)))
    for row in rows:
        context = _context(archive.vault.instance, row.id)
        master, wrapped = keys.wrap(keys.unwrap(row.master_key_id, row.wrapped_key, context), context)
        with archive.db.write() as session:
            session.execute(
                sa.update(AuditKey).where(AuditKey.id == row.id).values(master_key_id=master, wrapped_key=wrapped)
            )
    return len(rows)


def _context(instance: str, key_id: str) -> bytes:
    return canonical({"format": "guidang-audit-key-1", "archive": instance, "key": key_id}).encode()
