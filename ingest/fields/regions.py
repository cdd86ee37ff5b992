"""Where the value of a label may stand: right of it, below it, and the lines that continue it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.fields.kinds import GAP, join_blanks
from ingest.fields.labels import Occurrence
from ingest.fields.layout import Layout, Rectangle, Row, Segment, confidence, raw_text

_ASIDE = re.compile(
    rf"[\s{GAP}]*\((?=[^)]*(?:签字|签章|盖章|公章|[^制]章|小写|大写|负责人|经营者|元|[¥￥]|万))[^)]{{1,14}}\)?"
)
WIDE, CLOSE, _NARROW = 6.0, 4.0, 1.3  # gaps, in heights, that end the first and further lines of a value
_FAR = 10.0  # heights between label and value beyond which a value just above or below is likelier
_COLON = re.compile(rf"[\s{GAP}:;：._\-—|]*")


@dataclass(frozen=True, slots=True)
class Slice:
    """The characters of a row from `start` to `end`."""

    row: Row
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters in normal form."""
        return self.row.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Region:
    """Slices that together hold a value; its text joins them with GAP."""

    slices: tuple[Slice, ...]

    @property
    def text(self) -> str:
        """The characters of all slices."""
        return GAP.join(s.text for s in self.slices)

    def cut(self, start: int, end: int) -> Region:
        """Return the part from `start` to `end` of the text."""
        parts, at = [], 0
        for piece in self.slices:
            length = piece.end - piece.start
            first, last = max(start - at, 0), min(end - at, length)
            if first < last:
                parts.append(Slice(piece.row, piece.start + first, piece.start + last))
            at += length + 1
        return Region(tuple(parts))

    @property
    def raw(self) -> str:
        """The printed characters."""
        return join_blanks(GAP.join(raw_text(s.row, s.start, s.end) for s in self.slices))

    @property
    def confidence(self) -> float:
        """The mean confidence of the characters."""
        weights = [(confidence(s.row, s.start, s.end), s.end - s.start) for s in self.slices]
        total = sum(n for _, n in weights)
        return sum(c * n for c, n in weights) / total if total else 0.0

    @property
    def place(self) -> Rectangle:
        """The outline of the slices on the first of their pages."""
        boxes = [s.row.rectangle(s.start, s.end) for s in self.slices if s.text.strip(f" {GAP}")]
        page = int(boxes[0][1])
        boxes = [b for b in boxes if int(b[1]) == page]
        return (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )


class Neighbourhood:
    """Looks from a label for its value; knows all printed words, so that a value ends where a label begins."""

    def __init__(self, layout: Layout, found: Sequence[Occurrence]) -> None:
        self._rows = layout.rows
        self._stops: dict[int, list[Occurrence]] = {}
        for one in found:
            if one.is_stop:
                self._stops.setdefault(one.row, []).append(one)
        self._shift = self._usual_shift()

    def right(self, label: Occurrence, lines: int, until: Sequence[str], widest: float = WIDE) -> Region | None:
        """Return what is printed right of `label`, with up to `lines` lines, or None.

        A gap of `widest` heights ends the value.
        """
        row = self._rows[label.row]
        start = self._skip(row, label.end)
        end = self._end(label.row, start, until, widest)
        empty = not row.text[start:end].strip(f" {GAP}()[]【】:,.、。")
        if empty or self._distance(row, label, start) > _FAR:
            slipped = self._slipped(label, lines, until)
            if slipped or empty:
                return slipped
        return self._paragraph(label, label.row, Slice(row, start, end), lines, until)

    @staticmethod
    def _distance(row: Row, label: Occurrence, start: int) -> float:
        """Return how many heights lie between a label and what is printed right of it."""
        return (row.char(start)[1].x0 - label.place[2]) / (label.place[3] - label.place[1])

    def below(self, label: Occurrence, lines: int, until: Sequence[str], widest: float = WIDE) -> Region | None:
        """Return what is printed under `label`, or None."""
        height = label.place[3] - label.place[1]
        for number in range(label.row + 1, min(label.row + 5, len(self._rows))):
            for segment, start in self._pieces(self._rows[number]):
                gap = segment.y0 - label.place[3]
                beside = segment.x0 < label.place[2] + height and segment.x1 > label.place[0] - height
                if -0.5 * height < gap < 2.0 * height and beside and not self._begins_stop(number, start):
                    first = Slice(self._rows[number], start, self._end(number, start, until, widest))
                    return self._paragraph(label, number, first, lines, until)
        return None

    def _slipped(self, label: Occurrence, lines: int, until: Sequence[str]) -> Region | None:
        """Look in the rows next to a label's own: forms are filled in a little above or below their labels."""
        height = label.place[3] - label.place[1]
        target = (label.place[1] + label.place[3]) / 2 + self._shift * height
        best: tuple[float, int, int] | None = None
        for number in range(max(label.row - 2, 0), min(label.row + 3, len(self._rows))):
            for segment, start in self._pieces(self._rows[number]):
                off = abs(segment.middle - target) / height
                near = -0.5 * height < segment.x0 - label.place[2] < 12 * height
                if number != label.row and near and off < 0.6 and not self._led(number, segment, label):
                    best = min(best or (9.9, 0, 0), (off, number, start))
        if best is None:
            return None
        first = Slice(self._rows[best[1]], best[2], self._end(best[1], best[2], until, WIDE))
        return self._paragraph(label, best[1], first, lines, until)

    def _usual_shift(self) -> float:
        """Return how many label heights lower than their labels values stand on forms filled in by a printer."""
        offs = []
        for number, stops in self._stops.items():
            for label in stops:
                height = label.place[3] - label.place[1]
                middle = (label.place[1] + label.place[3]) / 2
                for near in range(max(number - 1, 0), min(number + 2, len(self._rows))):
                    offs += [
                        (segment.middle - middle) / height
                        for segment, start in self._pieces(self._rows[near])
                        if not self._begins_stop(near, start) and 0 < segment.x0 - label.place[2] < 8 * height
                    ]
        near_offs = [off for off in offs if abs(off) < 0.9]
        return max(near_offs, key=lambda off: sum(abs(off - o) < 0.15 for o in near_offs), default=0.0)

    def _led(self, number: int, segment: Segment, label: Occurrence) -> bool:
        """Tell whether a piece of row `number` is or follows a label of its own."""
        stops = self._stops.get(number, [])
        return any(o.place[0] <= segment.x0 + 1e-6 and o.place[2] > label.place[0] for o in stops)

    def _paragraph(self, label: Occurrence, number: int, first: Slice, lines: int, until: Sequence[str]) -> Region:
        """Return `first` with the lines of the same paragraph above and below it."""
        if lines == 1 or self._cut_by_word(first, until):
            return Region((first,))
        start = first.start + len(first.text) - len(first.text.lstrip(f" {GAP}"))
        segment, char = first.row.char(start)
        margin = segment.x0 if segment.x0 <= label.place[0] else char.x0  # running text goes on at its margin
        column = (label.place[0], char.x0, margin)
        under = self._orphans(number, column, segment, 1, lines - 1)
        over = self._orphans(number, column, segment, -1, min(lines - 1, 3))
        slices = [first]
        for at, place in under:
            slices.append(Slice(self._rows[at], place, self._end(at, place, until, _NARROW)))
            if self._cut_by_word(slices[-1], until):
                break
        above = [Slice(self._rows[at], place, self._end(at, place, until, _NARROW)) for at, place in over]
        return Region((*reversed(above), *slices)[: max(lines, 1)])

    def _orphans(
        self, number: int, column: tuple[float, float, float], first: Segment, step: int, most: int
    ) -> list[tuple[int, int]]:
        """Follow a column (left edges of label, value and paragraph) over lines without a label, down or up (`step`).

        Where the column ends at a labelled line, lines behind the widest gap belong to that label.
        """
        chain: list[tuple[int, int]] = []
        gaps: list[float] = []
        last, at = first, number + step
        while 0 <= at < len(self._rows) and len(chain) <= most + 4:
            piece = self._piece_at(at, column, last, step)
            if piece is None:
                if abs(self._rows[at].segments[0].middle - last.middle) > 2.2 * last.height:
                    return chain[:most] if step > 0 else []
                at += step
                continue
            gaps.append(abs(piece[0].middle - last.middle) / first.height)
            if self._begins_stop(at, piece[1]):
                return chain[:most] if step > 0 else []
            if self._labelled(at, column, piece[0]):
                return self._split(chain, gaps, step)[:most]
            chain.append((at, piece[1]))
            last, at = piece[0], at + step
        return chain[:most] if step > 0 else []

    @staticmethod
    def _split(chain: list[tuple[int, int]], gaps: Sequence[float], step: int) -> list[tuple[int, int]]:
        """Cut a chain of lines between two labels at its widest gap; an even chain belongs to the upper label."""
        if not chain or max(gaps) - min(gaps) < (0.5 if step > 0 else 0.3):
            return chain if step > 0 else []
        return chain[: max(range(len(gaps)), key=lambda i: gaps[i])]

    def _piece_at(
        self, number: int, column: tuple[float, float, float], last: Segment, step: int
    ) -> tuple[Segment, int] | None:
        for segment, start in self._pieces(self._rows[number]):
            gap = segment.y0 - last.y1 if step > 0 else last.y0 - segment.y1
            level = abs(segment.x0 - column[1]) <= 2.2 * last.height
            runs_on = step > 0 and last.x0 == column[2] and abs(segment.x0 - column[2]) <= 1.5 * last.height
            full = last.x1 >= segment.x1 - last.height  # only a line that fills its width runs on
            if (level or (runs_on and full)) and -0.85 * last.height <= gap <= 1.2 * last.height:
                return segment, start
        return None

    def _labelled(self, number: int, column: tuple[float, float, float], piece: Segment) -> bool:
        """Tell whether a label, or what may be an unread one, stands left of `piece`: the line belongs to it."""
        for near in range(max(number - 1, 0), min(number + 2, len(self._rows))):
            for label in self._stops.get(near, []):
                height = label.place[3] - label.place[1]
                middle = (label.place[1] + label.place[3]) / 2 + (self._shift * height if near != number else 0.0)
                level = near == number or abs(middle - piece.middle) < 0.35 * height
                beside = column[0] - 2 * height < label.place[0] < column[1] and label.quality >= 3
                own = label.place[0] == column[0] and near != number
                if level and beside and not own:
                    return True
        others = (s for s in self._rows[number].segments if s.x1 < piece.x0)
        return any(abs(s.x0 - column[0]) < piece.height for s in others)

    def _begins_stop(self, number: int, start: int) -> bool:
        return any(o.start <= start < o.end for o in self._stops.get(number, []))

    @staticmethod
    def _cut_by_word(piece: Slice, until: Sequence[str]) -> bool:
        return any(piece.row.text.startswith(word, piece.end) for word in until)

    def _end(self, number: int, start: int, until: Sequence[str], widest: float) -> int:
        """Return where a value that begins at `start` ends: at a printed word, or a gap of `widest` heights."""
        row = self._rows[number]
        ends = [o.start for o in self._stops.get(number, []) if o.start >= start]
        ends += [at for word in until if (at := row.text.find(word, start)) >= 0]
        begun = row.text[start:].lstrip(f" {GAP}")
        at = len(row.text) - len(begun)
        while (at := row.text.find(GAP, at)) >= 0:
            (one, before), (_, behind) = row.char(at), row.char(at + 1)
            if behind.x0 - before.x1 > widest * one.height:
                ends.append(at)
                break
            at += 1
        return min(ends, default=len(row.text))

    @staticmethod
    def _skip(row: Row, end: int) -> int:
        """Step over asides such as (盖章) and over the colon."""
        aside = _ASIDE.match(row.text, end)
        colon = _COLON.match(row.text, aside.end() if aside else end)
        return colon.end() if colon else end

    @staticmethod
    def _pieces(row: Row) -> Iterable[tuple[Segment, int]]:
        start = 0
        for segment in row.segments:
            yield segment, start
            start += len(segment.chars) + 1
