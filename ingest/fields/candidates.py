"""Candidate values of a field: what stands at its labels, or has its form."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.doctypes import DocumentType, FieldType
from ingest.fields.dates import Found
from ingest.fields.kinds import GAP, find_values
from ingest.fields.labels import Occurrence, normal, occurrences, words_of
from ingest.fields.layout import Layout, Rectangle
from ingest.fields.regions import CLOSE, WIDE, Neighbourhood, Region, Slice

_RUNNING = ("text", "address", "party")  # kinds without wide gaps inside


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible value: where it stands, its normal form, and how well it fits (`score`)."""

    region: Region
    value: str | None
    score: float
    label: Rectangle

    @property
    def place(self) -> Rectangle:
        """The outline of the value."""
        return self.region.place


class Scene:
    """A document's layout with the printed words of one type found on it."""

    def __init__(self, layout: Layout, declared: DocumentType) -> None:
        self.layout = layout
        self.declared = declared
        self.found = occurrences(layout, words_of(declared))
        self.around = Neighbourhood(layout, self.found)
        self._anchors = {normal(a): g.name for g in declared.groups for a in g.anchors}

    def at_labels(self, field: FieldType) -> list[Candidate]:
        """Return the candidates at the labels of `field`, in reading order."""
        words = {normal(label): rank for rank, label in enumerate(field.all_labels)}
        result: list[Candidate] = []
        for one in self.found:
            anchor = field.anchor_value and self._anchors.get(one.word) == field.group
            if not anchor and (one.word not in words or not self._in_group(one, field)):
                continue
            if self.layout.within(one.place, field.area):
                rank = words.get(one.word, len(words))
                result += (_boosted(c, one.quality - 0.2 * rank) for c in self._beside(one, field))
        return result

    def _beside(self, label: Occurrence, field: FieldType) -> Iterable[Candidate]:
        for bonus, side in enumerate(reversed(field.where)):
            look = self.around.right if side == "right" else self.around.below
            widest = math.inf if field.take > 1 else CLOSE if field.kind in _RUNNING else WIDE
            region = look(label, field.lines, field.until, widest)
            candidate = region and candidate_in(region, field, label.place)
            if candidate:
                yield _boosted(candidate, 1.5 * bonus)

    def by_form(self, field: FieldType) -> list[Candidate]:
        """Return everything in the field's area that has the form of its value, in reading order."""
        result: list[Candidate] = []
        for row in self.layout.rows:
            region = Region((Slice(row, 0, len(row.text)),))
            rest, at = region, 0
            while at < len(row.text) and (found := candidate_in(rest, field, row.rectangle(0, 1), strict=True)):
                result.append(found)
                at = found.region.slices[-1].end
                rest = Region((Slice(row, at, len(row.text)),))
        return [c for c in result if c.value is not None and self.layout.within(c.place, field.area)]

    def _in_group(self, one: Occurrence, field: FieldType) -> bool:
        return not field.group or self._group_at(one) == field.group

    def _group_at(self, one: Occurrence) -> str:
        """Return the side whose anchor stands last above `one`, in its column where two stand in one row."""
        height = one.place[3] - one.place[1]
        above = [
            a
            for a in self.found
            if a.word in self._anchors
            and a.quality >= 3
            and (a.row < one.row or (a.row == one.row and a.start < one.start))
        ]
        if not above:
            return ""
        last = max(a.row for a in above)
        beside = [a for a in above if a.row == last and a.place[0] <= one.place[0] + 4 * height]
        beside = beside or [a for a in above if a.row == last]
        return self._anchors[max(beside, key=lambda a: a.place[0]).word]


def _boosted(candidate: Candidate, bonus: float) -> Candidate:
    return replace(candidate, score=candidate.score + bonus)


def candidate_in(region: Region, field: FieldType, label: Rectangle, strict: bool = False) -> Candidate | None:
    """Return the value of `field` within `region`: by its pattern, else (unless `strict`) by its kind, else None."""
    text = region.text
    fits = _by_pattern(field, text)
    by_kind = () if fits or (strict and field.pattern) else find_values(_kind(field), text)
    found = [f for f in (*fits, *by_kind) if f.end > f.start]
    if len(found) < field.take:
        return None
    chosen = found[field.take - 1]
    part = region.cut(chosen.start, chosen.end)
    if not part.slices or not part.text.strip(f" {GAP}"):
        return None
    near = 1.0 if chosen.start <= 2 or field.take > 1 else 0.0
    form = 2.0 if fits else 0.0
    worth = 3.0 if chosen.value is not None else 0.0
    return Candidate(part, chosen.value, worth + form + near + part.confidence, label)


def _kind(field: FieldType) -> str:
    return "capitals" if field.capitals else "figures" if field.figures else field.kind


def _by_pattern(field: FieldType, text: str) -> Sequence[Found]:
    """Find the declared form in `text` read without blanks."""
    if not field.pattern:
        return ()
    index = [i for i, c in enumerate(text) if c not in f" \t{GAP}"]
    dense = "".join(text[i] for i in index)
    dense = dense.upper() if field.kind in ("uscc", "code") else dense
    result = []
    for match in re.finditer(field.pattern, dense):
        start, end = match.span(1 if match.re.groups and match[1] is not None else 0)
        if end > start:
            value = next((f.value for f in find_values(field.kind, dense[start:end])), dense[start:end])
            result.append(Found(index[start], index[end - 1] + 1, value))
    return result
