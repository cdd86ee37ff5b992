"""Fields as a paper prints them, beside the normal form that a reading should reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ingest.money import to_capitals, to_figures

_HAN = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A value as printed (`raw`) and normalised (`value`), with its field's name and kind in the document type."""

    name: str
    kind: str
    raw: str
    value: str

    def printed(self, raw: str) -> PrintedField:
        """Return the same field printed differently."""
        return replace(self, raw=raw)


def words(name: str, text: str, kind: str = "text") -> PrintedField:
    """Return a field whose normal form is what is printed."""
    return PrintedField(name, kind, text, text)


def code(name: str, text: str, kind: str = "code") -> PrintedField:
    """Return a code, account or phone number; its normal form has no blanks."""
    return PrintedField(name, kind, text, text.replace(" ", ""))


def day(name: str, when: date, form: str = "年") -> PrintedField:
    """Return a date; `form` 年 prints 2024年3月5日, 年0 2024年03月05日, - 2024-03-05, 汉 二〇二四年三月五日."""
    return PrintedField(name, "date", print_date(when, form), when.isoformat())


def print_date(when: date, form: str = "年") -> str:
    """Return `when` in one of the forms named in `day`."""
    if form == "-":
        return when.isoformat()
    if form == "年0":
        return f"{when.year}年{when.month:02d}月{when.day:02d}日"
    if form == "汉":
        return f"{''.join(_HAN[int(c)] for c in str(when.year))}年{_han(when.month)}月{_han(when.day)}日"
    return f"{when.year}年{when.month}月{when.day}日"


def _han(number: int) -> str:
    tens, units = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _HAN[tens] + "十"
    return head + (_HAN[units] if units else "")


def figures(name: str, fen: int, sign: str = "¥", comma: bool = False) -> PrintedField:
    """Return an amount in figures."""
    text = to_figures(fen)
    return PrintedField(name, "amount", sign + (text if comma else text.replace(",", "")), str(fen))


def capitals(name: str, fen: int, prefix: str = "", yuan: str = "元") -> PrintedField:
    """Return an amount in capitals (大写); some forms print 圆 for 元."""
    return PrintedField(name, "amount", prefix + to_capitals(fen).replace("元", yuan), str(fen))
