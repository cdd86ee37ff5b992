"""Tables of what came in: batches, arrivals, page readings, problems of the watched folder (收件批、来件、页)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.intake.names import clean_name
from dms.kernel.database import Base, Id, Identified, Json
from dms.originals.models import StoredObject


class Batch(Identified, Base):
    """What somebody brought together (收件批): who, how many papers, whose, which copy kind, where the paper is."""

    __tablename__ = "batch"

    number: Mapped[str] = mapped_column(sa.String(20), unique=True)  # for example S2026-00012
    brought_by: Mapped[str | None] = mapped_column(Id, index=True)
    department_id: Mapped[str | None] = mapped_column(Id)
    source: Mapped[str] = mapped_column(sa.String(12))  # web, watch, cli, api, demo
    expected_papers: Mapped[int | None] = mapped_column(sa.Integer)
    party_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("party.id"))
    copy_kind: Mapped[str] = mapped_column(sa.String(12), default="unknown")  # code of the rulebook
    paper_place: Mapped[str] = mapped_column(default="")  # where the paper is, in the bringer's words or a place code
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Arrival(Identified, Base):
    """One file as received, immutable (来件).

    States: stored → reading → read; unreadable (kept byte for byte, cannot be read yet), locked (a password is
    needed; then stored again), refused (cannot be used; waits to be read again or discarded), duplicate (nothing
    stored, leads to `duplicate_of`), discarded. None is ever `inspected`, a state that measurements name.
    """

    __tablename__ = "arrival"
    __table_args__ = (
        # One live arrival a content: of two uploads of the same file at once, the second becomes a duplicate.
        sa.Index(
            "uq_arrival_live_sha256", "sha256", unique=True,
            sqlite_where=sa.text("state NOT IN ('duplicate', 'discarded')"),
            postgresql_where=sa.text("state NOT IN ('duplicate', 'discarded')"),
        ),
    )  # fmt: skip

    batch_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("batch.id"), index=True)
    name: Mapped[str]  # as received, verbatim
    kind: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[str] = mapped_column(sa.String(12), index=True)
    object_ref: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("stored_object.id"))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    length: Mapped[int]
    page_count: Mapped[int | None] = mapped_column(sa.Integer)
    duplicate_of: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("arrival.id"))
    brought_by: Mapped[str | None] = mapped_column(Id, index=True)
    department_id: Mapped[str | None] = mapped_column(Id)
    source: Mapped[str] = mapped_column(sa.String(12))
    # Which file on a disk it was (path, size, time), so that an interrupted intake goes on without doubles.
    origin: Mapped[str] = mapped_column(sa.String(64), default="", index=True)
    problem_code: Mapped[str] = mapped_column(sa.String(40), default="")  # docs/errors.md
    problem: Mapped[str] = mapped_column(default="")
    password_ref: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("stored_object.id"))
    received_at: Mapped[datetime] = mapped_column(index=True)
    discarded_at: Mapped[datetime | None]
    original: Mapped[StoredObject | None] = relationship(foreign_keys=[object_ref])
    batch: Mapped[Batch] = relationship()

    @property
    def shown_name(self) -> str:
        """Name for screens and downloads; what the sender called it stays in `name`."""
        return clean_name(self.name)


class PageReading(Identified, Base):
    """The reading of one page of an arrival: one compressed row, never a row a word."""

    __tablename__ = "page_reading"
    __table_args__ = (sa.UniqueConstraint("arrival_id", "number"),)

    arrival_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("arrival.id"), index=True)
    number: Mapped[int] = mapped_column(sa.Integer)  # 1-based within the file
    reading: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)  # zlib(JSON of ingest.model.Page)
    problem_code: Mapped[str] = mapped_column(sa.String(40), default="")
    problem: Mapped[str] = mapped_column(default="")
    view_ref: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("stored_object.id"))
    thumb_ref: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("stored_object.id"))
    engine: Mapped[str] = mapped_column(sa.String(40), default="")
    width: Mapped[int] = mapped_column(sa.Integer, default=0)
    height: Mapped[int] = mapped_column(sa.Integer, default=0)
    read_at: Mapped[datetime]


class WatchProblem(Base):
    """A file in the watched folder that could not be taken in yet: said once, tried again, forgotten when it went."""

    __tablename__ = "watch_problem"

    path: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    problem: Mapped[str]  # a sentence (msgid) …
    details: Mapped[Any] = mapped_column(Json, server_default="{}", default=dict)  # … and what fills it
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
