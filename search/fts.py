"""An expression and what the asker may see as one MATCH string of SQLite's FTS5."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from search.expression import AllOf, AnyOf, Between, Expression, Has, Not, Words
from search.index import Access
from search.numbers import range_tokens
from search.tokens import phrase_tokens

EVERY = '"*"'
"""Matches a token that every entry carries."""
NOTHING = ""

PairIds = Callable[[str, Iterable[str]], list[int]]
"""Returns the ids of the pairs (name, value) that the index knows."""


def match(expression: Expression, pairs: PairIds) -> str:
    """Return the MATCH string of an expression; `EVERY` or `NOTHING` where no engine is needed to tell."""
    if isinstance(expression, Words):
        phrase = f'"{" ".join(phrase_tokens(expression.needle))}"'
        return f"({{{expression.column}}} : {phrase})" if expression.column else phrase
    if isinstance(expression, Has):
        return _any([f'"{pair_token(pair)}"' for pair in pairs(expression.name, expression.values)])
    if isinstance(expression, Between):
        return _any([f'"{token}"' for token in range_tokens(expression)])
    if isinstance(expression, Not):
        return _all([], [match(expression.part, pairs)])
    if isinstance(expression, AnyOf):
        return _any([match(part, pairs) for part in expression.parts])
    required = [match(part, pairs) for part in expression.parts if not isinstance(part, Not)]
    return _all(required, [match(part.part, pairs) for part in expression.parts if isinstance(part, Not)])


def access_expression(access: Access) -> Expression:
    """Return what the asker may see as an expression."""
    return AnyOf(tuple(AllOf(tuple(Has(name, values) for name, values in clause.items())) for clause in access.clauses))


def pair_token(pair: int) -> str:
    """Return the token that an entry carries for an attribute's value."""
    return f"={pair}"


def _any(parts: list[str]) -> str:
    if EVERY in parts:
        return EVERY
    found = list(dict.fromkeys(part for part in parts if part != NOTHING))
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})" if found else NOTHING


def _all(required: list[str], excluded: list[str]) -> str:
    if NOTHING in required or EVERY in excluded:
        return NOTHING
    needed = list(dict.fromkeys(part for part in required if part != EVERY)) or [EVERY]
    both = needed[0] if len(needed) == 1 else f"({' AND '.join(needed)})"
    without = _any(excluded)
    return f"({both} NOT {without})" if without else both
