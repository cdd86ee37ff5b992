"""Use cases of search (检索): ask, show where the words stand and where the paper is, export a result list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.audit.service import record
from dms.documents.models import Document, DocumentPage
from dms.documents.service.pictures import CROP_MARGIN
from dms.documents.visibility import visible
from dms.holdings.whereabouts import Whereabouts, papers_of
from dms.kernel.archive import Archive
from dms.kernel.errors import NotFoundError
from dms.kernel.paging import Page, every
from dms.policy import Action, Identity
from dms.policy.content import DOCUMENT_EXPORT, DOCUMENT_VIEW
from dms.retrieval.marks import ReadPage, marks, pages_at
from dms.retrieval.problems import in_plain_words
from dms.retrieval.projection import is_searchable
from ingest.model import Box
from search.index import Access, Hit, Request, Results
from search.suggest import Obstacle, near_spellings, obstacles, pieces

LIMIT = 20
EXPORT_STEP = 200
EXPORT_MOST = 10_000
FACETS = ("type", "year", "party", "status", "confirmed")
FILTERS = ("type", "party", "dossier", "year", "quarter", "status", "confirmed", "copy_kind", "level", "date", "amount")
SORTS = ("newest", "oldest", "document_date", "-document_date", "amount", "-amount", "relevance")
CROP_WIDTH = 0.4  # of the page


@dataclass(frozen=True, slots=True)
class Search:
    """What a person asks: words, removable filters, order, where to go on."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "newest"
    cursor: str | None = None
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Found:
    """One document that matches, with the place of the words on its best page and the place of its paper.

    `boxes` are those of the page as read; a person may have turned it clockwise by `turn` degrees since.
    """

    document: Document
    page: int
    pages: tuple[int, ...]
    boxes: tuple[Box, ...]
    snippet: str
    papers: tuple[Whereabouts, ...]
    turn: int = 0

    @property
    def crop(self) -> Box | None:
        """The piece of the page as read to show: around the first words, wide enough to read; None without words."""
        if not self.boxes:
            return None
        x0, y0, x1, y1 = self.boxes[0].sides
        beside = [box.x1 for box in self.boxes if y0 < (box.y0 + box.y1) / 2 < y1 and x1 < box.x1 < x0 + CROP_WIDTH]
        middle, height = (x0 + max(beside, default=x1)) / 2, max(y1 - y0, 0.008)
        left = min(max(0.0, middle - CROP_WIDTH / 2), 1 - CROP_WIDTH)
        return Box(left, max(0.0, y0 - height), left + CROP_WIDTH, min(1.0, y1 + height))

    @property
    def crop_boxes(self) -> list[tuple[int, int, int, int]]:
        """The words inside the picture of the crop as x, y, width, height in thousandths of it."""
        if self.crop is None:
            return []
        shown = _with_margin(self.crop)
        inside = (box for box in self.boxes if _overlap(box, shown))
        return [_thousandths(_within(box, shown).turned(self.turn)) for box in inside]


def _with_margin(crop: Box) -> Box:
    """Return what the picture of a crop shows: a little more on every side, as far as there is page."""
    x0, y0, x1, y1 = crop.sides
    return Box(
        max(x0 - CROP_MARGIN, 0.0),
        max(y0 - CROP_MARGIN, 0.0),
        min(x1 + CROP_MARGIN, 1.0),
        min(y1 + CROP_MARGIN, 1.0),
    )


def _overlap(box: Box, other: Box) -> bool:
    return box.y0 < other.y1 and box.y1 > other.y0 and box.x0 < other.x1 and box.x1 > other.x0


def _within(box: Box, frame: Box) -> Box:
    """Return the part of a box inside a frame, in fractions of the frame."""
    left, top, right, bottom = frame.sides
    width, height = right - left, bottom - top
    across = [min(max((x - left) / width, 0.0), 1.0) for x in (box.x0, box.x1)]
    down = [min(max((y - top) / height, 0.0), 1.0) for y in (box.y0, box.y1)]
    return Box(across[0], down[0], across[1], down[1])


def _thousandths(box: Box) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(side * 1000) for side in box.sides)
    return x0, y0, x1 - x0, y1 - y0


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of results with counts; `unconfirmed` of all results have not been confirmed by a person."""

    found: tuple[Found, ...]
    total: int
    capped: bool
    unconfirmed: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    cursor: str | None


def search(archive: Archive, identity: Identity, question: Search, action: Action = DOCUMENT_VIEW) -> Answer:
    """Answer a question with what the asker may see (or do `action` to).

    The permission stands inside the index's question, so that counts and facets tell of nothing else, and every hit's
    is checked again in the catalog, so that an index that lags behind shows nothing that was hidden meanwhile.
    """
    archive.policy.require(identity, action)
    with in_plain_words():
        results = archive.index.search(_request(archive, identity, question, action))
    with archive.db.read() as session:
        documents = _visible(session, archive, identity, [hit.id for hit in results.hits], action)
        papers = papers_of(session, archive, documents)
        shown = [(documents[hit.id], _position(session, hit)) for hit in results.hits if hit.id in documents]
        pages = pages_at(session, [(document.id, position) for document, position in shown] if question.text else ())
    matching = {hit.id: hit.pages for hit in results.hits}
    found = tuple(
        _found(document, position, matching[document.id], pages.get((document.id, position)), question.text,
               tuple(papers.get(document.id, ())))
        for document, position in shown
    )  # fmt: skip
    return _answer(results, found)


@dataclass(frozen=True, slots=True)
class Helps:
    """What to offer when nothing is found: near spellings, what is in the way, pieces of the word that find."""

    near: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]
    pieces: tuple[Obstacle, ...]


def helps(archive: Archive, identity: Identity, question: Search) -> Helps:
    """Return what may lead on from a question without results, among what the asker may see."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    request = _request(archive, identity, question)
    with in_plain_words():
        near, hindering = near_spellings(archive.index, request), obstacles(archive.index, request)
        return Helps(near, hindering, () if near or hindering else pieces(archive.index, request))


def _request(archive: Archive, identity: Identity, question: Search, action: Action = DOCUMENT_VIEW) -> Request:
    access = Access(archive.policy.scope(identity, action).access())
    filters = {name: values for name, values in question.filters.items() if name in FILTERS and values}
    sort = question.sort if question.sort in SORTS else "newest"
    return Request(question.text, access, filters, sort, question.limit, question.cursor, FACETS)


def _visible(
    session: Session, archive: Archive, identity: Identity, ids: list[str], action: Action = DOCUMENT_VIEW
) -> dict[str, Document]:
    shown = sa.and_(Document.id.in_(ids), is_searchable(), visible(archive, identity, action))
    query = sa.select(Document).where(shown)
    rows = session.scalars(query.options(joinedload(Document.party), joinedload(Document.dossier)))
    return {document.id: document for document in rows}


def _position(session: Session, hit: Hit) -> int:
    """Return the page to show of a hit: the best that matches, else the first that is not hidden."""
    if hit.pages:
        return hit.pages[0]
    shown = sa.and_(DocumentPage.document_id == hit.id, DocumentPage.hidden.is_(False))
    return session.scalar(sa.select(sa.func.min(DocumentPage.position)).where(shown)) or 1


def _found(
    document: Document, position: int, pages: tuple[int, ...], page: ReadPage | None, text: str,
    papers: tuple[Whereabouts, ...],
) -> Found:  # fmt: skip
    boxes, snippet = marks(page, text)
    return Found(document, position, pages, boxes, snippet, papers, page.turn if page else 0)


def _answer(results: Results, found: tuple[Found, ...]) -> Answer:
    hidden = len(results.hits) - len(found)  # the index lags behind: not even their number is told
    unconfirmed = dict(results.facets.get("confirmed", ())).get("no", 0)
    return Answer(
        found, max(results.total - hidden, len(found)), results.capped, unconfirmed, results.facets, results.cursor
    )


def marks_on(archive: Archive, identity: Identity, document_id: str, position: int, text: str) -> tuple[Box, ...]:
    """Return the boxes of the words of `text` on one page of a document, as turned. Raises `NotFoundError`."""
    return marks_of(archive, identity, document_id, (position,), text)[position]


def marks_of(
    archive: Archive, identity: Identity, document_id: str, positions: Collection[int], text: str
) -> dict[int, tuple[Box, ...]]:
    """Return the boxes of the words of `text` by page of a document, as turned. Raises `NotFoundError`."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        if document_id not in _visible(session, archive, identity, [document_id]):
            raise NotFoundError("没有这件文件，或您无权查看。", code="document_unknown")
        pages = pages_at(session, [(document_id, position) for position in positions])
    read = {position: pages.get((document_id, position)) for position in positions}
    return {
        at: tuple(box.turned(page.turn) for box in marks(page, text)[0]) if page else () for at, page in read.items()
    }


def export(archive: Archive, identity: Identity, question: Search, form: str) -> Iterator[Found]:
    """Return every result that the asker may export, at most `EXPORT_MOST`; the deed is logged before the first.

    `form` is what the list becomes: csv, xlsx, zip.
    """
    archive.policy.require(identity, DOCUMENT_EXPORT)
    first = search(archive, identity, _step(question, None), DOCUMENT_EXPORT)
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="search.export", target=("search", "export"),
            details={
                "query": question.text, "filters": {name: list(values) for name, values in question.filters.items()},
                "form": form, "total": min(first.total, EXPORT_MOST), "unconfirmed": first.unconfirmed,
            },
        )  # fmt: skip
    return _everything(archive, identity, question, first)


def _everything(archive: Archive, identity: Identity, question: Search, first: Answer) -> Iterator[Found]:
    def page(cursor: str | None) -> Page[Found]:
        step = _step(question, cursor)
        answer = first if cursor is None else search(archive, identity, step, DOCUMENT_EXPORT)
        return Page(list(answer.found), answer.cursor)

    return every(page, EXPORT_MOST)


def _step(question: Search, cursor: str | None) -> Search:
    return Search(question.text, question.filters, question.sort, cursor, EXPORT_STEP)
