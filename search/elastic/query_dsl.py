"""An expression and what the asker may see in Elasticsearch's query language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from search.expression import COLUMNS, AllOf, AnyOf, Between, Expression, Has, Not, Words
from search.fts import access_expression
from search.index import Access
from search.numbers import MOST
from search.tokens import phrase_tokens

Query = dict[str, Any]

WEIGHTS = {"body": 1, "title": 5, "parties": 4, "persons": 4, "codes": 4, "texts": 2, "types": 1}
_FIELDS = {"date": "dates", "amount": "amounts", "received": "received"}
_FIRST_DAY = 1  # 0 stands for an unknown day of arrival


def query_of(expression: Expression, scores: bool = False) -> Query:
    """Return the query of an expression; with `scores` what stands in a title counts more than a mention."""
    if isinstance(expression, Words):
        columns = [expression.column] if expression.column else COLUMNS
        return any_of(_phrase(expression.needle, column, WEIGHTS[column] if scores else 1) for column in columns)
    if isinstance(expression, AnyOf):
        return any_of(query_of(part, scores) for part in expression.parts)
    if isinstance(expression, AllOf):
        return _all_of(expression.parts, scores)
    query = _condition(expression)
    return {"constant_score": {"filter": query, "boost": 0}} if scores else query


def any_of(queries: Iterable[Query]) -> Query:
    """Return the query that one of these suffices for; of none, the one that finds nothing."""
    found = list(queries)
    if not found:
        return {"match_none": {}}
    return found[0] if len(found) == 1 else {"bool": {"should": found, "minimum_should_match": 1}}


def filtered(expression: Expression, access: Access, scores: bool = False) -> Query:
    """Return the query of what matches, may be seen and is not gone."""
    clauses: Query = {"filter": [query_of(access_expression(access))], "must_not": [{"term": {"gone": True}}]}
    clauses.setdefault("must" if scores else "filter", []).append(query_of(expression, scores))
    return {"bool": clauses}


def _all_of(parts: Sequence[Expression], scores: bool) -> Query:
    required = [query_of(part, scores) for part in parts if not isinstance(part, Not)]
    excluded = [query_of(part.part) for part in parts if isinstance(part, Not)]
    if not required:
        return {"bool": {"filter": [{"match_all": {}}], "must_not": excluded}}
    return {"bool": {"must" if scores else "filter": required, "must_not": excluded}}


def _condition(expression: Has | Between | Not) -> Query:
    if isinstance(expression, Has):
        return {"terms": {f"attributes.{expression.name}": list(expression.values)}}
    if isinstance(expression, Between):
        return {"range": {_FIELDS[expression.name]: _ends(expression)}}
    return {"bool": {"must_not": [query_of(expression.part)]}}


def _phrase(needle: str, column: str, boost: float) -> Query:
    return {"match_phrase": {column: {"query": " ".join(phrase_tokens(needle)), "boost": boost}}}


def _ends(between: Between) -> dict[str, int]:
    """Return the ends of a range; amounts beyond the largest count as that, as in every engine."""
    most = MOST[between.name]
    least = -most if between.name == "amount" else _FIRST_DAY
    low = least if between.low is None else max(least, min(between.low, most))
    high = most if between.high is None else max(-most, min(between.high, most))
    return {"gte": low, "lte": high}
