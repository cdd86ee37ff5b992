"""Dates and periods as Chinese and English papers print them, found in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Found:
    """A value found in a text: the characters from `start` to `end`, normalised to `value` if possible."""

    start: int
    end: int
    value: str | None


_NUMERAL = {c: i for i, c in enumerate("零一二三四五六七八九")}
_NUMERAL |= {c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")}
_NUMERAL |= dict.fromkeys("○OoО0Ｏ口", 0) | {"貳": 2, "叄": 3, "陸": 6, "两": 2, "元": 1}
_HAN = "零〇○OoО0口一二三四五六七八九壹贰貳叁叄肆伍陆陸柒捌玖十拾廿卅元"
_MONTHS = {m: i for i, m in enumerate(re.findall("...", "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"), start=1)}
_MONTH = r"(?P<name>JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)[A-Z]*"
_NO_DIGIT = r"(?=\D|$|\d{1,2}:\d\d)"  # a time may follow without a blank
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>(?:19|20)\d\s?\d)\s*年\s*(?P<m>\d\s?\d?)\s*月\s*(?P<d>\d\s?\d?)(?!\d)\s*[日曰目号]?",
        rf"(?P<y>[{_HAN}]{{4}})\s*年\s*(?P<m>[{_HAN}]{{1,3}})\s*月\s*(?P<d>[{_HAN}]{{1,4}})\s*[日曰目号]?",
        rf"(?<!\d)(?P<y>(?:19|20)\d\d)\s?(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}}?){_NO_DIGIT}",
        rf"(?<!\d)(?P<d>\d{{1,2}})\s?(?P<s>[-/.])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?(?P<y>20\d\d|\d\d){_NO_DIGIT}",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:ST|ND|RD|TH)?[\s\-/.,]*{_MONTH}[\s\-/.,']*(?P<y>(?:20)?\d\d)(?!\d)",
        rf"{_MONTH}[\s\-/.]*(?P<d>\d{{1,2}})(?:ST|ND|RD|TH)?[\s,\-/]+(?P<y>20\d\d)(?!\d)",
        r"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)",
    )
)
_OPEN_END = re.compile(r"长\s*期|永久|无固定期限|不约定期限|[*＊※]{2,}|年\s*月\s*日|无期限|/{2,}|-{3,}")


def find_dates(text: str) -> Iterator[Found]:
    """Yield the dates in `text` from left to right as ISO 8601; a date that does not exist has no value."""
    spans: list[Found] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if not any(f.start < match.end() and match.start() < f.end for f in spans):
                spans.append(Found(match.start(), match.end(), _iso(match)))
    yield from sorted(spans, key=lambda f: f.start)


def find_periods(text: str) -> Iterator[Found]:
    """Yield the period (营业期限) in `text` as ISO 8601 start/end; `..` stands for an open side."""
    dates = list(find_dates(text))
    open_end = _OPEN_END.search(text, dates[0].end if dates else 0)
    if len(dates) >= 2:
        yield Found(dates[0].start, dates[1].end, _joined(dates[0].value, dates[1].value))
    elif dates and open_end:
        yield Found(dates[0].start, open_end.end(), _joined(dates[0].value, ".."))
    elif dates and re.search(r"[至到]\s*$", text[: dates[0].start]):
        yield Found(dates[0].start, dates[0].end, _joined("..", dates[0].value))
    elif dates:
        yield Found(dates[0].start, len(text), _joined(dates[0].value, ".."))
    elif open_end:
        yield Found(open_end.start(), open_end.end(), "../..")


def _joined(start: str | None, end: str | None) -> str | None:
    return f"{start}/{end}" if start and end else None


def _iso(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    month = parts.get("m") or str(_MONTHS[str(parts["name"])[:3].upper()])
    year, month_number, day = _year(parts["y"]), _number(month), _number(parts["d"])
    if month_number > 12 >= day and parts["y"].isascii() and "年" not in match[0]:
        month_number, day = day, month_number  # the American order: no thirteenth month exists
    try:
        return date(year, month_number, day).isoformat()
    except ValueError:
        return None


def _year(text: str) -> int:
    digits = "".join(str(_NUMERAL.get(c, c)) for c in text if c.strip())
    number = int(digits) if digits.isdigit() else 0
    return number + 2000 if number < 100 else number


def _number(text: str) -> int:
    """Read a day or month: 05, 五, 十一, 二十九, 廿五, 零壹拾."""
    compact = "".join(text.split()).replace("拾", "十").replace("廿", "二十").replace("卅", "三十")
    if compact.isascii() and compact.isdigit():
        return int(compact)
    head, ten, tail = compact.partition("十")
    units = [_NUMERAL[c] for c in (tail if ten else head) if c in _NUMERAL]
    tens = [_NUMERAL[c] for c in head if _NUMERAL.get(c)] if ten else []
    return (10 * (tens[-1] if tens else 1) if ten else 0) + (units[-1] if units else 0)
