"""Days of the archive's time zone, as moments."""

from datetime import UTC, date, datetime

import pytest

from dms.kernel.clock import FixedClock, SystemClock

NOON = datetime(2026, 6, 14, 4, 0, tzinfo=UTC)


def test_a_day_begins_and_ends_where_the_archive_is() -> None:
    clock = FixedClock(NOON)
    assert clock.today() == date(2026, 6, 14)
    assert clock.start_of(clock.today()) == datetime(2026, 6, 13, 16, 0, tzinfo=UTC)
    assert clock.end_of(clock.today()) == datetime(2026, 6, 14, 15, 59, 59, 999999, tzinfo=UTC)
    clock.advance(hours=12)
    assert clock.today() == date(2026, 6, 15)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles"])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_day_that_can_be_written_are_days_too(zone: str, day: date) -> None:
    clock = SystemClock(zone)
    assert clock.start_of(day) < clock.end_of(day)
    assert clock.start_of(day).tzinfo is UTC
