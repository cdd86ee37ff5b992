"""Tables of goods (明细): columns, rows, and a field for every cell that a reading should find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.specimens.printed import PrintedField
from ingest.specimens.sheet import BLACK, Colour, Sheet, measure


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its printed heading, width in mm, how cells stand, and the field's name and kind."""

    heading: str
    width: float
    align: str = "c"
    name: str = ""  # no field when empty
    kind: str = "text"


def goods_table(
    sheet: Sheet,
    x: float,
    y: float,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    values: Sequence[Sequence[str]],
    size: float,
    height: float,
    *,
    ink: Colour = BLACK,
    form: Colour = BLACK,
    ruled: bool = True,
    style: str = "serif",
) -> float:
    """Print headings and rows; `values` are the cells' normal forms. Return the table's bottom (mm)."""
    xs = [x]
    for column in columns:
        xs.append(xs[-1] + column.width)
    for place, column in enumerate(columns):
        middle = (xs[place] + xs[place + 1]) / 2
        sheet.write(
            middle,
            y + (height - size) / 2,
            column.heading,
            fit(column.heading, "serif", size, column.width - 1),
            colour=form,
            align="c",
        )
    for number, (row, normal) in enumerate(zip(rows, values, strict=True), start=1):
        top = y + number * height + (height - size) / 2
        for place, column in enumerate(columns):
            field = (
                PrintedField(f"items.{number}.{column.name}", column.kind, row[place], normal[place])
                if column.name
                else None
            )
            _cell(sheet, xs[place], xs[place + 1], top, row[place], column.align, size, ink, style, field)
    bottom = y + (len(rows) + 1) * height
    if ruled:
        sheet.grid(xs, [y + height * n for n in range(len(rows) + 2)], 0.25, form)
    return bottom


def _cell(
    sheet: Sheet, left: float, right: float, top: float, text: str, align: str, size: float, ink: Colour, style: str,
    field: PrintedField | None,
) -> None:  # fmt: skip
    at = {"l": left + 1, "c": (left + right) / 2, "r": right - 1.2}[align]
    if text:
        fitted = fit(text, style, size, right - left - 1.6)
        sheet.write(at, top, text, fitted, colour=ink, style=style, align=align, field=field)


def fit(text: str, style: str, size: float, width: float) -> float:
    """Return `size`, or less where `text` would not fit into `width` mm."""
    return min(size, size * width / max(measure(text, style, size), 0.001))
