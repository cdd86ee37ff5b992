"""Answers one request from Elasticsearch: matches in order, their pages, counts over the newest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.cursor import Cursor
from search.elastic.client import Client
from search.elastic.mapping import NEAR
from search.elastic.query_dsl import Query, filtered
from search.execution import best_pages
from search.expression import Expression, positive_words
from search.index import MOST_FACET_VALUES, MOST_MATCHES, Hit, Request, Results

Body = dict[str, Any]
Row = Mapping[str, Any]
Counts = dict[str, tuple[tuple[str, int], ...]]
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


class Execution:
    """One request against one index in one round trip to the server, or two where not all matches are counted."""

    def __init__(
        self, client: Client, request: Request, expression: Expression, limit: int, cursor: Cursor | None
    ) -> None:
        self._client, self._request, self._limit, self._cursor = client, request, limit, cursor
        words = list(positive_words(expression))
        self._needles = list(dict.fromkeys(w.needle for w in words if w.column in (None, "body")))
        self._ranks = request.sort == "relevance" and bool(words) and (cursor is None or cursor.ranked is not None)
        self._match = filtered(expression, request.access)
        self._scored = filtered(expression, request.access, scores=True)

    def run(self) -> Results:
        """Return the results."""
        hits = self._by_score(None) if self._ranks else self._ordered(self._request.sort, self._cursor, self._limit + 1)
        if not (self._ranks or self._request.facets):
            (found,) = self._search(hits)
            return self._results(_rows(found), *_total(found), {})
        found, counted = self._search(hits | self._few(), self._counting())
        if not _total(found)[1]:
            return self._results(_rows(found), *_total(found), self._counts(found))
        edge = self._edge(counted)
        rows, counts = self._ranked(edge) if self._ranks else self._in_order(hits, edge)
        return self._results(rows, *_total(counted), counts)

    def _in_order(self, hits: Body, edge: Edge | None) -> tuple[list[Row], Counts]:
        """Return the hits among all matches and the counts over those up to an edge."""
        newest = {"query": self._within(edge), "track_total_hits": False} | self._aggregations()
        if self._request.sort == "newest" and self._cursor is None:  # asked apart, the server would begin to keep
            (found,) = self._search(hits | newest)  # the matches, which takes it longer than to find these
            return _rows(found), self._counts(found)
        first, found = self._search(hits, newest | {"size": 0})
        return _rows(first), self._counts(found)

    def _ranked(self, edge: Edge | None) -> tuple[list[Row], Counts]:
        """Return the best of the matches up to an edge, then those beyond it; and the counts over the former."""
        (found,) = self._search(self._by_score(edge) | self._aggregations())
        rows = _rows(found)
        if len(rows) <= self._limit and edge:
            rows += self._beyond(edge, self._limit + 1 - len(rows))
        return rows, self._counts(found)

    def _few(self) -> Body:
        """Return what makes a search answer all at once where its matches are few enough to be counted.

        It ends at the first one too many: then its hits and counts are of any ten thousand and of no use.
        """
        return self._aggregations() | {"track_total_hits": MOST_MATCHES + 1, "terminate_after": MOST_MATCHES + 1}

    def _beyond(self, edge: Edge, limit: int) -> list[Row]:
        """Return the matches that follow those that are ranked, newest first."""
        (found,) = self._search(self._ordered("newest", Cursor("newest", edge.received, edge.id), limit))
        return _rows(found)

    def _counting(self) -> Body:
        """Return the search that counts the matches and brings those around the last one that is counted.

        Ids are left out of its order: to look ten thousand of them up takes the server four times as long as the rest.
        """
        first = max(0, MOST_MATCHES - NEAR)
        around = _sorted(self._match, [{"received": "desc"}], first, MOST_MATCHES + NEAR - first)
        return around | {"track_total_hits": MOST_MATCHES + 1}

    def _edge(self, counted: Body) -> Edge | None:
        """Return the last match that is counted, None where all are: ids decide only among those of its day."""
        if not _total(counted)[1]:
            return None
        rows, last = _rows(counted), min(MOST_MATCHES, NEAR) - 1
        days = [row["sort"][0] for row in rows]
        day, newer = days[last], days.index(days[last])
        from_its_first = newer > 0 or MOST_MATCHES <= NEAR
        to_its_last = days[-1] != day or len(rows) < NEAR + last + 1
        if from_its_first and to_its_last:
            ids = sorted((_id(row) for row in rows if row["sort"][0] == day), reverse=True)
            return Edge(day, ids[last - newer])
        return self._edge_of_day(day)

    def _edge_of_day(self, day: int) -> Edge:
        """Return the last match that is counted, of a day on which very many arrived."""
        newer = {"query": self._also({"range": {"received": {"gt": day}}}), "size": 0, "track_total_hits": MOST_MATCHES}
        (counted,) = self._search(newer)
        rank = MOST_MATCHES - _total(counted)[0]
        of_day = _sorted(self._also({"term": {"received": day}}), [{"id": "desc"}], max(0, rank - 1), 1)
        (found,) = self._search(of_day)
        rows = _rows(found)
        return Edge(day, rows[0]["sort"][0] if rows else "")

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

    def _by_score(self, edge: Edge | None) -> Body:
        query = {"bool": {"must": [self._scored], "filter": [edge.query()] if edge else []}}
        body: Body = {"query": query, "size": self._limit + 1, "sort": [{"_score": "desc"}, {"id": "asc"}]}
        if self._cursor is not None:
            body["search_after"] = [self._cursor.ranked, self._cursor.id]
        return {**body, "track_total_hits": False, "_source": self._source()}

    def _aggregations(self) -> Body:
        """Return the part of a search that counts values of attributes."""
        order = [{"_count": "desc"}, {"_key": "asc"}]
        common = {"size": MOST_FACET_VALUES, "shard_size": MOST_MATCHES, "order": order}
        return {"aggs": {name: {"terms": {"field": f"attributes.{name}", **common}} for name in self._request.facets}}

    def _counts(self, answer: Body) -> Counts:
        found = answer.get("aggregations", {})
        return {
            name: tuple((each["key"], each["doc_count"]) for each in found[name]["buckets"])
            for name in self._request.facets
        }

    def _source(self) -> list[str] | bool:
        return ["kept.pages", "kept.numbers"] if self._needles else False

    def _search(self, *bodies: Body) -> list[Body]:
        """Return the answers to searches that run at once, always by the same copy of the index for the same words."""
        copy = hashlib.sha256(self._request.query.encode(errors="replace")).hexdigest()[:16]
        header = {"index": self._client.address.name, "preference": f"q{copy}"}
        lines = [line for body in bodies for line in (header, body)]
        answers = self._client.call(lambda client: client.msearch(searches=lines)).body["responses"]
        for answer in answers:
            if "error" in answer:
                raise self._client.failed(answer)
        return list(answers)

    def _results(self, rows: Sequence[Row], total: int, capped: bool, facets: Counts) -> Results:
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


def _total(answer: Body) -> tuple[int, bool]:
    value = int(answer["hits"]["total"]["value"])
    return min(value, MOST_MATCHES), value > MOST_MATCHES


def _id(row: Row) -> str:
    return str(row["fields"]["id"][0])


def _rows(answer: Body) -> list[Row]:
    return list(answer["hits"]["hits"])


def _sorted(query: Query, order: list[Body], first: int, size: int) -> Body:
    """Return a search for days and ids alone, which are read without the texts that are stored beside them."""
    ids = {"stored_fields": "_none_", "docvalue_fields": ["id"]}
    return {"query": query, "from": first, "size": size, "sort": order, "track_total_hits": False, **ids}
