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

    def start_of(self, day: date) -> datetime:
        """Return the first moment of a day where the archive is."""
        ...

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a day where the archive is."""
        ...


class _Days:
    """Days of a time zone; the first and the last that can be written end where UTC does."""

    zone: ZoneInfo

    def now(self) -> datetime:
        raise NotImplementedError

    def today(self) -> date:
        """Return the present day in the archive's time zone."""
        return self.now().astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """Return the first moment of a day in the archive's time zone."""
        return self._at(day, time.min)

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a day in the archive's time zone."""
        return self._at(day, time.max)

    def _at(self, day: date, hour: time) -> datetime:
        try:
            return datetime.combine(day, hour, self.zone).astimezone(UTC)
        except OverflowError:
            return datetime.combine(day, hour, UTC)


class SystemClock(_Days):
    """The machine's clock; days are those of the archive's time zone."""

    def __init__(self, zone: str = "Asia/Shanghai") -> None:
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


class FixedClock(_Days):
    """A clock for tests that stands still until it is moved."""

    def __init__(self, at: datetime, zone: str = "Asia/Shanghai") -> None:
        self.at = at.astimezone(UTC)
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """Return the moment the clock was set to."""
        return self.at

    def advance(self, **by: float) -> None:
        """Move the clock on, for example `advance(days=7)`."""
        self.at += timedelta(**by)
