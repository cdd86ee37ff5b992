"""What requests about the queue carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from pydantic import BaseModel, Field


class After(BaseModel):
    """Where a list goes on."""

    after: str | None = None


class Ids(BaseModel):
    """Ids of jobs, or of the things they work on."""

    id: list[str] = Field(max_length=100)


class Kind(BaseModel):
    """A kind of jobs."""

    kind: str = Field(min_length=1, max_length=24)
