"""Lines of goods (明细): cells under the printed heads of a table's columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.doctypes import Column, Table
from ingest.fields.kinds import GAP, find_values
from ingest.fields.labels import Occurrence, normal, occurrences
from ingest.fields.layout import Layout, Row
from ingest.fields.regions import Region, Slice
from ingest.model import FieldValue

_LEAST_HEADS = 3  # columns that a row must name to be the head of the table
_NUMERIC = ("amount", "number")
_LEAST_CELLS = 3  # cells, one of them a number, that make a line of goods
_SERIAL = Column(name="serial", label="序号", labels=("序号", "行号", "项次"), kind="number")


@dataclass(frozen=True, slots=True)
class _Head:
    column: Column
    x0: float
    x1: float


def read_table(layout: Layout, table: Table) -> Iterator[FieldValue]:
    """Yield the cells of `table`, named for example items.1.amount, line after line."""
    columns = (_SERIAL, *table.columns)
    found = occurrences(layout, {normal(label) for c in columns for label in c.labels})
    head = _head_row(found, columns)
    if head is None:
        return
    row_number, heads = head
    line = 0
    for row in _body(layout, row_number, table):
        cells = [(h.column, region) for h, region in _cells(row, heads) if h.column is not _SERIAL]
        values = [_cell(layout, table, line + 1, column, region) for column, region in cells]
        read = [value for value in values if value]
        if len(read) >= _LEAST_CELLS and any(value.kind in _NUMERIC for value in read):
            line += 1
            yield from read


def _head_row(found: Sequence[Occurrence], columns: Sequence[Column]) -> tuple[int, list[_Head]] | None:
    """Find the row that names most columns, at least three; each column once."""
    best: tuple[int, list[_Head]] | None = None
    for number in sorted({o.row for o in found}):
        heads: dict[str, _Head] = {}
        for one in (o for o in found if o.row == number and o.quality >= 2):
            column = next((c for c in columns if c.name not in heads and one.word in map(normal, c.labels)), None)
            if column:
                heads[column.name] = _Head(column, one.place[0], one.place[2])
        if len(heads) >= _LEAST_HEADS and (best is None or len(heads) > len(best[1])):
            best = number, sorted(heads.values(), key=lambda h: h.x0)
    return best


def _body(layout: Layout, head: int, table: Table) -> Iterator[Row]:
    ends = [normal(word) for word in table.end]
    for row in layout.rows[head + 1 :]:
        dense = "".join(row.text.replace(GAP, "").split()).upper()
        if any(dense.startswith(word) for word in ends):
            return
        yield row


def _cells(row: Row, heads: Sequence[_Head]) -> list[tuple[_Head, Region]]:
    """Give every printed piece, cut at blanks, to the column whose head is nearest."""
    cells: dict[str, tuple[_Head, list[Slice]]] = {}
    for start, end in _split_serial(row, heads):
        x0, _, x1, _ = row.rectangle(start, end)
        number = row.text[start:end].isdigit() and end - start <= 3
        fitting = [h for h in heads if number or h.column is not _SERIAL]
        nearest = min(fitting, key=lambda h: _distance(h, x0, x1))
        cells.setdefault(nearest.column.name, (nearest, []))[1].append(Slice(row, start, end))
    return [(head, Region(tuple(slices))) for head, slices in cells.values()]


def _split_serial(row: Row, heads: Sequence[_Head]) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a row; a serial number (序号) that runs into the name becomes a piece of its own."""
    serial = next((h for h in heads if h.column is _SERIAL), None)
    for start, end in _pieces(row):
        cut = start
        while serial and cut < end and row.text[cut].isdigit() and row.char(cut)[1].x0 < serial.x1:
            cut += 1
        if start < cut < end:
            yield start, cut
        yield (cut if cut < end else start), end


def _pieces(row: Row) -> Iterator[tuple[int, int]]:
    start = None
    for i, c in enumerate(row.text + GAP):
        if c in (" ", GAP):
            if start is not None:
                yield start, i
            start = None
        elif start is None:
            start = i


def _distance(head: _Head, x0: float, x1: float) -> float:
    """Return how far a piece is from a head: negative by the share that lies under it."""
    shared = min(head.x1, x1) - max(head.x0, x0)
    if shared > 0:
        return -shared / max(min(head.x1 - head.x0, x1 - x0), 1e-6)
    return -shared


def _cell(layout: Layout, table: Table, line: int, column: Column, region: Region) -> FieldValue | None:
    found = next(find_values("figures" if column.kind == "amount" else column.kind, region.text), None)
    if found is None and column.kind in _NUMERIC:
        return None
    if found and column.kind in _NUMERIC:
        region = region.cut(found.start, found.end)
    page, box = layout.page_box(region.place)
    return FieldValue(
        f"{table.name}.{line}.{column.name}",
        column.label,
        column.kind,
        region.raw,
        found.value if found else None,
        page,
        box,
        round(min(region.confidence, 1.0), 4),
    )
