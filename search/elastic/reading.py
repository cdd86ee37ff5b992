"""Answers one request from Elasticsearch: matches in order, their pages, counts over the newest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.cursor import Cursor
from search.elastic.client import Client
from search.elastic.question import Query, filtered, weighted
from search.expression import Expression, wanted_words
from search.index import MOST_FACET_VALUES, MOST_MATCHES, Hit, Request, Results
from search.reading import best_pages

Body = dict[str, Any]
Row = Mapping[str, Any]
_ARRIVAL = {"newest": "desc", "oldest": "asc"}


@dataclass(frozen=True, slots=True)
class Edge:
    """The oldest of the matches that are counted: its day of arrival and its id."""

    received: int
    id: str

    def query(self) -> Query:
        """Return the query of what is not older."""
        same = {"bool": {"filter": [{"term": {"received": self.received}}, {"range": {"id": {"gte": self.id}}}]}}
        return {"bool": {"should": [{"range": {"received": {"gt": self.received}}}, same], "minimum_should_match": 1}}


class Answering:
    """One request against one index; each step is one round trip to the server."""

    def __init__(
        self, client: Client, request: Request, expression: Expression, limit: int, cursor: Cursor | None
    ) -> None:
        self._client, self._request, self._limit, self._cursor = client, request, limit, cursor
        self._words = list(wanted_words(expression))
        self._needles = list(dict.fromkeys(w.needle for w in self._words if w.column in (None, "body")))
        self._match = filtered(expression, request.access)

    def answer(self) -> Results:
        """Return the results."""
        ranks = self._request.sort == "relevance" and bool(self._words)
        if ranks and (self._cursor is None or self._cursor.ranked is not None):
            return self._ranked()
        return self._in_order()

    def _in_order(self) -> Results:
        first, edge = self._ask(self._ordered(self._request.sort, self._cursor, self._limit + 1), self._newest_edge())
        total, capped = _total(first)
        facets = self._facets(self._within(capped, edge)) if self._request.facets else {}
        return self._results(_rows(first), total, capped, facets)

    def _ranked(self) -> Results:
        counting = {"query": self._match, "size": 0, "track_total_hits": MOST_MATCHES + 1}
        counted, edge = self._ask(counting, self._newest_edge())
        total, capped = _total(counted)
        within = self._within(capped, edge)
        (found,) = self._ask(self._by_score(within))
        rows = _rows(found)
        if len(rows) <= self._limit and capped:
            rows += self._beyond(_edge(edge), self._limit + 1 - len(rows))
        return self._results(rows, total, capped, _counts(found, self._request.facets))

    def _beyond(self, edge: Edge, limit: int) -> list[Row]:
        """Return the matches that follow those that are ranked, newest first."""
        (found,) = self._ask(self._ordered("newest", Cursor("newest", edge.received, edge.id), limit))
        return _rows(found)

    def _facets(self, within: Query) -> dict[str, tuple[tuple[str, int], ...]]:
        aggregations = _aggregations(self._request.facets)
        (found,) = self._ask({"query": within, "size": 0, "track_total_hits": False, "aggs": aggregations})
        return _counts(found, self._request.facets)

    def _newest_edge(self) -> Body:
        """Return the search for the last match that is counted."""
        order = _order("newest")
        edge = {"query": self._match, "from": MOST_MATCHES - 1, "size": 1, "sort": order, "track_total_hits": False}
        return {**edge, "_source": False}

    def _within(self, capped: bool, edge: Body) -> Query:
        """Return the query of the matches that are counted."""
        if not capped:
            return self._match
        return {"bool": {"filter": [self._match, _edge(edge).query()]}}

    def _ordered(self, sort: str, cursor: Cursor | None, limit: int) -> Body:
        body = {"query": self._match, "size": limit, "sort": _order(sort), "track_total_hits": MOST_MATCHES + 1}
        if cursor is not None:
            body["search_after"] = [cursor.key, cursor.id]
        return {**body, "_source": self._source()}

    def _by_score(self, within: Query) -> Body:
        query = {"bool": {"filter": [within], "should": weighted(self._words), "minimum_should_match": 0}}
        body: Body = {"query": query, "size": self._limit + 1, "sort": [{"_score": "desc"}, {"id": "asc"}]}
        if self._cursor is not None:
            body["search_after"] = [self._cursor.ranked, self._cursor.id]
        if self._request.facets:
            body["aggs"] = _aggregations(self._request.facets)
        return {**body, "track_total_hits": False, "_source": self._source()}

    def _source(self) -> list[str] | bool:
        return ["kept.pages", "kept.numbers"] if self._needles else False

    def _ask(self, *bodies: Body) -> list[Body]:
        """Return the answers to searches that run at once, always by the same copy of the index for the same words."""
        copy = hashlib.sha256(self._request.query.encode(errors="replace")).hexdigest()[:16]
        header = {"index": self._client.address.name, "preference": f"q{copy}"}
        lines = [line for body in bodies for line in (header, body)]
        answers = self._client.call(lambda client: client.msearch(searches=lines)).body["responses"]
        for answer in answers:
            if "error" in answer:
                raise self._client.failed(answer)
        return list(answers)

    def _results(
        self, rows: Sequence[Row], total: int, capped: bool, facets: dict[str, tuple[tuple[str, int], ...]]
    ) -> Results:
        shown = rows[: self._limit]
        more = len(rows) > self._limit
        return Results(
            hits=tuple(self._hit(row) for row in shown),
            total=total,
            capped=capped,
            facets=facets,
            cursor=self._end(shown[-1]).encode() if more else None,
        )

    def _end(self, row: Row) -> Cursor:
        key, entry = row["sort"]
        if row["_score"] is not None:
            return Cursor(self._request.sort, None, entry, float(key))
        return Cursor(self._request.sort, key, entry)

    def _hit(self, row: Row) -> Hit:
        kept = row.get("_source", {}).get("kept", {})
        pages = best_pages(kept["pages"], kept["numbers"], self._needles) if kept.get("pages") else ()
        return Hit(row["_id"], pages, row["_score"] or 0.0)


def _order(sort: str) -> list[Body]:
    """Return the keys of an order; those without a value come last, ties go by id in the same direction."""
    if sort in _ARRIVAL or sort == "relevance":
        direction = _ARRIVAL.get(sort, "desc")
        return [{"received": direction}, {"id": direction}]
    direction = "desc" if sort.startswith("-") else "asc"
    return [{sort.removeprefix("-"): {"order": direction, "missing": "_last"}}, {"id": direction}]


def _aggregations(names: Sequence[str]) -> Body:
    order = [{"_count": "desc"}, {"_key": "asc"}]
    common = {"size": MOST_FACET_VALUES, "shard_size": MOST_MATCHES, "order": order}
    return {name: {"terms": {"field": f"attributes.{name}", **common}} for name in names}


def _counts(answer: Body, names: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    found = answer.get("aggregations", {})
    return {name: tuple((each["key"], each["doc_count"]) for each in found[name]["buckets"]) for name in names}


def _total(answer: Body) -> tuple[int, bool]:
    value = int(answer["hits"]["total"]["value"])
    return min(value, MOST_MATCHES), value > MOST_MATCHES


def _rows(answer: Body) -> list[Row]:
    return list(answer["hits"]["hits"])


def _edge(answer: Body) -> Edge:
    received, entry = answer["hits"]["hits"][0]["sort"]
    return Edge(received, entry)
