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
_NEAR = 200  # ids of one day that are asked for at first: enough unless very many matches arrived that day
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
        first, last = self._ask(self._ordered(self._request.sort, self._cursor, self._limit + 1), self._last_counted())
        total, capped = _total(first)
        facets = self._facets(self._within(self._edge(last) if capped else None)) if self._request.facets else {}
        return self._results(_rows(first), total, capped, facets)

    def _ranked(self) -> Results:
        counting = {"query": self._match, "size": 0, "track_total_hits": MOST_MATCHES + 1}
        counted, last = self._ask(counting, self._last_counted())
        total, capped = _total(counted)
        edge = self._edge(last) if capped else None
        (found,) = self._ask(self._by_score(self._within(edge)))
        rows = _rows(found)
        if len(rows) <= self._limit and edge:
            rows += self._beyond(edge, self._limit + 1 - len(rows))
        return self._results(rows, total, capped, _counts(found, self._request.facets))

    def _beyond(self, edge: Edge, limit: int) -> list[Row]:
        """Return the matches that follow those that are ranked, newest first."""
        (found,) = self._ask(self._ordered("newest", Cursor("newest", edge.received, edge.id), limit))
        return _rows(found)

    def _facets(self, within: Query) -> dict[str, tuple[tuple[str, int], ...]]:
        aggregations = _aggregations(self._request.facets)
        (found,) = self._ask({"query": within, "size": 0, "track_total_hits": False, "aggs": aggregations})
        return _counts(found, self._request.facets)

    def _last_counted(self) -> Body:
        """Return the search for the day of the last match that is counted.

        Ids are left out of its order: to look ten thousand of them up takes the server four times as long as the rest.
        """
        return _sorted(self._match, [{"received": "desc"}], MOST_MATCHES - 1, 1)

    def _edge(self, last: Body) -> Edge:
        """Return the last match that is counted, whose day is known: only on that day ids decide."""
        day = int(_rows(last)[0]["sort"][0])
        newer = {"query": self._also({"range": {"received": {"gt": day}}}), "size": 0, "track_total_hits": MOST_MATCHES}
        counted, of_day = self._ask(newer, self._of_day(day, 0, _NEAR))
        rank, rows = max(1, MOST_MATCHES - _total(counted)[0]), _rows(of_day)
        if rank > _NEAR:
            (of_day,) = self._ask(self._of_day(day, rank - 1, 1))
            rank, rows = 1, _rows(of_day)
        return Edge(day, rows[min(rank, len(rows)) - 1]["sort"][0] if rows else "")

    def _of_day(self, day: int, first: int, size: int) -> Body:
        return _sorted(self._also({"term": {"received": day}}), [{"id": "desc"}], first, size)

    def _also(self, query: Query) -> Query:
        return {"bool": {"filter": [self._match, query]}}

    def _within(self, edge: Edge | None) -> Query:
        """Return the query of the matches that are counted: all, or those up to an edge."""
        return self._also(edge.query()) if edge else self._match

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


def _sorted(query: Query, order: list[Body], first: int, size: int) -> Body:
    return {"query": query, "from": first, "size": size, "sort": order, "track_total_hits": False, "_source": False}
