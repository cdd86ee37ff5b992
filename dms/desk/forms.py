"""What requests to the desk carry, from pages and from programs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

TABS = ("fields", "text", "seals", "where", "history", "proof")


class Look(BaseModel):
    """What to open of a document."""

    tab: Annotated[str, Field(pattern="|".join(TABS))] = "fields"
    page: int = Field(1, ge=1)
    q: Annotated[str, Field(max_length=400)] = ""


class Typed(BaseModel):
    """What was scanned or typed, as it stood on the paper."""

    number: Annotated[str, Field(max_length=200)] = ""


class Printed(BaseModel):
    """The number to find, of anything that bears one on paper; with or without its check character."""

    number: Annotated[str, Field(min_length=1, max_length=200)]
