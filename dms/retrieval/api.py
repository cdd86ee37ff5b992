"""JSON API of search: results with facets, the boxes of the words, where the paper is."""

from __future__ import annotations

from datetime import date

from flask import Blueprint
from pydantic import BaseModel, Field

from dms.holdings.api import WhereOut
from dms.http import current_archive, current_identity
from dms.http.operation import operation
from dms.retrieval import ranges, service
from dms.retrieval.service import FILTERS, Found, Question

api = Blueprint("retrieval_api", __name__, url_prefix="/api/v1")


class SearchQuery(BaseModel):
    """What to look for: the query language of docs/search.md, removable filters, order, paging.

    A filter given several times means either; several filters add up. `date` and `amount` (in 分) are ranges, for
    example 2023Q2 or 100000..500000; `amount_from` and `amount_to` take 元.
    """

    q: str = ""
    type: list[str] = Field(default_factory=list)
    party: list[str] = Field(default_factory=list)
    dossier: list[str] = Field(default_factory=list)
    year: list[str] = Field(default_factory=list)
    quarter: list[str] = Field(default_factory=list)
    status: list[str] = Field(default_factory=list)
    confirmed: list[str] = Field(default_factory=list)
    copy_kind: list[str] = Field(default_factory=list)
    level: list[str] = Field(default_factory=list)
    date: list[str] = Field(default_factory=list)
    amount: list[str] = Field(default_factory=list)
    date_from: str = ""
    date_to: str = ""
    amount_from: str = ""
    amount_to: str = ""
    sort: str = "newest"
    after: str | None = None
    limit: int = Field(20, ge=1, le=200)


class HitOut(BaseModel):
    """One document that matches.

    `page` is the best page and `boxes` the words on it, in fractions of the page as read; `amount` in 分.
    """

    id: str
    number: str | None
    title: str
    type: str
    party: str | None
    dossier: str | None
    document_date: date | None
    amount: int | None
    code: str
    level: int
    confirmed: bool
    page: int
    pages: list[int]
    boxes: list[tuple[float, float, float, float]]
    snippet: str
    papers: list[WhereOut]


class FacetValue(BaseModel):
    """A value to filter by and how many results have it."""

    value: str
    count: int


class SearchAnswer(BaseModel):
    """One page of results; pass `cursor` as `after` for the next. `total` counts at most 10,000 (`capped`)."""

    hits: list[HitOut]
    total: int
    capped: bool
    unconfirmed: int
    facets: dict[str, list[FacetValue]]
    cursor: str | None


class Words(BaseModel):
    """The words to find on a page."""

    q: str = Field(min_length=1)


class Boxes(BaseModel):
    """Boxes of words in fractions of the page as turned."""

    boxes: list[tuple[float, float, float, float]]


@api.get("/search")
@operation("检索文件", query_model=SearchQuery, answer=SearchAnswer)
def search(query: SearchQuery) -> SearchAnswer:
    """Search."""
    answer = service.search(current_archive(), current_identity(), question_of(query))
    return SearchAnswer(
        hits=[_hit(found) for found in answer.found],
        total=answer.total,
        capped=answer.capped,
        unconfirmed=answer.unconfirmed,
        facets={
            name: [FacetValue(value=value, count=count) for value, count in values]
            for name, values in answer.facets.items()
        },
        cursor=answer.cursor,
    )


def question_of(query: SearchQuery) -> Question:
    """Return the use case's question."""
    filters = {name: tuple(getattr(query, name)) for name in FILTERS}
    typed = query.model_dump(include={"date_from", "date_to", "amount_from", "amount_to"})
    for name, found in (("date", ranges.days(typed)), ("amount", ranges.amounts(typed))):
        if found:
            filters[name] = (found,)
    given = {name: values for name, values in filters.items() if values}
    return Question(query.q.strip(), given, query.sort, query.after, query.limit)


def _hit(found: Found) -> HitOut:
    document = found.document
    return HitOut(
        id=document.id, number=document.number, title=document.title, type=document.type_code,
        party=document.party.name if document.party else None,
        dossier=document.dossier.number if document.dossier else None,
        document_date=document.document_date, amount=document.amount, code=document.code, level=document.level,
        confirmed=document.confirmed_at is not None, page=found.page, pages=list(found.pages),
        boxes=list(found.boxes), snippet=found.snippet,
        papers=[WhereOut.model_validate(paper) for paper in found.papers],
    )  # fmt: skip


@api.get("/documents/<document_id>/pages/<int:position>/boxes")
@operation("词在页面上的位置", query_model=Words, answer=Boxes)
def boxes(document_id: str, position: int, query: Words) -> Boxes:
    """Return the boxes of words on a page."""
    return Boxes(boxes=list(service.marks_on(current_archive(), current_identity(), document_id, position, query.q)))
