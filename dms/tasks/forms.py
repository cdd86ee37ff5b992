"""What requests about tasks carry."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class Closing(BaseModel):
    """Why a task is closed without the deed that it asks for."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class ListQuery(BaseModel):
    """Which page of the list; pass a page's `cursor` as `after` for the next."""

    after: str | None = None
    limit: int = Field(50, ge=1, le=200)
