"""Table of tasks (待办)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dms.kernel.database import Base, Id, Identified, Json
from dms.kernel.subjects import Subject

OPEN = "done_at IS NULL"


def _of_open(name: str, *columns: str, unique: bool = False, where: str = OPEN) -> sa.Index:
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class Task(Identified, Base):
    """Something a person has to do about a thing: for an account, for a department, or for the archivists.

    `facts` fill the sentence of the kind. It ends by a deed that its kind names (`done_deed`), or by a person who says
    why (`done_reason`).
    """

    __tablename__ = "task"
    __table_args__ = (
        _of_open("uq_task_open", "kind", "subject_kind", "subject_id", unique=True),
        _of_open("ix_task_of_owner", "owner_id", "due_on", "id"),
        _of_open("ix_task_of_department", "department_id", "due_on", "id"),
        _of_open("ix_task_of_nobody", "due_on", "id", where=f"{OPEN} AND owner_id IS NULL AND department_id IS NULL"),
        sa.Index("ix_task_subject", "subject_kind", "subject_id"),
    )

    kind: Mapped[str] = mapped_column(sa.String(48))
    subject_kind: Mapped[str] = mapped_column(sa.String(24))
    subject_id: Mapped[str] = mapped_column(sa.String(80))
    owner_id: Mapped[str | None] = mapped_column(Id)
    department_id: Mapped[str | None] = mapped_column(Id)
    facts: Mapped[Any] = mapped_column(Json, default=dict)
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(Id)
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(Id)
    done_deed: Mapped[str] = mapped_column(sa.String(48), default="")
    done_reason: Mapped[str] = mapped_column(default="")

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.subject_kind, self.subject_id)
