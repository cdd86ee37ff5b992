"""What requests about holds carry."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

Text = Annotated[str, Field(min_length=1, max_length=1000)]


class HeldQuery(BaseModel):
    """Whose holds are asked for: kind (document) and id of a thing."""

    kind: Annotated[str, Field(min_length=1, max_length=24)]
    id: Annotated[str, Field(min_length=1, max_length=80)]


class NewHold(HeldQuery):
    """A hold to set: on what, why, by which paper (case number, audit notice)."""

    reason: Text
    basis: Annotated[str, Field(max_length=1000)] = ""


class Release(BaseModel):
    """Why a hold is released."""

    reason: Text
