"""Writes lists as CSV or XLSX that no spreadsheet program can be tricked into calculating."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from dms.kernel.errors import InvalidError

Cell = str | int | float | bool | date | datetime | None
FORMS = ("csv", "xlsx")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Characters that XML cannot carry; a scan's text may hold them.
UNPRINTABLE = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


@dataclass(frozen=True, slots=True)
class Table:
    """A list as a file: its bytes piece by piece, its media type, the ending of its name."""

    chunks: Iterable[bytes]
    kind: str
    ending: str


def table(form: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """Return a list as a file of the form "csv" or "xlsx". Raises `InvalidError` for another form."""
    if form == "csv":
        return Table(csv_chunks(header, rows), "text/csv; charset=utf-8", "csv")
    if form == "xlsx":
        target = io.BytesIO()
        write_xlsx(target, title, header, rows)
        return Table([target.getvalue()], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
    raise InvalidError("列表的导出格式只有 csv 和 xlsx。", code="export_format")


def safe(value: Cell) -> Cell:
    """Return a cell that stays text: a leading character that starts a formula gets an apostrophe before it."""
    if not isinstance(value, str):
        return value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else value
    text = value.translate(UNPRINTABLE)
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def in_yuan(fen: int | None) -> float | None:
    """Return an amount in 分 as a cell that a spreadsheet adds up, in 元."""
    return None if fen is None else fen / 100


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file row by row, UTF-8 with a byte order mark so that spreadsheet programs read Chinese."""
    yield codecs.BOM_UTF8
    yield _line(header)
    for row in rows:
        yield _line([safe(value) for value in row])


def _line(row: Sequence[Cell]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(["" if value is None else value for value in row])
    return buffer.getvalue().encode()


def write_xlsx(target: BinaryIO, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write an XLSX file with one sheet; every text is stored as text, codes keep their leading zeros."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title[:31] or "1")
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name, bold=True) for name in header])
    for row in rows:
        sheet.append([_cell(sheet, safe(value)) for value in row])
    book.save(target)


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
