"""Ranges of days and amounts as people type them, and the presets of quarters and years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dms.errors import InvalidError
from ingest.money import parse_figures


@dataclass(frozen=True, slots=True)
class Preset:
    """A range to choose with one click: `text` to show, `value` as the filter takes it."""

    text: str
    value: str


def presets(today: date) -> list[Preset]:
    """Return the last four quarters and three years, newest first."""
    quarters, year, quarter = [], today.year, (today.month + 2) // 3
    for _ in range(4):
        quarters.append(Preset(f"{year}Q{quarter}", quarter_range(year, quarter)))
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    years = [Preset(str(y), f"{y}-01-01..{y}-12-31") for y in range(today.year, today.year - 3, -1)]
    return quarters + years


def quarter_range(year: int, quarter: int) -> str:
    """Return the days of a quarter as the filter takes them."""
    first = date(year, 3 * quarter - 2, 1)
    after = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    return f"{first}..{after - timedelta(days=1)}"


def days(arguments: Mapping[str, str]) -> str:
    """Return the range of `date_from` and `date_to`, "" where neither was typed. Raises `InvalidError`."""
    first, last = (_day(arguments.get(name, "")) for name in ("date_from", "date_to"))
    if first and last and first > last:
        raise InvalidError("起始日期晚于截止日期，请对调。", code="range")
    return f"{first}..{last}" if first or last else ""


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError as error:
        raise InvalidError("请填日期，例如 2026-06-12。", code="range") from error


def amounts(arguments: Mapping[str, str]) -> str:
    """Return the range of `amount_from` and `amount_to` (元) in 分, "" where neither was typed."""
    low, high = (_amount(arguments.get(name, "")) for name in ("amount_from", "amount_to"))
    if low and high and int(low) > int(high):
        raise InvalidError("最低金额大于最高金额，请对调。", code="range")
    return f"{low}..{high}" if low or high else ""


def _amount(text: str) -> str:
    try:
        return str(parse_figures(text)) if text.strip() else ""
    except ValueError as error:
        raise InvalidError("请填金额，例如 12,800 或 12800.50。", code="range") from error
