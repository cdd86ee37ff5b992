"""Tables of paper originals and their movements (原件、出入库)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.kernel.database import Base, Id, Identified
from dms.places.models import Place


class Holding(Identified, Base):
    """One physical paper or envelope (原件): many to many with documents.

    `present_place_id` and `present_person` exclude one another. Without `confirmed_at` nobody has seen the paper:
    its place is shown as 原件未确认.
    """

    __tablename__ = "holding"

    code: Mapped[str] = mapped_column(sa.String(48), unique=True)  # the code on the label
    title: Mapped[str] = mapped_column(default="")
    copy_kind: Mapped[str] = mapped_column(sa.String(12))  # original, copy …: a copy's place is never the original's
    copies: Mapped[int] = mapped_column(sa.Integer, default=1)  # 份数
    holder_kind: Mapped[str] = mapped_column(
        sa.String(10), default="archive"
    )  # archive finance legal customer bank other
    holder: Mapped[str] = mapped_column(default="")  # who holds it, where the archive does not
    level: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    home_place_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("place.id"), index=True)
    present_place_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("place.id"), index=True)
    present_person_id: Mapped[str | None] = mapped_column(Id, index=True)  # an account
    present_person: Mapped[str] = mapped_column(default="")  # the person's name, also of outsiders
    due_on: Mapped[date | None] = mapped_column(index=True)
    last_seen_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(Id)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    present_place: Mapped[Place | None] = relationship(foreign_keys=[present_place_id])
    home_place: Mapped[Place | None] = relationship(foreign_keys=[home_place_id])
    links: Mapped[list[HoldingDocument]] = relationship(cascade="all, delete-orphan")


class HoldingDocument(Base):
    """Which documents a paper shows (一式四份; several notes in one envelope)."""

    __tablename__ = "holding_document"

    holding_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("holding.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("document.id"), primary_key=True, index=True)


class Movement(Identified, Base):
    """One change of place, of a paper or of a box, from → to (a place or a person). Never altered, only reversed."""

    __tablename__ = "movement"
    __table_args__ = (
        sa.CheckConstraint("(holding_id IS NULL) <> (box_id IS NULL)", name="subject"),
        sa.Index("ix_movement_holding_at", "holding_id", "at", "id"),
        sa.Index("ix_movement_box_at", "box_id", "at", "id"),
    )

    holding_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("holding.id"))
    box_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("place.id"))
    from_place_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("place.id"))
    from_person: Mapped[str] = mapped_column(default="")
    from_person_id: Mapped[str | None] = mapped_column(Id)
    to_place_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("place.id"))
    to_person: Mapped[str] = mapped_column(default="")
    to_person_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(sa.String(12))  # put_away, move, hand_out, return, undo, found, lost
    purpose: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    at: Mapped[datetime]  # when it happened
    made_by: Mapped[str | None] = mapped_column(Id)
    reverses_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("movement.id"))
