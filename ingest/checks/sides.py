"""Which side of a paper is our own company (本公司) and which the counterparty (对方), on papers with two parties."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from rapidfuzz.distance import Levenshtein

from ingest.doctypes import DocumentType, FieldType
from ingest.identifiers import compact
from ingest.model import Check, CheckState, FieldValue

OWN, COUNTERPARTY = "own_company", "counterparty"
_ALIKE = 0.85  # similarity of two spellings of a name: one wrong character in seven
_PART = re.compile(r"_(?:name|tax_id)$")


def mark_sides(
    declared: DocumentType, values: Sequence[FieldValue], own_names: Sequence[str], own_codes: Sequence[str]
) -> Mapping[str, Check]:
    """Return a mark for names and credit codes by field name: `own_company`, or `counterparty` of the other side.

    Papers of one party have none, nor have papers on which nobody or everybody is ours: a person must say.
    """
    side_of = {f.name: side(f) for f in declared.expanded_fields() if f.kind in ("party", "uscc")}
    named = {side(f) for f in declared.expanded_fields() if f.kind == "party"}
    parties = [v for v in values if side_of.get(v.name) in named]
    ours = {side_of[v.name] for v in parties if _is_ours(v, own_names, own_codes)}
    if len(named) < 2 or not ours or ours == {side_of[v.name] for v in parties}:
        return {}
    return {v.name: Check(*_MARKS[side_of[v.name] in ours]) for v in parties}


_MARKS = {
    True: (OWN, CheckState.PASSED, "This side is our own company."),
    False: (COUNTERPARTY, CheckState.PASSED, "The other side is our own company."),
}


def side(field: FieldType) -> str:
    """Return the side that a field tells about: its group, else its name without _name or _tax_id."""
    return field.group or _PART.sub("", field.name)


def _is_ours(value: FieldValue, own_names: Sequence[str], own_codes: Sequence[str]) -> bool:
    """Tell whether a name or code is one of ours; a name may have a misread character, a code may not."""
    text = value.value or value.raw
    if value.kind == "uscc":
        return compact(text) in {compact(code) for code in own_codes}
    return any(Levenshtein.normalized_similarity(_plain(text), _plain(name)) >= _ALIKE for name in own_names)


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
