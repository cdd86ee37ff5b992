"""Checks of one value, alone or against other values of its paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from ingest.identifiers import compact, is_registration_number, is_uscc, repair_uscc
from ingest.model import Check, CheckState, FieldValue

Values = Mapping[str, FieldValue]
ValueCheck = Callable[[FieldValue, str, Values, date | None], Check | None]

# 省级行政区划 as invoice numbers spell them
_REGIONS = frozenset(re.findall("..", "11121314152122233132333435363741424344454650515253546162636465"))


def passed(name: str) -> Check:
    """Return a check that passed."""
    return Check(name, CheckState.PASSED)


def failed(name: str, message: str, suggestion: str | None = None) -> Check:
    """Return a check that failed."""
    return Check(name, CheckState.FAILED, message, suggestion)


def warning(name: str, message: str, suggestion: str | None = None) -> Check:
    """Return a check that leaves a doubt."""
    return Check(name, CheckState.WARNING, message, suggestion)


def _uscc(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    """Check a credit code, or the registration number (注册号) of an older paper."""
    del argument, values, today
    code = compact(value.value or value.raw)
    if is_uscc(code):
        known = code[0] in "159Y"
        return passed("uscc") if known else warning("uscc", "The first character is unknown; compare it.")
    if re.fullmatch(r"\d{13}|\d{15}|\d{17}|\d{20}", code):
        if is_registration_number(code) or len(code) != 15:
            return passed("uscc")
        return warning("uscc", "The check digit of the registration number is wrong; compare it.")
    suggestions = repair_uscc(code) if len(code) == 18 else ()
    message = "The check character is wrong; compare the code with the paper."
    if len(code) != 18:
        message = f"A credit code has 18 characters, this one {len(code)}; compare it with the paper."
    return failed("uscc", message, suggestions[0] if suggestions else None)


def _pattern(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    del values, today
    if re.fullmatch(argument, value.value or ""):
        return passed("pattern")
    return warning("pattern", "The value does not have its usual form; compare it with the paper.")


def _account(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    del argument, values, today
    if re.fullmatch(r"[0-9]{8,32}", value.value or ""):
        return passed("account")
    return warning("account", "An account number has 8 to 32 digits; compare it with the paper.")


def _past(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    del argument, values
    day = _day(value)
    if day is None:
        return failed("past", "There is no such day; compare the date with the paper.")
    if today is None:
        return None
    return passed("past") if day <= today else warning("past", "The day lies in the future; compare the date.")


def _not_before(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    del today
    other = values.get(argument)
    day, start = _day(value), _day(other) if other else None
    if day is None or start is None or other is None:
        return None
    if day >= start:
        return passed("not_before")
    return failed("not_before", f"The day lies before {other.label} {other.value}; compare both with the paper.")


def _period(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    del argument, values, today
    start, _, end = (value.value or "").partition("/")
    if not start or not end:
        return failed("period", "The period cannot be understood; compare it with the paper.")
    if ".." in (start, end) or start < end:
        return passed("period")
    return failed("period", "The period ends before it begins; compare both days with the paper.")


def _equals(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    """Compare an amount in capitals with the one in figures (大写 = 小写)."""
    del today
    other = values.get(argument)
    if other is None or other.value is None or value.value is None:
        return None
    if other.value == value.value:
        return passed("equals")
    return failed("equals", f"It differs from {other.label} {other.raw}; compare both with the paper.")


def _total(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    """Compare a total with the sum of other fields (金额 + 税额 = 价税合计)."""
    del today
    parts = [values.get(name) for name in argument.split(",")]
    if value.value is None or any(p is None or p.value is None for p in parts):
        return None
    expected = sum(int(p.value) for p in parts if p and p.value)
    labels = " + ".join(p.label for p in parts if p)
    if expected == int(value.value):
        return passed("total")
    return failed("total", f"{labels} gives {expected / 100:.2f}; compare the amounts with the paper.")


def _sum(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    """Compare a total with the sum of a table's column, given as items.amount."""
    del today
    table, _, column = argument.partition(".")
    cells = [v for n, v in values.items() if re.fullmatch(rf"{table}\.\d+\.{column}", n)]
    if not cells or value.value is None or any(c.value is None for c in cells):
        return None
    expected = sum(int(c.value or 0) for c in cells)
    if expected == int(value.value):
        return passed("sum")
    return warning("sum", f"The lines add up to {expected / 100:.2f}; compare them with the paper.")


def _digital_invoice_year(value: FieldValue, argument: str, values: Values, today: date | None) -> Check | None:
    """Compare year and region within the number of a 数电票 with its day of issue and the list of regions."""
    del today
    number, issued = value.value or "", values.get(argument)
    if not re.fullmatch(r"\d{20}", number):
        return None
    if issued and issued.value and issued.value[2:4] != number[:2]:
        return warning("digital_invoice_year", "Number and day of issue name different years; compare both.")
    if number[2:4] not in _REGIONS:
        return warning("digital_invoice_year", "The number names no known region; compare it with the paper.")
    return passed("digital_invoice_year")


def _day(value: FieldValue) -> date | None:
    try:
        return date.fromisoformat(value.value or "")
    except ValueError:
        return None


VALUE_CHECKS: Mapping[str, ValueCheck] = {
    "uscc": _uscc,
    "pattern": _pattern,
    "account": _account,
    "past": _past,
    "not_before": _not_before,
    "period": _period,
    "equals": _equals,
    "total": _total,
    "sum": _sum,
    "digital_invoice_year": _digital_invoice_year,
}
