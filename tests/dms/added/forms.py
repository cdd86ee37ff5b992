"""What requests about notes carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class NewNote(BaseModel):
    """A note to write: on what, and what it says."""

    kind: Annotated[str, Field(min_length=1, max_length=24)]
    id: Annotated[str, Field(min_length=1, max_length=80)]
    text: Annotated[str, Field(min_length=1, max_length=1000)]
