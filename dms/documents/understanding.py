"""From the pages that were read to documents: which papers they are, what each says, written in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.documents import values
from dms.documents.draft import Draft, context_of
from dms.documents.models import Document, DocumentPage
from dms.intake.models import Arrival, PageReading
from dms.intake.pagecodec import decode_page
from dms.intake.problems import sentence
from dms.intake.reading import note_state, source_of
from dms.jobs.work import Work
from dms.kernel.archive import Archive
from dms.kernel.database import new_id
from dms.policy import SYSTEM
from ingest.boundaries import split
from ingest.doctypes import DocumentType
from ingest.model import DocumentReading, Page, Seal
from ingest.reader import read_paper

Item = TypeVar("Item")


@dataclass(frozen=True)
class Paper:
    """One paper found in a file, without the text of its pages, so that long files need little memory."""

    reading: DocumentReading
    seals: tuple[tuple[int, Seal], ...]  # (position, seal)
    engine: str
    first_words: str


def why_unreadable(archive: Archive, arrival_id: str) -> str:
    """Return the problem code of a file of which no page could be read, the pages' own if all share one; else ""."""
    of_file = PageReading.arrival_id == arrival_id
    with archive.db.read() as session:
        if session.scalar(sa.select(PageReading.id).where(of_file, PageReading.reading.is_not(None)).limit(1)):
            return ""
        codes = session.scalars(sa.select(PageReading.problem_code).where(of_file).distinct().limit(2)).all()
    return codes[0] if len(codes) == 1 and codes[0] else "nothing_readable"


def pages_of(archive: Archive, arrival_id: str, numbers: Sequence[int] | None = None) -> Iterator[Page]:
    """Yield the pages of a file as read, in order; one that could not be read is a page without lines."""
    query = sa.select(PageReading.number, PageReading.reading).where(PageReading.arrival_id == arrival_id)
    if numbers is not None:
        query = query.where(PageReading.number.in_(numbers))
    with archive.db.read() as session:
        for number, stored in session.execute(query.order_by(PageReading.number)).yield_per(20):
            yield decode_page(stored) if stored else Page(number, 0, 0, 0.0, ())


def papers_of(
    archive: Archive, arrival_id: str, types: Sequence[DocumentType], between: Callable[[], None] = lambda: None
) -> list[Paper]:
    """Divide a file's pages into papers and read each; `between` is called between two pages and two papers."""
    with archive.db.read() as session:
        context = context_of(session, archive)
    light = [_without_words(page) for page in pages_of(archive, arrival_id)]
    papers = []
    for part in _each(split(types, _each(light, between)), between):
        pages = tuple(pages_of(archive, arrival_id, [page.number for page in part]))
        papers.append(_paper(read_paper(types, pages, context), pages))
    return papers


def _each(items: Iterable[Item], between: Callable[[], None]) -> Iterator[Item]:
    for item in items:
        between()
        yield item


def _without_words(page: Page) -> Page:
    return replace(page, lines=tuple(replace(line, words=()) for line in page.lines))


def _paper(reading: DocumentReading, pages: Sequence[Page]) -> Paper:
    position = {number: index for index, number in enumerate(reading.pages, start=1)}
    seals = tuple((position[page.number], seal) for page in pages for seal in page.seals)
    engine = next((page.engine for page in pages if page.engine), "")
    return Paper(reading, seals, engine, values.first_words(pages))


def write(
    session: Session, archive: Archive, arrival_id: str, papers: Sequence[Paper], types: Sequence[DocumentType]
) -> None:
    """Make documents of papers in the caller's transaction; a file that has its documents gets no second ones."""
    arrival = session.get_one(Arrival, arrival_id, with_for_update=True)
    arrival.state, arrival.problem_code, arrival.problem = "read", "", ""
    made = sa.select(DocumentPage.id).where(DocumentPage.arrival_id == arrival_id).limit(1)
    if session.scalar(made) is not None:
        return
    by_code = {declared.code: declared for declared in types}
    draft = Draft(session, archive)
    with session.no_autoflush:
        for paper in papers:
            _write_paper(draft, arrival, paper, by_code.get(paper.reading.type))
    draft.write()


def _write_paper(draft: Draft, arrival: Arrival, paper: Paper, declared: DocumentType | None) -> None:
    document = _document(draft.archive, arrival, paper, declared)
    draft.add(document)
    positions = {number: index for index, number in enumerate(paper.reading.pages, start=1)}
    values.propose(draft, document, paper.reading.fields, positions, paper.engine)
    values.write_seals(draft, document, paper.seals)
    values.refresh(draft, document, declared, paper.first_words or arrival.shown_name)
    record(
        draft.session, draft.archive.clock, SYSTEM, action="document.create", target=("document", document.id),
        details={
            "title": document.title, "arrival": arrival.id, "pages": list(paper.reading.pages),
            "type": paper.reading.type,
            "confidence": round(paper.reading.confidence, 4), "engine": paper.engine,
        },
    )  # fmt: skip


def _document(archive: Archive, arrival: Arrival, paper: Paper, declared: DocumentType | None) -> Document:
    numbers = paper.reading.pages
    pages = [DocumentPage(position=at, arrival_id=arrival.id, number=number) for at, number in enumerate(numbers, 1)]
    return Document(
        id=new_id(), type_code=paper.reading.type, type_confidence=paper.reading.confidence, pages=pages,
        page_count=len(pages), level=declared.secrecy if declared else 1, department_id=arrival.department_id,
        owner_id=arrival.brought_by, copy_kind=arrival.batch.copy_kind, party_id=arrival.batch.party_id,
        created_at=archive.clock.now(), title="", titled_by_person=False,
    )  # fmt: skip


def understand(work: Work) -> None:
    """Divide a file's pages into papers and write down what each says; once, however often it is asked for."""
    arrival_id = work.held.payload["arrival"]
    if source_of(work.archive, arrival_id) is None:
        return
    code = why_unreadable(work.archive, arrival_id)
    if code:
        with work.archive.db.write() as session:
            work.finish(session)
            note_state(session, work.archive, arrival_id, "refused", code, sentence(code))
        return
    types = work.tools.types
    found = papers_of(work.archive, arrival_id, types, work.go_on)
    with work.archive.db.write() as session:
        work.finish(session)
        write(session, work.archive, arrival_id, found, types)
