"""Table of holds (冻结)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dms.kernel.database import Base, Id, Identified
from dms.kernel.subjects import Subject


class Hold(Identified, Base):
    """A freeze of one thing. A thing may be held for several reasons at once; it is free when all are released."""

    __tablename__ = "hold"
    __table_args__ = (sa.Index("ix_hold_subject", "subject_kind", "subject_id", "id"),)

    subject_kind: Mapped[str] = mapped_column(sa.String(24))
    subject_id: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str]
    basis: Mapped[str] = mapped_column(default="")  # by which paper: case number, audit notice, contract clause
    set_at: Mapped[datetime]
    set_by: Mapped[str | None] = mapped_column(Id)
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(Id)
    release_reason: Mapped[str] = mapped_column(default="")

    @property
    def subject(self) -> Subject:
        """What is held."""
        return Subject(self.subject_kind, self.subject_id)
