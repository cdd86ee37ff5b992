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


def query_of(expression: Expression) -> Query:
    """Return the query of an expression."""
    if isinstance(expression, Words):
        return _words(expression)
    if isinstance(expression, Has):
        return {"terms": {f"attributes.{expression.name}": list(expression.values)}}
    if isinstance(expression, Between):
        return {"range": {_FIELDS[expression.name]: _ends(expression)}}
    if isinstance(expression, Not):
        return {"bool": {"must_not": [query_of(expression.part)]}}
    if isinstance(expression, AnyOf):
        return any_of(query_of(part) for part in expression.parts)
    wanted = [query_of(part) for part in expression.parts if not isinstance(part, Not)]
    unwanted = [query_of(part.part) for part in expression.parts if isinstance(part, Not)]
    return {"bool": {"filter": wanted or [{"match_all": {}}], "must_not": unwanted}}


def any_of(queries: Iterable[Query]) -> Query:
    """Return the query that one of these suffices for; of none, the one that finds nothing."""
    found = list(queries)
    if not found:
        return {"match_none": {}}
    return found[0] if len(found) == 1 else {"bool": {"should": found, "minimum_should_match": 1}}


def filtered(expression: Expression, access: Access) -> Query:
    """Return the query of what matches, may be seen and is not gone."""
    both = query_of(AllOf((expression, access_expression(access))))
    both["bool"]["must_not"] = [*both["bool"]["must_not"], {"term": {"gone": True}}]
    return both


def weighted(needles: Iterable[Words], columns: Sequence[str] = COLUMNS) -> list[Query]:
    """Return queries whose scores rank a match: what stands in a title counts more than a mention."""
    return [
        _phrase(words.needle, column, WEIGHTS[column])
        for words in needles
        for column in ([words.column] if words.column else columns)
    ]


def _words(words: Words) -> Query:
    return any_of(_phrase(words.needle, column) for column in ([words.column] if words.column else COLUMNS))


def _phrase(needle: str, column: str, boost: float = 1) -> Query:
    return {"match_phrase": {column: {"query": " ".join(phrase_tokens(needle)), "boost": boost}}}


def _ends(between: Between) -> dict[str, int]:
    """Return the ends of a range; amounts beyond the largest count as that, as in every engine."""
    most = MOST[between.name]
    least = -most if between.name == "amount" else _FIRST_DAY
    low = least if between.low is None else max(least, min(between.low, most))
    high = most if between.high is None else max(-most, min(between.high, most))
    return {"gte": low, "lte": high}
