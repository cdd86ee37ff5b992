"""Amounts of money in 分: capitals (大写金额) and figures, read tolerantly and written strictly."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_TOLERATED = {
    **{c: i for i, c in enumerate(_DIGITS)},
    **{c: i for i, c in enumerate("〇一二三四五六七八九")},
    **{c: i for i, c in enumerate("○壹貳參肆伍陸柒捌玖")},
    **dict.fromkeys("另O0Ｏ", 0),
    **dict.fromkeys("两兩弍貮", 2),
    **dict.fromkeys("叄参弎", 3),
    "俉": 5,
    "染": 7,
    "桨": 7,
    "扒": 8,
    "久": 9,
    "镹": 9,  # what scans make of 伍柒捌玖
}
_UNITS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "陌": 100, "仟": 1000, "千": 1000, "阡": 1000}
_GREAT = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_YUAN = "元圆圓园"
_WHOLE = "整正"
_PREFIX = re.compile(r"^(?:人民币|RMB|CNY|币种|大写|合计|[¥￥:：()（）\s])+", re.IGNORECASE)
MOST_FEN = 10**17  # more is no amount of a paper, and databases hold 64 bits
_FIGURE = re.compile(r"(-?)\s*(\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.(\d+))?")


class NotAnAmountError(ValueError):
    """The text is not an amount of money, or one larger than any paper states."""

    code = "not_an_amount"


def parse_capitals(text: str) -> int:
    """Return the amount in 分 that `text` states in capitals (大写金额), for example 壹仟零伍元叁角整.

    Tolerant: old and simple numerals, 圆 or 元, a missing or doubled 零, blanks, prefixes such as 人民币,
    a leading 负. Raises NotAnAmountError when a character cannot belong to an amount or units are misplaced.
    """
    cleaned = _PREFIX.sub("", re.sub(r"[\s⊗ⓧ※×*＊]", "", text)).rstrip("。.，,）)")
    negative = cleaned[:1] in ("负", "負")
    cleaned = cleaned[1:] if negative else cleaned
    yuan, rest = _split_yuan(cleaned)
    amount = _whole(yuan) * 100 + _fraction(rest)
    if not yuan and not rest:
        raise NotAnAmountError("An empty text is not an amount; type the amount in capitals.")
    return possible(-amount if negative else amount)


def possible(fen: int) -> int:
    """Return `fen`; raise NotAnAmountError where no paper can mean as much."""
    if abs(fen) > MOST_FEN:
        raise NotAnAmountError("This is more than any paper states; type the amount, for example 1409.50.")
    return fen


def _split_yuan(text: str) -> tuple[str, str]:
    """Divide at 元; without one the text is whole yuan unless it goes on to 角 or 分 alone."""
    text = text.rstrip(_WHOLE)
    for place, c in enumerate(text):
        if c in _YUAN:
            return text[:place], text[place + 1 :].strip(_WHOLE)
    return ("", text) if text.endswith(("角", "分")) else (text, "")


def _whole(text: str) -> int:
    """Return the number that capitals such as 壹亿零伍拾万 state."""
    total = section = digit = 0
    last_unit = 10**5
    for c in text:
        if c in _TOLERATED:
            digit = _TOLERATED[c]
        elif c in _UNITS:
            if _UNITS[c] >= last_unit:
                raise NotAnAmountError(f"The units of {text!r} are out of order; compare with the paper.")
            last_unit = _UNITS[c]
            section, digit = section + (digit or 1) * last_unit, 0
        elif c in _GREAT:
            total, section = _carry(total, section + digit, _GREAT[c])
            digit, last_unit = 0, 10**5
        else:
            raise NotAnAmountError(f"{c!r} does not belong to an amount in capitals; compare with the paper.")
    return total + section + digit


def _carry(total: int, section: int, great: int) -> tuple[int, int]:
    """Close a section at 万 or 亿; 亿 after 万 multiplies all that stands before it."""
    if great == 10**8 and total and total % 10**8:
        return (total + section) * great, 0
    return total + section * great, 0


def _fraction(text: str) -> int:
    """Return the 分 that the part after 元 states."""
    jiao = fen = 0
    digit: int | None = None
    for c in text:
        if c in _TOLERATED:
            digit = _TOLERATED[c]
        elif c == "角" and digit is not None:
            jiao, digit = digit, None
        elif c == "分" and digit is not None:
            fen, digit = digit, None
        else:
            raise NotAnAmountError(f"{c!r} does not belong behind 元; compare with the paper.")
    if digit:
        raise NotAnAmountError("A digit behind 元 lacks 角 or 分; compare with the paper.")
    return jiao * 10 + fen


def to_capitals(fen: int, prefix: str = "") -> str:
    """Write `fen` in capitals by the payment rules: 整 after 元 and 角, never after 分, one inner 零."""
    if fen < 0:
        return prefix + "负" + to_capitals(-fen)
    yuan, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    head = _whole_capitals(yuan) + "元" if yuan else ""
    if not jiao and not cents:
        return prefix + (head or "零元") + "整"
    zero = "零" if yuan and (not jiao or yuan % 10 == 0) else ""
    tail = (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[cents]}分" if cents else "整")
    return prefix + head + zero + tail


def _whole_capitals(number: int) -> str:
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            head, rest = divmod(number, size)
            zero = "零" if rest and (rest < size // 10 or head % 10 == 0) else ""
            return _whole_capitals(head) + name + zero + _whole_capitals(rest)
    return _section_capitals(number)


def _section_capitals(section: int) -> str:
    text, gap = "", False
    for unit, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = section // unit % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + name
        gap = not digit
    return text


def parse_figures(text: str) -> int:
    """Return the 分 of the first figures in `text`, for example ¥1,409.50; raise NotAnAmountError."""
    narrow = re.sub(r"(?<=\d)\s+(?=[\d.,])|(?<=[.,])\s+(?=\d)", "", text.replace("．", ".").replace("－", "-"))
    found = _FIGURE.search(narrow)
    if not found:
        raise NotAnAmountError(f"No figures in {text!r}; type the amount, for example 1409.50.")
    sign, whole, decimals = found.groups()
    yuan = re.sub("[,，]", "", whole).lstrip("0")
    possible(10 ** (len(yuan) + 1))  # before more digits are reckoned with than Decimal keeps
    fen = int((Decimal(f"{yuan}.{(decimals or '0')[:3]}") * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return possible(-fen if sign or re.search(r"[¥￥$]\s*-", text) else fen)


def to_figures(fen: int) -> str:
    """Write `fen` as figures with two decimals and thousands separators, for example 1,409.50."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
