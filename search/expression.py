"""What a query means, free of any engine: words as canonical needles, values, ranges, and/or/not; immutable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

COLUMNS = ("body", "title", "parties", "persons", "codes", "texts", "types")
"""Text columns of every engine; `body` is the pages, `types` what people call the document's type."""


@dataclass(frozen=True, slots=True)
class Words:
    """A canonical needle within one page or value of a column, or of any column.

    `tokens.phrase_tokens(needle)` in unbroken order is the same for an engine.
    """

    needle: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """An attribute has one of these values exactly."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A date ("date", "received": as yyyymmdd) or an amount ("amount": 分) lies between two ends, both included.

    None leaves an end open.
    """

    name: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not match."""

    part: Expression


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part matches; without parts, everything."""

    parts: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part matches; without parts, nothing."""

    parts: tuple[Expression, ...] = ()


Expression = Words | Has | Between | Not | AllOf | AnyOf


def positive_words(expression: Expression) -> Iterator[Words]:
    """Yield the words that a match may show; those that must be absent are left out."""
    if isinstance(expression, Words):
        yield expression
    elif isinstance(expression, AllOf | AnyOf):
        for part in expression.parts:
            yield from positive_words(part)
