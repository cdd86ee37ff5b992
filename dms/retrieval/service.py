"""Use cases of search (检索): ask, show where the words stand and where the paper is, export a result list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.archive import Archive
from dms.audit.service import record
from dms.documents.models import Document, DocumentPage, PageReading
from dms.documents.pagecodec import decode_page
from dms.documents.visibility import visible
from dms.errors import NotFoundError
from dms.holdings.whereabouts import Whereabouts, papers_of
from dms.policy import Action, Identity
from ingest.model import Box as PageBox
from ingest.model import Line, Page
from search.highlight import LineText, highlights
from search.index import Access, Request, Results
from search.suggest import Obstacle, near_spellings, obstacles

LIMIT = 20
EXPORT_STEP = 200
EXPORT_MOST = 10_000
FACETS = ("type", "year", "party", "status", "confirmed")
FILTERS = ("type", "party", "dossier", "year", "quarter", "status", "confirmed", "copy_kind", "level", "date", "amount")
SORTS = ("newest", "oldest", "document_date", "-document_date", "amount", "-amount", "relevance")
MOST_BOXES = 200
CROP_WIDTH = 0.5  # of the page
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: words, removable filters, order, where to go on."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "newest"
    cursor: str | None = None
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Found:
    """One document that matches, with the place of the words on its best page and the place of its paper."""

    document: Document
    page: int
    pages: tuple[int, ...]
    boxes: tuple[Box, ...]
    snippet: str
    papers: tuple[Whereabouts, ...]

    @property
    def crop(self) -> Box | None:
        """The piece of the page to show: around the first words, wide enough to read; None without words."""
        if not self.boxes:
            return None
        x0, y0, x1, y1 = self.boxes[0]
        middle, height = (x0 + x1) / 2, max(y1 - y0, 0.008)
        left = min(max(0.0, middle - CROP_WIDTH / 2), 1 - CROP_WIDTH)
        return left, max(0.0, y0 - height), left + CROP_WIDTH, min(1.0, y1 + height)

    @property
    def crop_boxes(self) -> list[tuple[int, int, int, int]]:
        """The words inside the crop as x, y, width, height in thousandths of it."""
        if self.crop is None:
            return []
        left, top, right, bottom = self.crop
        inside = [box for box in self.boxes if box[1] < bottom and box[3] > top and box[0] < right and box[2] > left]
        return [
            (
                round((box[0] - left) / (right - left) * 1000), round((box[1] - top) / (bottom - top) * 1000),
                round((box[2] - box[0]) / (right - left) * 1000), round((box[3] - box[1]) / (bottom - top) * 1000),
            )
            for box in inside
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of results with counts; `unconfirmed` of those shown have not been confirmed by a person."""

    found: tuple[Found, ...]
    total: int
    capped: bool
    unconfirmed: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    cursor: str | None


def search(archive: Archive, identity: Identity, question: Question) -> Answer:
    """Answer a question with what the asker may see; every hit's permission is checked again in the catalog."""
    archive.policy.require(identity, Action.DOCUMENT_VIEW)
    results = archive.index.search(_request(archive, identity, question))
    with archive.db.read() as session:
        documents = _visible(session, archive, identity, [hit.id for hit in results.hits])
        papers = papers_of(session, documents, archive.clock.today())
        found = tuple(
            _found(session, documents[hit.id], hit.pages, question.text, tuple(papers.get(hit.id, ())))
            for hit in results.hits
            if hit.id in documents
        )
    return _answer(results, found)


@dataclass(frozen=True, slots=True)
class Helps:
    """What to offer when nothing is found: near spellings; filters and words without which there are results."""

    near: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]


def helps(archive: Archive, identity: Identity, question: Question) -> Helps:
    """Return what may lead on from a question without results, among what the asker may see."""
    archive.policy.require(identity, Action.DOCUMENT_VIEW)
    request = _request(archive, identity, question)
    return Helps(near_spellings(archive.index, request), obstacles(archive.index, request))


def _request(archive: Archive, identity: Identity, question: Question) -> Request:
    access = Access(archive.policy.scope(identity, Action.DOCUMENT_VIEW).access())
    filters = {name: values for name, values in question.filters.items() if name in FILTERS and values}
    sort = question.sort if question.sort in SORTS else "newest"
    return Request(question.text, access, filters, sort, question.limit, question.cursor, FACETS)


def _visible(session: Session, archive: Archive, identity: Identity, ids: list[str]) -> dict[str, Document]:
    shown = sa.and_(Document.id.in_(ids), Document.trashed_at.is_(None), visible(archive, identity))
    query = sa.select(Document).where(shown)
    rows = session.scalars(query.options(joinedload(Document.party), joinedload(Document.dossier)))
    return {document.id: document for document in rows}


def _found(
    session: Session, document: Document, pages: tuple[int, ...], text: str, papers: tuple[Whereabouts, ...]
) -> Found:
    position = pages[0] if pages else 1
    boxes, snippet = _marks(_page(session, document.id, position), text) if text.strip() else ((), "")
    return Found(document, position, pages, boxes, snippet, papers)


def _page(session: Session, document_id: str, position: int) -> Page | None:
    stored = session.scalar(
        sa.select(PageReading.reading)
        .join(
            DocumentPage,
            sa.and_(PageReading.arrival_id == DocumentPage.arrival_id, PageReading.number == DocumentPage.number),
        )
        .where(
            DocumentPage.document_id == document_id, DocumentPage.position == position, DocumentPage.hidden.is_(False)
        )
    )
    return decode_page(stored) if stored else None


def _marks(page: Page | None, text: str) -> tuple[tuple[Box, ...], str]:
    if page is None:
        return (), ""
    lines = [_line_text(line) for line in page.lines]
    marks = highlights(lines, text)
    return tuple(mark.box for mark in marks[:MOST_BOXES]), page.lines[marks[0].line].text if marks else ""


def _line_text(line: Line) -> LineText:
    return LineText(line.text, _tuple(line.box), tuple((word.text, _tuple(word.box)) for word in line.words))


def _tuple(box: PageBox) -> Box:
    return box.x0, box.y0, box.x1, box.y1


def _answer(results: Results, found: tuple[Found, ...]) -> Answer:
    unconfirmed = sum(1 for each in found if each.document.confirmed_at is None)
    return Answer(found, results.total, results.capped, unconfirmed, results.facets, results.cursor)


def marks_on(archive: Archive, identity: Identity, document_id: str, position: int, text: str) -> tuple[Box, ...]:
    """Return the boxes of the words of `text` on one page of a document. Raises `NotFoundError`."""
    archive.policy.require(identity, Action.DOCUMENT_VIEW)
    with archive.db.read() as session:
        if document_id not in _visible(session, archive, identity, [document_id]):
            raise NotFoundError("没有这件文件，或您无权查看。", code="document_unknown")
        return _marks(_page(session, document_id, position), text)[0]


def everything(archive: Archive, identity: Identity, question: Question) -> Iterator[Found]:
    """Yield every result of a question, at most `EXPORT_MOST`, for an export; the deed is logged with its filter."""
    archive.policy.require(identity, Action.DOCUMENT_EXPORT)
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="search.export", target=("search", "export"),
            details={"query": question.text, "filters": {k: list(v) for k, v in question.filters.items()}},
        )  # fmt: skip
    cursor, count = None, 0
    while count < EXPORT_MOST:
        step = Question(question.text, question.filters, question.sort, cursor, EXPORT_STEP)
        answer = search(archive, identity, step)
        yield from answer.found
        count += len(answer.found)
        cursor = answer.cursor
        if cursor is None:
            return
