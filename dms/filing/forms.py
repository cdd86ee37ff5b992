"""What requests to file carry; the page of a document sends nothing beside its address."""

from __future__ import annotations

from pydantic import BaseModel


class Seen(BaseModel):
    """The revision of a document that was seen; None: whatever it is now."""

    revision: int | None = None
