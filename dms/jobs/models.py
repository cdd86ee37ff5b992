"""Table of jobs (任务)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dms.kernel.database import Base, Id, Identified, Json


class Job(Identified, Base):
    """One piece of work that must be done once.

    States: ready (waiting, not before `not_before`), running (leased until `lease_until` under the fence `token`),
    done, parked (given up with a reason; a person may have it tried again), cancelled.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.Index(
            "uq_job_live_dedupe_key", "dedupe_key", unique=True,
            sqlite_where=sa.text("state IN ('ready', 'running', 'parked')"),
            postgresql_where=sa.text("state IN ('ready', 'running', 'parked')"),
        ),
        sa.Index(
            "ix_job_ready", "priority", "id",
            sqlite_where=sa.text("state = 'ready'"), postgresql_where=sa.text("state = 'ready'"),
        ),
        sa.Index(
            "ix_job_leased", "lease_until",
            sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"),
        ),
        sa.Index("ix_job_subject", "subject_kind", "subject_id"),
        sa.Index("ix_job_state_id", "state", "id"),
    )  # fmt: skip

    kind: Mapped[str] = mapped_column(sa.String(24))
    payload: Mapped[Any] = mapped_column(Json)
    dedupe_key: Mapped[str] = mapped_column(sa.String(120))
    subject_kind: Mapped[str] = mapped_column(sa.String(24), default="")
    subject_id: Mapped[str | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(sa.String(10), default="ready")
    priority: Mapped[int] = mapped_column(sa.SmallInteger, default=5)  # smaller first
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)  # counted when claimed, again from 1 after progress
    token: Mapped[int] = mapped_column(default=0)  # the fence: grows with every claim
    worker: Mapped[str] = mapped_column(sa.String(80), default="")  # host:pid of who holds the lease
    lease_until: Mapped[datetime | None]
    stage: Mapped[str] = mapped_column(sa.String(24), default="")
    done: Mapped[int] = mapped_column(sa.Integer, default=0)
    total: Mapped[int | None] = mapped_column(sa.Integer)
    problem_code: Mapped[str] = mapped_column(sa.String(40), default="")  # docs/errors.md
    problem: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
