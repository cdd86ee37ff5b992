"""Table of dossiers (案卷)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.kernel.database import Base, Id, Identified
from dms.parties.models import Party


class Dossier(Identified, Base):
    """The dossier of one customer. `number` (档案编号) is given once by the numbering service and never reused."""

    __tablename__ = "dossier"

    number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    party_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("party.id"), index=True)
    status: Mapped[str] = mapped_column(sa.String(12), default="PRELIM")  # PRELIM 初步, FORMAL 正式, …
    owner_id: Mapped[str | None] = mapped_column(Id, index=True)  # 第一责任人
    department_id: Mapped[str | None] = mapped_column(Id, index=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger, default=1)  # 密级 0–3
    opened_on: Mapped[date]
    trigger: Mapped[str] = mapped_column(sa.String(12), default="INTENT")  # INTENT, FIRST_DEAL, ADVANCE
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(Id)
    party: Mapped[Party] = relationship()
