"""Where the words of a query stand on pages of documents: the stored lines of several pages, and the boxes on them."""

from __future__ import annotations

import json
import unicodedata
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import DocumentPage
from dms.documents.page_readings import page_readings
from dms.intake.models import PageReading
from dms.retrieval.problems import in_plain_words
from ingest.model import Box
from search.highlight import BoxTuple, Highlight, LineText, highlights

MOST_BOXES = 200
_LOOSE = ("Po", "Pd", "Pc", "Zs")  # kinds of characters that a line cut out of its sentence begins or ends with
Place = tuple[str, int]  # document id, position of the page in it


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as stored, and how a person turned it (degrees clockwise)."""

    stored: bytes
    turn: int


def pages_at(session: Session, places: Collection[Place]) -> dict[Place, ReadPage]:
    """Return the pages at these places in one query; those that are hidden or were not read are missing."""
    if not places:
        return {}
    here = sa.tuple_(DocumentPage.document_id, DocumentPage.position).in_(list(places))
    columns = (DocumentPage.document_id, DocumentPage.position, DocumentPage.turn, PageReading.reading)
    rows = page_readings(*columns, read=True, visible=True).where(here, PageReading.reading.is_not(None))
    return {(row.document_id, row.position): ReadPage(row.reading, row.turn) for row in session.execute(rows)}


def marks(page: ReadPage | None, text: str) -> tuple[tuple[Box, ...], str]:
    """Return the boxes of the words of `text` on a page, and the first line that holds one, its ends trimmed.

    A word that runs over several lines gives all of them.
    """
    if page is None or not text.strip():
        return (), ""
    lines = _lines(page.stored)
    with in_plain_words():
        found = highlights(lines, text)
    return tuple(Box(*mark.box) for mark in found[:MOST_BOXES]), _trimmed(_around_first(lines, found)) if found else ""


def _around_first(lines: Sequence[LineText], found: Sequence[Highlight]) -> str:
    """Return the line of the first mark, with those after it that its word runs on into."""
    text = lines[found[0].line].text
    for mark, after in pairwise(found):
        if mark.end < len(lines[mark.line].text) or (after.line, after.start) != (mark.line + 1, 0):
            break
        blank = " " if text[-1:].isascii() and lines[after.line].text[:1].isascii() else ""
        text += blank + lines[after.line].text
    return text


def _trimmed(text: str) -> str:
    """Return a line without blanks and punctuation at its ends; brackets and per cent signs stay."""
    kept = [place for place, char in enumerate(text) if char in "%‰" or unicodedata.category(char) not in _LOOSE]
    return text[kept[0] : kept[-1] + 1] if kept else text


def _lines(stored: bytes) -> list[LineText]:
    # Plain JSON instead of the page codec: a result list marks twenty pages, and checking every word costs more than
    # everything else together. The reading was checked when it was written.
    lines = json.loads(zlib.decompress(stored))["lines"]
    return [
        LineText(line["text"], _box(line["box"]), tuple((word["text"], _box(word["box"])) for word in line["words"]))
        for line in lines
    ]


def _box(box: dict[str, Any]) -> BoxTuple:
    return box["x0"], box["y0"], box["x1"], box["y1"]
