"""Table of places and boxes (库位、盒)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.kernel.database import Base, Id, Identified


class Place(Identified, Base):
    """A node of the place tree (库位). A box (盒) is a place that can be moved; its parent is where it stands now."""

    __tablename__ = "place"

    code: Mapped[str] = mapped_column(sa.String(48), unique=True)  # K01-Q2-L05A-J03-C4-H012, B2026-0132
    kind: Mapped[str] = mapped_column(sa.String(10))  # code of the rulebook
    name: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("place.id"), index=True)
    home_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("place.id"))  # of a box: where it belongs
    capacity: Mapped[int | None] = mapped_column(sa.Integer)  # boxes or papers that find room
    max_level: Mapped[int] = mapped_column(sa.SmallInteger, default=3)  # highest 密级 that may stand here
    note: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    parent: Mapped[Place | None] = relationship(remote_side="Place.id", foreign_keys=[parent_id])
