"""Table of the counters that number things."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from dms.kernel.database import Base


class NumberCounter(Base):
    """The last serial given within a prefix; taken under the row's lock, so that serials are unique and gap-free."""

    __tablename__ = "number_counter"

    prefix: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
