"""What to offer when nothing is found: names spelt nearly so, and the filter or word that is in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from search.expression import positive_words
from search.index import Request, SearchIndex
from search.normalise import canonical
from search.query import parse, query_parts

LEAST_TO_CUT = 4  # characters of a query of which pieces may be tried
MOST_PIECES = 3
LEAST_LIKENESS = 55.0
"""Of 100; two of three characters in order are about 67."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A filter name or a part of the query without which `total` documents are found; a piece with which they are."""

    kind: str  # "filter", "part" or "piece"
    name: str
    total: int


def closest(text: str, names: Iterable[str], limit: int = 5) -> tuple[str, ...]:
    """Return the names spelt most like `text` (whole, or one part of a longer name), best first, each once."""
    needle = canonical(text)
    known = {form: name for name in names if (form := canonical(name)) and form != needle}
    if not needle or not known:
        return ()
    found = process.extract(needle, list(known), scorer=_likeness, limit=limit, score_cutoff=LEAST_LIKENESS)
    return tuple(known[form] for form, _, _ in sorted(found, key=lambda each: (-each[1], each[0])))


def near_spellings(index: SearchIndex, request: Request, limit: int = 5) -> tuple[str, ...]:
    """Return spellings, among what the asker may see, near to the words of a query that found nothing."""
    found: dict[str, None] = {}
    for words in positive_words(parse(request.query)):
        found |= dict.fromkeys(index.near(words.needle, request.access, limit))
    return tuple(found)[:limit]


def obstacles(index: SearchIndex, request: Request) -> tuple[Obstacle, ...]:
    """Count again without each filter and without each part of the query; return those that then find something.

    The one that hides most comes first. Costs one search for each filter and part.
    """
    plain = replace(request, limit=1, cursor=None, facets=(), sort="newest")
    found = []
    for name in request.filters:
        rest = {other: values for other, values in request.filters.items() if other != name}
        found.append(Obstacle("filter", name, index.search(replace(plain, filters=rest)).total))
    parts = query_parts(request.query)
    if len(parts) > 1:
        for place, part in enumerate(parts):
            query = " ".join(parts[:place] + parts[place + 1 :])
            found.append(Obstacle("part", part, index.search(replace(plain, query=query)).total))
    return tuple(sorted((each for each in found if each.total), key=lambda each: -each.total))


def pieces(index: SearchIndex, request: Request) -> tuple[Obstacle, ...]:
    """Return pieces of a query of one word that find something where the whole does not, the longest first.

    Costs one search for each piece.
    """
    (text, *others) = query_parts(request.query) or [""]
    if others or len(text) < LEAST_TO_CUT or not text.isalnum():
        return ()
    plain = replace(request, limit=1, cursor=None, facets=(), sort="newest")
    half = len(text) // 2
    tried = dict.fromkeys((text[:-1], text[1:], text[:half], text[half:], text[:2], text[-2:]))
    found = [Obstacle("piece", piece, index.search(replace(plain, query=piece)).total) for piece in tried]
    return tuple(each for each in found if each.total)[:MOST_PIECES]


def _likeness(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    whole = fuzz.ratio(one, other)
    part = fuzz.partial_ratio(one, other) * 0.9 if len(one) < len(other) else 0.0
    return max(whole, part)
