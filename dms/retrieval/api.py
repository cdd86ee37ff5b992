"""JSON API of search: results with facets, the boxes of the words, where the paper is."""

from __future__ import annotations

from datetime import date

from flask import Blueprint
from pydantic import BaseModel

from dms.holdings.api import WhereOut
from dms.http import current_archive, current_identity
from dms.http.operation import operation
from dms.retrieval import service
from dms.retrieval.forms import SearchQuery, Words
from dms.retrieval.service import Found

api = Blueprint("retrieval_api", __name__, url_prefix="/api/v1")


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


class Boxes(BaseModel):
    """Boxes of words in fractions of the page as turned."""

    boxes: list[tuple[float, float, float, float]]


@api.get("/search")
@operation("检索文件", query_model=SearchQuery, answer=SearchAnswer)
def search(query: SearchQuery) -> SearchAnswer:
    """Search."""
    answer = service.search(current_archive(), current_identity(), query.search())
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


def _hit(found: Found) -> HitOut:
    document = found.document
    return HitOut(
        id=document.id, number=document.number, title=document.title, type=document.type_code,
        party=document.party.name if document.party else None,
        dossier=document.dossier.number if document.dossier else None,
        document_date=document.document_date, amount=document.amount, code=document.code, level=document.level,
        confirmed=document.confirmed_at is not None, page=found.page, pages=list(found.pages),
        boxes=[box.sides for box in found.boxes], snippet=found.snippet,
        papers=[WhereOut.model_validate(paper) for paper in found.papers],
    )  # fmt: skip


@api.get("/documents/<document_id>/pages/<int:position>/boxes")
@operation("词在页面上的位置", query_model=Words, answer=Boxes)
def boxes(document_id: str, position: int, query: Words) -> Boxes:
    """Return the boxes of words on a page."""
    found = service.marks_on(current_archive(), current_identity(), document_id, position, query.q)
    return Boxes(boxes=[box.sides for box in found])
