"""Which type a paper is: every document type bids by the cues it finds, the highest bid wins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.doctypes import DocumentType
from ingest.fields.kinds import GAP
from ingest.fields.labels import normal, positions
from ingest.fields.layout import Layout, Row, lay_out
from ingest.model import Page

LEAST_BID = 0.5  # below, a person must say what the paper is
_TOP = 0.34  # share of a page's print that counts as its top
_SCALE = 5.0  # weight at which a bid reaches 63 %


@dataclass(frozen=True, slots=True)
class Verdict:
    """The bids of all types (0–1 by code) and the winner, or None when no bid was high enough."""

    winner: DocumentType | None
    confidence: float
    bids: dict[str, float]


def classify(types: Sequence[DocumentType], pages: Sequence[Page]) -> Verdict:
    """Let `types` bid for a paper of `pages`."""
    layout = lay_out(pages)
    printed = [(_dense(row), top) for row, top in _with_top(layout)]
    bids = {t.code: round(_bid(t, printed), 4) for t in types}
    ranked = sorted(types, key=lambda t: bids[t.code], reverse=True)
    if not ranked or bids[ranked[0].code] < LEAST_BID:
        return Verdict(None, 0.0, bids)
    best, second = bids[ranked[0].code], bids[ranked[1].code] if len(ranked) > 1 else 0.0
    return Verdict(ranked[0], round(best * (1 - max(second, 0.0) ** 2 / (best + second)), 4), bids)


def title_weight(declared: DocumentType, page: Page) -> float:
    """Return the weight of the titles of `declared` on the top of `page`: evidence that a paper begins here."""
    layout = lay_out([page])
    printed = [(_dense(row), True) for row, top in _with_top(layout) if top]
    return sum(c.weight for c in declared.cues if c.where == "top" and c.weight > 0 and _stands(c.text, printed, True))


def _bid(declared: DocumentType, printed: Sequence[tuple[str, bool]]) -> float:
    weight = sum(c.weight for c in declared.cues if _stands(c.text, printed, c.where == "top"))
    return 1 - math.exp(-max(weight, 0.0) / _SCALE)


def _stands(text: str, printed: Sequence[tuple[str, bool]], top_only: bool) -> bool:
    word = normal(text)
    rows = (dense for dense, top in printed if top or not top_only)
    return any(True for dense in rows for _ in positions(dense, word))


def _dense(row: Row) -> str:
    return "".join(row.text.replace(GAP, "").split()).upper()


def _with_top(layout: Layout) -> list[tuple[Row, bool]]:
    """Return the rows, and of each whether it stands in the upper third of the document's first page."""
    if not layout.rows:
        return []
    _, top, _, bottom = layout.extent(0)
    end = top + _TOP * (bottom - top)
    return [(row, row.segments[0].middle < 1.0 and row.segments[0].middle <= end) for row in layout.rows]
