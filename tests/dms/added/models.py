"""Table of notes (便条)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dms.kernel.database import Base, Identified
from dms.kernel.subjects import Subject


class Note(Identified, Base):
    """A note on one thing of the archive, under a number that is printed on a slip."""

    __tablename__ = "note"
    __table_args__ = (sa.Index("ix_note_subject", "subject_kind", "subject_id", "id"),)

    number: Mapped[str] = mapped_column(sa.String(16), unique=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(24))
    subject_id: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str]
    length: Mapped[int | None]  # characters, once a worker has counted them
    old: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    @property
    def subject(self) -> Subject:
        """What the note is on."""
        return Subject(self.subject_kind, self.subject_id)
