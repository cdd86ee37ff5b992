"""The clock that every use case receives, so that deadlines can be tested."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment in UTC, with its time zone."""
        ...

    def today(self) -> date:
        """Return the present day where the archive is."""
        ...

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a day where the archive is."""
        ...


class SystemClock:
    """The machine's clock; days are those of the archive's time zone."""

    def __init__(self, zone: str = "Asia/Shanghai") -> None:
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the present day in the archive's time zone."""
        return self.now().astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a day in the archive's time zone."""
        return datetime.combine(day, time.max, self.zone)


class FixedClock:
    """A clock for tests that stands still until it is moved."""

    def __init__(self, at: datetime, zone: str = "Asia/Shanghai") -> None:
        self.at = at.astimezone(UTC)
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """Return the moment the clock was set to."""
        return self.at

    def today(self) -> date:
        """Return the day the clock was set to."""
        return self.at.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a day in the archive's time zone."""
        return datetime.combine(day, time.max, self.zone)

    def advance(self, **by: float) -> None:
        """Move the clock on, for example `advance(days=7)`."""
        self.at += timedelta(**by)
