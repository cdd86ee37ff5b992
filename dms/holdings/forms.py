"""What requests about places and papers carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from dms.holdings.papers import PaperDetails

Named = Annotated[str, Field(min_length=1, max_length=200)]


class NewPlaces(BaseModel):
    """A pattern of places to make."""

    pattern: Named
    capacity: int | None = Field(None, ge=1, le=100_000)
    max_level: int = Field(3, ge=0, le=3)


class NewBoxes(BaseModel):
    """How many boxes to number."""

    count: int = Field(1, ge=1, le=500)
    name: str = Field("", max_length=80)
    max_level: int = Field(3, ge=0, le=3)


class Code(BaseModel):
    """A place code or id."""

    code: str = Field(min_length=1)


class Scan(BaseModel):
    """One scan at the shelf: what, and into which place."""

    place: Named
    item: Named


class NewPaper(BaseModel):
    """A paper to register for a document."""

    document: Named
    copy_kind: str
    code: str = ""
    place: str = ""
    holder_kind: str = "archive"
    holder: str = Field("", max_length=200)
    copies: int = Field(1, ge=1, le=999)

    def facts(self) -> PaperDetails:
        """Return what is said of the paper itself."""
        return PaperDetails(
            self.copy_kind, self.code, copies=self.copies, holder_kind=self.holder_kind, holder=self.holder
        )


class HandOut(BaseModel):
    """Whom a paper is handed to, for what and until when."""

    person: str = Field(max_length=80)
    purpose: str = Field(max_length=200)
    due_on: date | None = None


class Where(BaseModel):
    """Where to move a paper, or to take it back to."""

    place: str = ""
    purpose: str = Field("", max_length=200)


class OnDay(BaseModel):
    """The day asked about."""

    day: date | None = None


class Day(BaseModel):
    """A day in the archive's time zone."""

    day: date
