"""Tables of encrypted objects: those about to be written and those that are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dms.kernel.database import Base, Identified, Json


class Intent(Base):
    """An object about to be written: row first, bytes second, so that a crash leaves nothing unaccounted."""

    __tablename__ = "intent"

    object_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(16))
    reservation: Mapped[Any] = mapped_column(Json)
    lease_until: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]


class StoredObject(Identified, Base):
    """An encrypted object in the store with its envelope (canonical JSON)."""

    __tablename__ = "stored_object"

    object_id: Mapped[str] = mapped_column(sa.String(64), unique=True)
    role: Mapped[str] = mapped_column(sa.String(16))
    envelope: Mapped[str]
    key_id: Mapped[str] = mapped_column(sa.String(64), index=True)
    plain_sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    plain_length: Mapped[int]
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
