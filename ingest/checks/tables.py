"""Checks of the lines of goods: quantity times price, tax rates, sums; decimals throughout, never floats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from ingest.checks.values import failed, passed, warning
from ingest.model import Check, FieldValue

Values = Mapping[str, FieldValue]
TableCheck = Callable[[str, str, Values], Iterator[tuple[str, Check]]]

_TAX_TOLERANCE = 6  # 分 a line: invoices round every line's tax


def table_rows(table: str, values: Values) -> list[dict[str, FieldValue]]:
    """Return the cells of a table's lines by column name, line after line."""
    rows: dict[int, dict[str, FieldValue]] = {}
    for name, value in values.items():
        match = re.fullmatch(rf"{re.escape(table)}\.(\d+)\.(\w+)", name)
        if match:
            rows.setdefault(int(match[1]), {})[match[2]] = value
    return [rows[number] for number in sorted(rows)]


def _product(table: str, argument: str, values: Values) -> Iterator[tuple[str, Check]]:
    """Compare quantity × price with the amount of every line, to the 分."""
    del argument
    for row in table_rows(table, values):
        quantity, price, amount = (_decimal(row.get(n)) for n in ("quantity", "price", "amount"))
        if quantity is None or price is None or amount is None:
            continue
        off = abs(quantity * price * 100 - amount)
        name = row["amount"].name
        if off <= max(Decimal(1), quantity / 2):
            yield name, passed("product")
        else:
            message = f"Quantity times price gives {quantity * price:.2f}; compare the line with the paper."
            yield name, failed("product", message)


def _tax(table: str, argument: str, values: Values) -> Iterator[tuple[str, Check]]:
    """Compare amount × rate with the tax of every line, with a tolerance for rounding."""
    del argument
    for row in table_rows(table, values):
        amount, tax = _decimal(row.get("amount")), _decimal(row.get("tax"))
        rate = re.search(r"(\d+(?:\.\d+)?)\s*%", row["rate"].raw) if "rate" in row else None
        if amount is None or tax is None or not rate:
            continue
        expected = amount * Decimal(rate[1]) / 100
        if abs(expected - tax) <= _TAX_TOLERANCE:
            yield row["tax"].name, passed("tax")
        else:
            message = f"The rate gives {expected / 100:.2f}; compare the line with the paper."
            yield row["tax"].name, failed("tax", message)


def _sum(table: str, argument: str, values: Values) -> Iterator[tuple[str, Check]]:
    """Compare the sum of the amounts with the field `argument`."""
    total = _decimal(values.get(argument))
    amounts = [_decimal(row.get("amount")) for row in table_rows(table, values)]
    if total is None or not amounts or any(a is None for a in amounts):
        return
    expected = sum((a for a in amounts if a is not None), Decimal(0))
    if expected == total:
        yield argument, passed("sum")
    else:
        yield argument, warning("sum", f"The lines add up to {expected / 100:.2f}; compare them with the paper.")


def _received(table: str, argument: str, values: Values) -> Iterator[tuple[str, Check]]:
    """Compare what was received with what was sent."""
    del argument
    for row in table_rows(table, values):
        sent, received = _decimal(row.get("quantity")), _decimal(row.get("received"))
        if sent is None or received is None:
            continue
        more = warning("received", "More was received than sent; compare the line with the paper.")
        yield row["received"].name, passed("received") if received <= sent else more


def _decimal(value: FieldValue | None) -> Decimal | None:
    try:
        return Decimal(value.value) if value and value.value is not None else None
    except InvalidOperation:
        return None


TABLE_CHECKS: Mapping[str, TableCheck] = {"product": _product, "tax": _tax, "sum": _sum, "received": _received}
