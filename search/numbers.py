"""Dates and amounts as tokens, so that a range is a handful of tokens in any full-text engine."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator

from search.expression import Between

SIGNS = {"amount": "$", "date": "@", "received": "!"}
_TOP = {"amount": 14, "date": 7, "received": 7}  # highest power of ten that a token drops
MOST = {name: 10 ** (top + 1) - 1 for name, top in _TOP.items()}


def number_tokens(name: str, value: int) -> Iterator[str]:
    """Yield the tokens of one date (yyyymmdd) or amount (分): its digits with none, one, two … of the last dropped.

    Amounts beyond ±10¹⁵ 分 count as that.
    """
    size = min(abs(value), MOST[name])
    for power in range(_TOP[name] + 1):
        yield _token(name, value < 0, power, size // 10**power)


def range_tokens(between: Between) -> Iterator[str]:
    """Yield tokens of which every value of the range carries one or more, and no other value any."""
    name, most = between.name, MOST[between.name]
    low = -most if between.low is None else max(-most, min(between.low, most))
    high = most if between.high is None else max(-most, min(between.high, most))
    if name != "amount":
        low, high = _whole_periods(max(low, 0), high)
    if low < 0:
        yield from _cover(name, True, max(-high, 1), -low)
    yield from _cover(name, False, max(low, 0), high)


def _cover(name: str, negative: bool, low: int, high: int) -> Iterator[str]:
    power = 0
    while low <= high:
        if power == _TOP[name]:
            yield from (_token(name, negative, power, value) for value in range(low, high + 1))
            return
        while low <= high and low % 10:
            yield _token(name, negative, power, low)
            low += 1
        while low <= high and high % 10 != 9:
            yield _token(name, negative, power, high)
            high -= 1
        if low > high:
            return
        low, high, power = low // 10, high // 10, power + 1


def _whole_periods(low: int, high: int) -> tuple[int, int]:
    """Move ends on the first or last day of a month or year to the round number beside, which needs fewer tokens."""
    if low % 100 <= 1:
        low -= low % 100
    if low % 10_000 <= 100:
        low -= low % 10_000
    year, month, day = high // 10_000, high // 100 % 100, high % 100
    if 1 <= month <= 12 and year and day >= monthrange(min(year, 9999), month)[1]:
        high += 99 - day
    if high % 10_000 >= 1_299:
        high += 9_999 - high % 10_000
    return low, high


def _token(name: str, negative: bool, power: int, digits: int) -> str:
    return f"{SIGNS[name]}{'-' if negative else ''}{power}:{digits}"
