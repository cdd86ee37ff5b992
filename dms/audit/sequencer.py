"""The one sequencer: gives leaves their position, grows the tree, and signs checkpoints over it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dms.audit.keys import signing_key
from dms.audit.leaf import canonical, moment
from dms.audit.models import AuditCheckpoint, AuditHead, AuditLeaf, AuditNode
from dms.audit.tree import edge
from dms.audit.verify import CHECKPOINT_FORMAT, Growing
from dms.kernel.archive import Archive
from dms.kernel.clock import Clock
from dms.kernel.database import Database, take_turns

AT_ONCE = 1000
HEAD = 1
CHECKPOINT_EVERY = timedelta(minutes=1)


def sequence(db: Database, clock: Clock | None = None) -> int:
    """Give every waiting leaf its position; return how many got one.

    Safe to call from several processes: the head row's lock lets one work at a time. `clock` is not needed.
    """
    total = 0
    while True:
        with db.write() as session:
            count = _sequence_some(session)
        total += count
        if count < AT_ONCE:
            return total


def _sequence_some(session: Session) -> int:
    head = _locked_head(session)
    waiting = session.execute(
        sa.select(AuditLeaf.id, AuditLeaf.leaf_hash)
        .where(AuditLeaf.position.is_(None)).order_by(AuditLeaf.id).limit(AT_ONCE)
    ).all()  # fmt: skip
    if not waiting:
        return 0
    tree = grown(session, head.size)
    nodes, positions = [], []
    for leaf_id, leaf_hash in waiting:
        positions.append({"id": leaf_id, "position": tree.size})
        nodes += tree.append(bytes.fromhex(leaf_hash))
    session.execute(sa.update(AuditLeaf), positions)
    session.execute(
        sa.insert(AuditNode), [{"level": level, "number": n, "node_hash": node.hex()} for level, n, node in nodes]
    )
    head.size = tree.size
    return len(waiting)


def _locked_head(session: Session) -> AuditHead:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(AuditHead).values(id=HEAD, size=0).on_conflict_do_nothing())
    return session.get_one(AuditHead, HEAD, with_for_update=True)


def grown(session: Session, size: int) -> Growing:
    """Return the right edge of the tree of the first `size` leaves."""
    places = edge(size)
    return Growing.resumed(size, [(level, node_of(session, level, number)) for level, number in places])


def node_of(session: Session, level: int, number: int) -> bytes:
    """Return the stored hash of a complete subtree."""
    return bytes.fromhex(session.get_one(AuditNode, (level, number)).node_hash)


def tree_size(session: Session) -> int:
    """Return how many leaves have a position."""
    return session.scalar(sa.select(AuditHead.size).where(AuditHead.id == HEAD)) or 0


def latest_checkpoint(session: Session) -> AuditCheckpoint | None:
    """Return the newest checkpoint."""
    return session.scalar(sa.select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1))


def checkpoint(archive: Archive) -> AuditCheckpoint | None:
    """Sign the tree as it is; return the newest checkpoint, None for an empty tree."""
    with archive.db.read() as session:
        size, newest = tree_size(session), latest_checkpoint(session)
        if size == 0 or (newest is not None and newest.size >= size):
            return newest
        root = grown(session, size).root().hex()
    key_id, private = signing_key(archive)
    at = archive.clock.now()
    body = canonical(
        {
            "format": CHECKPOINT_FORMAT, "archive": archive.vault.instance, "size": size, "root": root,
            "at": moment(at), "key": key_id,
        }
    )  # fmt: skip
    signature = private.sign(body.encode()).hex()
    with archive.db.write() as session:
        take_turns(session, "checkpoint")
        held = session.get(AuditCheckpoint, size)  # another process may have been as quick
        if held is not None:
            return held
        made = AuditCheckpoint(size=size, root=root, at=at, body=body, key_id=key_id, signature=signature)
        session.add(made)
        return made


def tick(archive: Archive) -> int:
    """Sequence what waits, and once a minute sign what is new; the supervisor calls it each second."""
    count = sequence(archive.db)
    with archive.db.read() as session:
        newest = latest_checkpoint(session)
        behind = tree_size(session) > (newest.size if newest else 0)
    if behind and (newest is None or archive.clock.now() - newest.at >= CHECKPOINT_EVERY):
        checkpoint(archive)
    return count
