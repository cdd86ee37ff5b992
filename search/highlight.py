"""Where on a page the words of a query stand: from lines with word boxes to the boxes of the hits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from search.normalise import normalise
from search.query import text_query
from search.scan import occurrences

BoxTuple = tuple[float, float, float, float]
"""x0, y0, x1, y1 in whatever unit the lines use (page fractions)."""


@dataclass(frozen=True, slots=True)
class LineText:
    """A line of a page: its text, its box and the (text, box) of its words in reading order.

    Words may be single characters or many; where they are missing or do not fit the text, the line's box is divided.
    """

    text: str
    box: BoxTuple
    words: tuple[tuple[str, BoxTuple], ...] = ()


@dataclass(frozen=True, slots=True)
class Highlight:
    """One box of a hit: the 0-based line it is on, the characters start…end (not included) of that line."""

    line: int
    box: BoxTuple
    start: int
    end: int


def highlights(lines: Sequence[LineText], query: str) -> tuple[Highlight, ...]:
    """Return the boxes of the words of a query, in reading order; a hit over two lines gives two boxes.

    They stand exactly where the index found the words in the page's text (the lines joined by newlines). Hits that
    overlap are joined. Raises `QueryError`.
    """
    needles = text_query(query)
    spans = _joined(_spans("\n".join(line.text for line in lines), needles)) if needles else ()
    return tuple(_on_lines(lines, spans))


def _spans(text: str, needles: Iterable[str]) -> list[tuple[int, int]]:
    """Return the spans of original characters at which the needles occur, in order."""
    page = normalise(text)
    return sorted(page.original(at, at + len(needle)) for needle in needles for at in occurrences(needle, page.text))


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last is not None and start < last[1]:
            last = last[0], max(end, last[1])
            continue
        if last is not None:
            yield last
        last = start, end
    if last is not None:
        yield last


def _on_lines(lines: Sequence[LineText], spans: Iterable[tuple[int, int]]) -> Iterator[Highlight]:
    starts = [0, *accumulate(len(line.text) + 1 for line in lines)]
    number = 0
    for first, last in spans:
        while starts[number + 1] <= first:
            number += 1
        for place in range(number, len(lines)):
            if starts[place] >= last:
                break
            yield from _on_line(lines[place], place, first - starts[place], last - starts[place])


def _on_line(line: LineText, number: int, start: int, end: int) -> Iterator[Highlight]:
    start, end = max(start, 0), min(end, len(line.text))
    while start < end and line.text[start].isspace():
        start += 1
    if start < end:
        yield Highlight(number, _union(_pieces(line, start, end)), start, end)


def _pieces(line: LineText, start: int, end: int) -> list[BoxTuple]:
    """Return the boxes of the characters start…end, from the word boxes where they fit the line's text."""
    found: list[BoxTuple] = []
    at = 0
    for text, box in line.words:
        if at >= end:
            break
        begin = line.text.find(text, at) if text else -1
        if begin < 0:
            continue
        at = begin + len(text)
        if begin < end and at > start:
            found.append(_part(text, box, max(start, begin) - begin, min(end, at) - begin))
    return found or [_part(line.text, line.box, start, end)]


def _part(text: str, box: BoxTuple, start: int, end: int) -> BoxTuple:
    """Return the part of a box that the characters start…end of its text take, by their widths, along its long side."""
    if start == 0 and end == len(text):
        return box
    edges = [0.0, *accumulate(_width(char) for char in text)]
    low, high = edges[start] / edges[-1], edges[end] / edges[-1]
    x0, y0, x1, y1 = box
    if len(text) > 1 and y1 - y0 > 2 * (x1 - x0):  # written downwards
        return x0, y0 + (y1 - y0) * low, x1, y0 + (y1 - y0) * high
    return x0 + (x1 - x0) * low, y0, x0 + (x1 - x0) * high, y1


def _width(char: str) -> float:
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.55


def _union(boxes: Sequence[BoxTuple]) -> BoxTuple:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
