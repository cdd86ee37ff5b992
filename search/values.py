"""Dates, amounts and their ranges as people type them in a query or a filter carries them."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from decimal import Decimal

from search.expression import Between
from search.index import QueryError

DATE_EXAMPLE = "日期:2023-04..2023-06"
AMOUNT_EXAMPLE = "金额:1000..5000"

_DAY = re.compile(r"(\d{4})(?:年|-|/|\.)?(\d{1,2})(?:月|-|/|\.)(\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})(?:年|-|/|\.)(\d{1,2})月?")
_QUARTER = re.compile(r"(\d{4})年?-?(?:Q([1-4])|第?([1-4一二三四])季度?)", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})年?度?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_AMOUNT = re.compile(r"[¥￥$]?(-?)[¥￥$]?(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(\d+))?(万)?元?")
_RANGE = re.compile(r"\.{2,}|~|至|—+|–")
_SIGN = re.compile(r"(>=|<=|>|<|=)")
_MOST_FEN = 10**17


def dates(name: str, text: str, example: str = DATE_EXAMPLE) -> Between:
    """Return the range of days that a text such as 2023Q2, 2023年4月 or 2023-01-05..2023-02 means.

    Raises `QueryError`.
    """
    sign, low, high = _ends(text, example)
    if sign == ">":
        return Between(name, _period(low, text, example)[1] + 1, None)
    if sign == "<":
        return Between(name, None, _period(high, text, example)[0] - 1)
    first = _period(low, text, example)[0] if low else None
    last = _period(high, text, example)[1] if high else None
    return _ordered(Between(name, first, last), text, example)


def amounts(text: str) -> Between:
    """Return the range in 分 that a text in 元 means: 12,800 or 1000..5000 or 1.2万.. Raises `QueryError`."""
    sign, low, high = _ends(text, AMOUNT_EXAMPLE)
    first = _fen(low, text) + (sign == ">") if low else None
    last = _fen(high, text) - (sign == "<") if high else None
    return _ordered(Between("amount", first, last), text, AMOUNT_EXAMPLE)


def fen_range(text: str) -> Between:
    """Return the range that a filter in 分 means: 100000..500000 or 1280000. Raises `QueryError`."""
    example = "100000..500000"
    ends = [end.strip() for end in text.split("..", 1)] if ".." in text else [text.strip()] * 2
    if not any(ends) or not all(re.fullmatch(r"-?\d{1,17}", end) for end in ends if end):
        raise _unreadable(text, example, "amount_invalid")
    low, high = (int(end) if end else None for end in ends)
    return _ordered(Between("amount", low, high), text, example)


def amount_of_word(word: str) -> tuple[str, int] | None:
    """Return (the digits as they stand in a text, 分) where a whole word is an amount in 元, else None."""
    match = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", word))
    if match is None or len(match[3] or "") > 2:
        return None
    digits = match[2].replace(",", "")
    shown = digits + (match[3] or "").rstrip("0")
    return shown + (match[4] or ""), _to_fen(match)


def _ends(text: str, example: str) -> tuple[str, str, str]:
    """Return (">" or "<" where the end itself is left out, low, high); an open end is empty."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    sign = _SIGN.match(plain)
    if sign:
        plain = plain[sign.end() :]
        low, high = plain if sign[1][0] in ">=" else "", plain if sign[1][0] in "<=" else ""
    elif _RANGE.search(plain):
        low, high = _RANGE.split(plain, maxsplit=1)
    else:
        low = high = plain
    if not low and not high:
        raise _unreadable(text, example, "range_invalid")
    return sign[1] if sign else "", low, high


def _period(text: str, whole: str, example: str) -> tuple[int, int]:
    """Return the first and the last day of a year, quarter, month or day as yyyymmdd."""
    if match := _QUARTER.fullmatch(text):
        quarter = int(match[2]) if match[2] else _QUARTERS.get(match[3]) or int(match[3])
        return _months(int(match[1]), quarter * 3 - 2, quarter * 3)
    if match := _DAY.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        if 1 <= month <= 12 and year > 0 and 1 <= day <= monthrange(year, month)[1]:
            return (year * 100 + month) * 100 + day, (year * 100 + month) * 100 + day
    elif (match := _MONTH.fullmatch(text)) and 1 <= int(match[2]) <= 12 and int(match[1]) > 0:
        return _months(int(match[1]), int(match[2]), int(match[2]))
    elif (match := _YEAR.fullmatch(text)) and int(match[1]) > 0:
        return _months(int(match[1]), 1, 12)
    raise _unreadable(whole, example, "date_invalid")


def _months(year: int, first: int, last: int) -> tuple[int, int]:
    return (year * 100 + first) * 100 + 1, (year * 100 + last) * 100 + monthrange(year, last)[1]


def _fen(text: str, whole: str) -> int:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise _unreadable(whole, AMOUNT_EXAMPLE, "amount_invalid")
    return _to_fen(match)


def _to_fen(match: re.Match[str]) -> int:
    value = Decimal(f"{match[2].replace(',', '')}.{match[3] or '0'}") * (1_000_000 if match[4] else 100)
    return min(int(value), _MOST_FEN) * (-1 if match[1] else 1)


def _ordered(found: Between, text: str, example: str) -> Between:
    if found.low is not None and found.high is not None and found.low > found.high:
        message = f"The range “{text}” ends before it begins; write the smaller value first, for example {example}."
        raise QueryError(message, text, example, "range_reversed")
    return found


def _unreadable(text: str, example: str, code: str) -> QueryError:
    return QueryError(f"“{text}” cannot be understood; write it like {example}.", text, example, code)
