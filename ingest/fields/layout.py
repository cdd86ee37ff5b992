"""Printed pieces with their places, set in rows, so that labels and values can be related."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.fields.kinds import GAP
from ingest.model import Box, Line, Page, Word

Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1 in heights of a page, pages under one another


@dataclass(frozen=True, slots=True)
class Char:
    """One character in normal form (NFKC); `raw` is what was printed, empty for the rest of an expansion."""

    text: str
    raw: str
    x0: float
    x1: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A printed piece in one line. Places are in page heights; `y` counts on over the pages of a document."""

    chars: tuple[Char, ...]
    y0: float
    y1: float
    confidence: float

    @property
    def text(self) -> str:
        """The characters in normal form."""
        return "".join(c.text for c in self.chars)

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.chars[0].x0

    @property
    def x1(self) -> float:
        """The right edge."""
        return self.chars[-1].x1

    @property
    def height(self) -> float:
        """The height in page heights."""
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """The vertical middle."""
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class Row:
    """Segments beside one another. `text` joins them with GAP; `places` says segment and character of each index."""

    segments: tuple[Segment, ...]
    text: str
    places: tuple[tuple[int, int], ...]

    def char(self, index: int) -> tuple[Segment, Char]:
        """Return the segment and character at `index` of the text; a gap gives the character before it."""
        segment, place = self.places[index]
        return self.segments[segment], self.segments[segment].chars[place]

    def rectangle(self, start: int, end: int) -> Rectangle:
        """Return the outline of the characters from `start` to `end`."""
        found = [self.char(i) for i in range(start, end) if self.text[i] != GAP]
        return (
            min(c.x0 for _, c in found),
            min(s.y0 for s, _ in found),
            max(c.x1 for _, c in found),
            max(s.y1 for s, _ in found),
        )


@dataclass(frozen=True)
class Layout:
    """All rows of a document's pages; `aspects` are widths divided by heights, page after page."""

    rows: tuple[Row, ...]
    aspects: tuple[float, ...]
    numbers: tuple[int, ...]

    def page_box(self, place: Rectangle) -> tuple[int, Box]:
        """Return page number and box in page fractions of a rectangle."""
        index = min(max(int((place[1] + place[3]) / 2), 0), len(self.aspects) - 1)
        aspect = self.aspects[index]
        x0, x1 = (min(max(x / aspect, 0.0), 1.0) for x in (place[0], place[2]))
        y0, y1 = (min(max(y - index, 0.0), 1.0) for y in (place[1], place[3]))
        return self.numbers[index], Box(x0, y0, max(x0, x1), max(y0, y1))

    def extent(self, index: int) -> Rectangle:
        """Return the outline of all that is printed on page `index` (0-based)."""
        found = [s for r in self.rows for s in r.segments if index <= s.middle < index + 1]
        if not found:
            return (0.0, float(index), self.aspects[index], index + 1.0)
        return (
            min(s.x0 for s in found),
            min(s.y0 for s in found),
            max(s.x1 for s in found),
            max(s.y1 for s in found),
        )

    def within(self, place: Rectangle, area: tuple[float, float, float, float]) -> bool:
        """Tell whether the middle of `place` lies in `area`, given in fractions of what the page has printed."""
        x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
        x0, y0, x1, y1 = self.extent(min(max(int(y), 0), len(self.aspects) - 1))
        across, down = (x - x0) / max(x1 - x0, 1e-6), (y - y0) / max(y1 - y0, 1e-6)
        return area[0] <= across <= area[2] and area[1] <= down <= area[3]


def lay_out(pages: Sequence[Page]) -> Layout:
    """Arrange the lines of `pages` in rows from top to bottom, each row from left to right."""
    aspects = tuple(p.width / p.height if p.height else 1.0 for p in pages)
    across: list[Segment] = []
    down: list[Segment] = []
    for index, page in enumerate(pages):
        for line in page.lines:
            segments = list(_segments(line, index, aspects[index]))
            (across if len(segments) == 1 else down).extend(segments)
    rows = sorted((_row(group) for group in _group(across, down)), key=lambda r: r.segments[0].middle)
    return Layout(tuple(rows), aspects, tuple(p.number for p in pages))


def _segments(line: Line, index: int, aspect: float) -> Iterable[Segment]:
    """Turn a line to segments: one for each character where it runs downward, else one."""
    words = line.words or (Word(line.text, line.box, line.confidence),)
    width, height = (line.box.x1 - line.box.x0) * aspect, line.box.y1 - line.box.y0
    if len(line.text) > 1 and height > 1.6 * width and len(words) > 1:
        for word in words:
            yield _segment(word.text, (word,), word.box, index, aspect)
    elif line.text.strip():
        yield _segment(line.text, words, line.box, index, aspect)


def _segment(text: str, words: Sequence[Word], box: Box, index: int, aspect: float) -> Segment:
    chars = [c for char in _spread(text, words, aspect) for c in _normal(char)]
    confidence = min((w.confidence for w in words), default=0.0)
    return Segment(tuple(chars), index + box.y0, index + box.y1, confidence)


def _spread(text: str, words: Sequence[Word], aspect: float) -> Iterable[Char]:
    """Give every character of `text` its place: words share their width among their characters."""
    places = [place for word in words for place in _shares(word)]
    at, last = 0, places[0][0] if places else 0.0
    for c in text.strip():
        if not c.strip() or at >= len(places):
            yield Char(" " if not c.strip() else c, c, last * aspect, last * aspect, 1.0)
            continue
        x0, x1, confidence = places[at]
        at, last = at + 1, x1
        yield Char(c, c, x0 * aspect, x1 * aspect, confidence)


def _shares(word: Word) -> Iterable[tuple[float, float, float]]:
    """Yield left edge, right edge and confidence of each character of a word."""
    width = (word.box.x1 - word.box.x0) / max(len(word.text), 1)
    for i, c in enumerate(word.text):
        if c.strip():
            yield word.box.x0 + width * i, word.box.x0 + width * (i + 1), word.confidence


def _normal(char: Char) -> Iterable[Char]:
    for i, c in enumerate(unicodedata.normalize("NFKC", char.text)):
        yield Char(c if c.strip() else " ", char.raw if i == 0 else "", char.x0, char.x1, char.confidence)


def _group(across: Sequence[Segment], down: Sequence[Segment]) -> list[list[Segment]]:
    """Put segments into rows by their height; characters of lines that run downward join the rows made by the others.

    Of several fitting rows (side texts make them) the one nearest to a segment is taken.
    """
    rows: list[list[Segment]] = []
    for segment in sorted(across, key=lambda s: (s.middle, s.x0)):
        _join(rows, rows[-6:], segment)
    for segment in sorted(down, key=lambda s: (s.middle, s.x0)):
        _join(rows, [row for row in rows if abs(row[0].middle - segment.middle) < 3 * segment.height], segment)
    return rows


def _join(rows: list[list[Segment]], near: Sequence[list[Segment]], segment: Segment) -> None:
    """Add a segment to the best of the rows `near` it, or to `rows` as a row of its own."""
    fitting = [row for row in near if _overlap(_nearest(row, segment), segment) >= 0.5]
    free = [row for row in fitting if not any(_covers(other, segment) for other in row)]
    if free:
        max(free, key=lambda row: _closeness(_nearest(row, segment), segment)).append(segment)
    else:
        rows.append([segment])


def _closeness(one: Segment, other: Segment) -> tuple[float, float]:
    gap = max(one.x0 - other.x1, other.x0 - one.x1, 0.0)
    return min(round(_overlap(one, other), 1), 0.8), -gap


def _nearest(row: Sequence[Segment], segment: Segment) -> Segment:
    return min(row, key=lambda s: max(s.x0 - segment.x1, segment.x0 - s.x1))


def _overlap(one: Segment, other: Segment) -> float:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared / max(min(one.height, other.height), 1e-6)


def _covers(one: Segment, other: Segment) -> bool:
    """Tell whether two segments lie over rather than beside one another."""
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > 0.3 * min(one.x1 - one.x0, other.x1 - other.x0)


def _row(segments: Sequence[Segment]) -> Row:
    ordered = sorted(segments, key=lambda s: s.x0)
    text: list[str] = []
    places: list[tuple[int, int]] = []
    for number, segment in enumerate(ordered):
        if number:
            text.append(GAP)
            places.append((number - 1, len(ordered[number - 1].chars) - 1))
        for place, char in enumerate(segment.chars):
            text.append(char.text)
            places.append((number, place))
    return Row(tuple(ordered), "".join(text), tuple(places))


def raw_text(row: Row, start: int, end: int) -> str:
    """Return the characters from `start` to `end` as they were printed, gaps as blanks where Latin letters meet."""
    parts = [" " if row.text[i] == GAP else row.char(i)[1].raw for i in range(start, end)]
    return re.sub(r"(?<![!-~]) | (?![!-~])", "", re.sub(r"\s+", " ", "".join(parts)).strip())


def confidence(row: Row, start: int, end: int) -> float:
    """Return the mean confidence of the characters from `start` to `end`, 0 for none."""
    found = [row.char(i)[1].confidence for i in range(start, end) if row.text[i].strip(f" {GAP}")]
    return sum(found) / len(found) if found else 0.0


def line_spacing(rows: Sequence[Row]) -> float:
    """Return the usual distance between rows in page heights."""
    gaps = sorted(b.segments[0].middle - a.segments[0].middle for a, b in pairwise(rows))
    return gaps[len(gaps) // 2] if gaps else 0.03
