"""Table of what the index must learn of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from dms.kernel.database import Base, Id, Identified


class IndexOutbox(Identified, Base):
    """One document that the index must learn of. Rows are claimed and deleted, never read by an id larger than before.

    Written as an effect of a change of a document, in the change's own transaction.
    """

    __tablename__ = "index_outbox"

    document_id: Mapped[str] = mapped_column(Id, index=True)
    created_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(index=True)
