"""What requests about the log carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pydantic import BaseModel, Field

from dms.audit.browsing import LogFilter


class Narrowing(BaseModel):
    """Which deeds, and after which one the list goes on."""

    person: str = ""
    action: str = ""
    kind: str = ""
    target: str = ""
    since: date | None = None
    until: date | None = None
    after: str = ""

    def wanted(self) -> LogFilter:
        """Return the filter."""
        return LogFilter(self.person, self.action, self.kind, self.target, self.since, self.until)


class LogQuery(Narrowing):
    """The filters of the page; blanks around what a person typed count for nothing."""

    def wanted(self) -> LogFilter:
        """Return the filter."""
        return replace(super().wanted(), person=self.person.strip(), target_id=self.target.strip())


class DeedQuery(Narrowing):
    """Which deeds."""

    limit: int = Field(50, ge=1, le=500)


class Sizes(BaseModel):
    """Two sizes at which checkpoints were signed."""

    old: int = Field(ge=1, lt=2**63)
    new: int = Field(ge=1, lt=2**63)
