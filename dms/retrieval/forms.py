"""What requests to search carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import BaseModel, Field
from werkzeug.datastructures import MultiDict

from dms.retrieval import ranges
from dms.retrieval.service import FILTERS, Search

TYPED = ("date_from", "date_to", "amount_from", "amount_to")


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

    def search(self) -> Search:
        """Return the use case's question."""
        given = {name: getattr(self, name) for name in FILTERS}
        filters = _filters(given, self.model_dump(include=set(TYPED)))
        return Search(self.q.strip(), filters, self.sort, self.after, self.limit)


def words_of(sent: MultiDict[str, str]) -> str:
    """Return the words of the search line."""
    return sent.get("q", "").strip()


def query_of(sent: MultiDict[str, str]) -> Search:
    """Return the question of a page's query string, which keeps what it does not know of out of the way."""
    given = {name: [value for value in sent.getlist(name) if value] for name in FILTERS}
    return Search(words_of(sent), _filters(given, sent), sent.get("sort", "newest"), sent.get("after") or None)


def _filters(given: Mapping[str, Iterable[str]], typed: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the filters in force; ranges typed in 元 and days take the place of those given."""
    filters = {name: tuple(values) for name, values in given.items()}
    for name, found in (("date", ranges.days(typed)), ("amount", ranges.amounts(typed))):
        if found:
            filters[name] = (found,)
    return {name: values for name, values in filters.items() if values}


class Look(BaseModel):
    """Which hit to show beside the list: the words and the page that has them."""

    q: Annotated[str, Field(max_length=400)] = ""
    page: int = Field(1, ge=1)


class Words(BaseModel):
    """The words to find on a page."""

    q: str = Field(min_length=1)
