"""Ranges of days and amounts as people type them, and the presets of quarters and years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dms.kernel.errors import InvalidError
from ingest.money import parse_figures


def presets(today: date) -> list[str]:
    """Return the last four quarters and three years, newest first, as the filter takes them: 2026Q1, 2026."""
    quarters, year, quarter = [], today.year, (today.month + 2) // 3
    for _ in range(4):
        quarters.append(f"{year}Q{quarter}")
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    return quarters + [str(year) for year in range(today.year, today.year - 3, -1)]


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
