"""Where a document type's printed words (labels, anchors of a side, stops) stand on the rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import ne

from ingest.doctypes import DocumentType
from ingest.fields.kinds import GAP
from ingest.fields.layout import Layout, Rectangle, Row

_BLANKS = frozenset(f" \t{GAP}")
_BEHIND = re.compile(rf"[\s{GAP}]*[:;：.]")
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A printed word found on row number `row` from `start` to `end` of its text; `quality` 0–6."""

    word: str
    row: int
    start: int
    end: int
    quality: float
    place: Rectangle
    exact: bool = True

    @property
    def is_stop(self) -> bool:
        """Tell whether a value may not run over this word."""
        return self.quality >= 2


def normal(word: str) -> str:
    """Return a declared word as rows print it: NFKC, upper case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", word).upper().split())


def words_of(declared: DocumentType) -> frozenset[str]:
    """Return every word that a type declares, in normal form."""
    labels = [label for f in declared.expanded_fields() for label in f.all_labels]
    anchors = [a for g in declared.groups for a in g.anchors]
    return frozenset(normal(w) for w in (*labels, *anchors, *declared.stops))


def occurrences(layout: Layout, words: Iterable[str]) -> tuple[Occurrence, ...]:
    """Find `words` on the rows, in reading order; where two overlap, the longer or better one stays."""
    found: list[Occurrence] = []
    by_length = sorted(set(words), key=len, reverse=True)
    for number, row in enumerate(layout.rows):
        found += _resolve(list(_on_row(row, number, by_length)))
    return tuple(found)


def _on_row(row: Row, number: int, words: Sequence[str]) -> Iterable[Occurrence]:
    index = [i for i, c in enumerate(row.text) if c not in _BLANKS]
    dense = "".join(row.text[i] for i in index).upper()
    dense = dense if len(dense) == len(index) else "".join(row.text[i] for i in index)
    for word in words:
        for at in positions(dense, word):
            start, end = index[at], index[at + len(word) - 1] + 1
            exact = dense[at : at + len(word)] == word
            quality = _quality(row, start, end, exact)
            if quality > 0:
                yield Occurrence(word, number, start, end, quality, row.rectangle(start, end), exact)


def positions(dense: str, word: str) -> Iterable[int]:
    """Yield where `word` stands in a text without blanks; long Chinese words may differ in one or two characters."""
    allowed = 0 if len(word) < 4 or not _HAN.match(word) else 1 if len(word) < 8 else 2
    for at in sorted(_candidates(dense, word, allowed + 1)):
        if sum(map(ne, dense[at : at + len(word)], word)) <= allowed:
            yield at


def _candidates(dense: str, word: str, parts: int) -> set[int]:
    """Return where one of the parts of `word` stands as it is: with fewer slips than parts, one of them has none."""
    found = set()
    for part in range(parts):
        begin, end = len(word) * part // parts, len(word) * (part + 1) // parts
        at = dense.find(word[begin:end], begin)
        while 0 <= at <= len(dense) - len(word) + begin:
            found.add(at - begin)
            at = dense.find(word[begin:end], at + 1)
    return found


def _quality(row: Row, start: int, end: int, exact: bool) -> float:
    """Rate a find: labels begin a printed piece and end at a colon, a gap or their value."""
    before = row.text[start - 1] if start else GAP
    behind = row.text[end] if end < len(row.text) else GAP
    opens = 3.0 if before == GAP else 2.0 if before == " " or not before.isalnum() else 0.0
    closes = 2.0 if _BEHIND.match(row.text, end) else 1.0 if behind in _BLANKS else 0.0
    if not exact:
        return 2.0 + closes / 2 if opens == 3.0 else 0.0
    if row.text[start].isascii() and row.text[start].isalpha():  # No. within a Latin word is none
        closes = closes if not behind.isalpha() else -9.0
        opens = opens or -9.0
    if not opens and not closes and end - start < 4:
        return 0.0
    if end - start == 1 and not (opens == 3.0 and closes):
        return 0.0  # a lone character is only a label where nothing adjoins it
    return max(opens + closes, 0.5 if opens + closes >= 0 else 0.0)


def _resolve(found: Sequence[Occurrence]) -> list[Occurrence]:
    kept: list[Occurrence] = []
    for one in sorted(found, key=_weight, reverse=True):
        if not any(one.start < k.end and k.start < one.end for k in kept):
            kept.append(one)
    return sorted(kept, key=lambda o: o.start)


def _weight(one: Occurrence) -> tuple[float, float]:
    """Prefer long words, words that begin a printed piece, and exact ones before similar ones."""
    return len(one.word) - (0.0 if one.exact else 1.5) + min(one.quality, 2.0), one.quality
