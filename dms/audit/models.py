"""Tables of the audit log: leaves, the tree's nodes, signed checkpoints, the signing keys."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dms.audit.triggers import forbid_changes
from dms.kernel.database import Base, Id, Identified


class AuditLeaf(Identified, Base):
    """One deed (审计记录). `body` is the canonical JSON that is hashed; the other columns repeat it for finding.

    `position` is the leaf's 0-based place in the tree, None until the sequencer has given it.
    """

    __tablename__ = "audit_leaf"
    __table_args__ = (
        sa.Index("ix_audit_leaf_moment", "at", "id"),
        sa.Index("ix_audit_leaf_actor", "actor_id", "at", "id"),
        sa.Index("ix_audit_leaf_name", "actor_name", "at", "id"),
        sa.Index("ix_audit_leaf_target", "target_kind", "target_id", "at", "id"),
        sa.Index("ix_audit_leaf_action", "action", "at", "id"),
        sa.Index(
            "ix_audit_leaf_waiting", "id",
            sqlite_where=sa.text("position IS NULL"), postgresql_where=sa.text("position IS NULL"),
        ),
    )  # fmt: skip

    position: Mapped[int | None] = mapped_column(unique=True)
    body: Mapped[str]
    leaf_hash: Mapped[str] = mapped_column(sa.String(64))  # SHA-256 of 0x00 and the body, hexadecimal (RFC 6962)
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(Id)
    actor_name: Mapped[str]
    action: Mapped[str] = mapped_column(sa.String(48))
    target_kind: Mapped[str] = mapped_column(sa.String(24))
    target_id: Mapped[str] = mapped_column(sa.String(80))


class AuditNode(Base):
    """The hash of a complete subtree of 2^level leaves, so that proofs read a logarithm of rows."""

    __tablename__ = "audit_node"

    level: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # which subtree of its level, from 0
    node_hash: Mapped[str] = mapped_column(sa.String(64))


class AuditHead(Base):
    """One row: how many leaves have a position. Its lock makes the sequencer the only one."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(default=0)


class AuditKey(Base):
    """A signing key (Ed25519). The private half is wrapped by the archive's master key, never plain."""

    __tablename__ = "audit_key"

    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)  # first half of the public key's SHA-256
    public_key: Mapped[str] = mapped_column(sa.String(64))  # hexadecimal
    wrapped_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    master_key_id: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]


class AuditCheckpoint(Base):
    """A signed statement that the tree of the first `size` leaves had this root at this moment."""

    __tablename__ = "audit_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]
    body: Mapped[str]  # canonical JSON, what is signed
    key_id: Mapped[str] = mapped_column(sa.String(16), sa.ForeignKey("audit_key.id"))
    signature: Mapped[str] = mapped_column(sa.String(128))  # hexadecimal


forbid_changes(AuditLeaf.__table__, except_="position")
forbid_changes(AuditCheckpoint.__table__)
