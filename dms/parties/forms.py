"""What requests about parties carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class PartyForm(BaseModel):
    """What is typed of a party."""

    name: str = Field(min_length=1, max_length=200)
    uscc: str = Field("", max_length=18)
    relation: Literal["potential", "trading", "traded", "supplier", "own", "other"] = "potential"
    legal_form: Literal["enterprise", "other_organisation", "sole_trader", "unknown"] = "unknown"
    region: str = Field("", pattern=r"^(\d{4,6}|00[A-Z]{2})?$")
    note: str = Field("", max_length=2000)


class PartyChange(PartyForm):
    """A change, made on what the person saw."""

    revision: int


class PartyQuery(BaseModel):
    """What to look for."""

    q: str = ""
    after: str | None = None
    limit: int = Field(50, ge=1, le=200)
