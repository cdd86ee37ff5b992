"""Read the fields of a document type from its pages: every field its best candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ingest.doctypes import DocumentType, FieldType
from ingest.fields.candidates import Candidate, Scene
from ingest.fields.layout import lay_out
from ingest.fields.receipts import letterhead_address, letterhead_name, receipt_total
from ingest.fields.tables import read_table
from ingest.model import FieldValue, Page


def extract(declared: DocumentType, pages: Sequence[Page]) -> tuple[FieldValue, ...]:
    """Return the fields of `declared` found on `pages`, then the cells of its table, without checks."""
    scene = Scene(lay_out(pages), declared)
    values = []
    for field in declared.expanded_fields():
        best = _FINDERS[field.find](scene, field)
        if best is not None:
            values.append(_value(scene, field, best))
    if declared.table:
        values += read_table(scene.layout, declared.table)
    return tuple(values)


def _value(scene: Scene, field: FieldType, candidate: Candidate) -> FieldValue:
    page, box = scene.layout.page_box(candidate.place)
    confidence = round(min(candidate.region.confidence, 1.0), 4)
    return FieldValue(field.name, field.label, field.kind, candidate.region.raw, candidate.value, page, box, confidence)


def _at_label(scene: Scene, field: FieldType) -> Candidate | None:
    return _choose(field, scene.at_labels(field))


def _by_form(scene: Scene, field: FieldType) -> Candidate | None:
    return _choose(field, scene.by_form(field))


def _label_or_form(scene: Scene, field: FieldType) -> Candidate | None:
    found = _at_label(scene, field)
    return found if found and found.value is not None else _by_form(scene, field) or found


def _last(scene: Scene, field: FieldType) -> Candidate | None:
    at_label = _choose(field, [c for c in scene.at_labels(field) if c.value is not None])
    return at_label or max(scene.by_form(field), key=lambda c: c.place[1], default=None)


def _choose(field: FieldType, candidates: Sequence[Candidate]) -> Candidate | None:
    """Take the candidate that the declaration asks for: the n-th, the largest, else the best, else the first."""
    good = [c for c in candidates if c.value is not None] or list(candidates)
    if not good:
        return None
    if field.occurrence:
        ordered = sorted({c.label: c for c in sorted(good, key=lambda c: c.score)}.items(), key=lambda pair: pair[0][1])
        index = field.occurrence - 1 if field.occurrence > 0 else field.occurrence
        return ordered[index][1] if -len(ordered) <= index < len(ordered) else None
    if field.choose == "largest":
        return max(good, key=lambda c: (int(c.value or 0), c.score))
    return max(good, key=lambda c: c.score)


_FINDERS: Mapping[str, Callable[[Scene, FieldType], Candidate | None]] = {
    "label": _at_label,
    "pattern": _by_form,
    "label-or-pattern": _label_or_form,
    "last": _last,
    "letterhead-name": letterhead_name,
    "letterhead-address": letterhead_address,
    "receipt-total": receipt_total,
}
