"""Scopes: sets of things, as a predicate, as SQL and as an index filter that always agree.

A scope is an OR of clauses, each an AND of "attribute is one of these values". All three renderings read the same
clauses, and a property test holds them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

Clause = Mapping[str, frozenset[str]]
YES, NO = "yes", "no"
LEVELS = range(4)


class Subject(Protocol):
    """What a scope asks of a thing; None where it has no owner, no department."""

    @property
    def owner_id(self) -> str | None:
        """Who brought it, and after filing the responsible person."""
        ...

    @property
    def department_id(self) -> str | None:
        """The department it belongs to."""
        ...

    @property
    def type_code(self) -> str:
        """Document type, "" when not known yet."""
        ...

    @property
    def level(self) -> int:
        """Secrecy level (密级) 0–3."""
        ...

    @property
    def filed(self) -> bool:
        """Whether it has been filed (归档)."""
        ...


@dataclass(frozen=True, slots=True)
class Attributes:
    """A subject by itself: of an arrival (`owner_id` is who brought it), a dossier, an audit leaf."""

    owner_id: str | None = None
    department_id: str | None = None
    type_code: str = ""
    level: int = 0
    filed: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that hold a subject's attributes; a missing one matches no condition on it."""

    owner_id: Any = None
    department_id: Any = None
    type_code: Any = None
    level: Any = None
    filed: Any = None  # a boolean expression, for example Document.filed_at.is_not(None)


def attributes(subject: Subject) -> dict[str, tuple[str, ...]]:
    """Return a subject's attributes as a search entry holds them, to be filtered by `Scope.access`."""
    values = {
        "owner": subject.owner_id or "",
        "department": subject.department_id or "",
        "type": subject.type_code,
        "level": str(subject.level),
        "filed": YES if subject.filed else NO,
    }
    return {name: (value,) if value else () for name, value in values.items()}


class Scope:
    """An immutable set of things; `&` and `|` combine, `bool()` tells whether there is anything in it."""

    __slots__ = ("clauses",)

    def __init__(self, clauses: Iterable[Clause] = ()) -> None:
        possible = [clause for clause in clauses if all(clause.values())]
        self.clauses: tuple[Clause, ...] = tuple(_without_implied(possible))

    @classmethod
    def none(cls) -> Scope:
        """Return the scope of nothing."""
        return cls()

    @classmethod
    def all(cls) -> Scope:
        """Return the scope of everything."""
        return cls([{}])

    @classmethod
    def own(cls, account_id: str | None) -> Scope:
        """Return what the account brought or is responsible for; nothing without an account."""
        return cls([{"owner": frozenset({account_id})}] if account_id else ())

    @classmethod
    def department(cls, department_id: str | None) -> Scope:
        """Return what belongs to the department; nothing without one."""
        return cls([{"department": frozenset({department_id})}] if department_id else ())

    @classmethod
    def types(cls, *codes: str) -> Scope:
        """Return documents of these types."""
        return cls([{"type": frozenset(code for code in codes if code)}])

    @classmethod
    def levels(cls, highest: int) -> Scope:
        """Return what is not above a secrecy level."""
        return cls([{"level": frozenset(str(level) for level in LEVELS if level <= highest)}])

    @classmethod
    def filed(cls, filed: bool = True) -> Scope:
        """Return what has, or has not, been filed."""
        return cls([{"filed": frozenset({YES if filed else NO})}])

    def __or__(self, other: Scope) -> Scope:
        return Scope(self.clauses + other.clauses)

    def __and__(self, other: Scope) -> Scope:
        return Scope(_both(mine, theirs) for mine in self.clauses for theirs in other.clauses)

    def __bool__(self) -> bool:
        return bool(self.clauses)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and _keys(self.clauses) == _keys(other.clauses)

    def __hash__(self) -> int:
        return hash(_keys(self.clauses))

    def __repr__(self) -> str:
        return f"Scope({[{name: sorted(values) for name, values in clause.items()} for clause in self.clauses]})"

    @property
    def is_all(self) -> bool:
        """Tell whether everything is in it, whatever its attributes."""
        return any(not clause for clause in self.clauses)

    def allows(self, subject: Subject) -> bool:
        """Tell whether a thing is in the scope."""
        held = attributes(subject)
        return any(all(not values.isdisjoint(held[name]) for name, values in c.items()) for c in self.clauses)

    def sql(self, columns: Columns) -> sa.ColumnElement[bool]:
        """Return the scope as a condition on a table's columns."""
        return sa.or_(sa.false(), *(_clause_sql(clause, columns) for clause in self.clauses))

    def access(self) -> tuple[dict[str, tuple[str, ...]], ...]:
        """Return the scope as plain clauses, for `search.index.Access`."""
        return tuple({name: tuple(sorted(values)) for name, values in clause.items()} for clause in self.clauses)


def _both(one: Clause, other: Clause) -> Clause:
    return {
        name: one[name] & other[name] if name in one and name in other else one.get(name) or other[name]
        for name in {*one, *other}
    }


def _implies(narrow: Clause, wide: Clause) -> bool:
    return all(name in narrow and narrow[name] <= values for name, values in wide.items())


def _without_implied(clauses: list[Clause]) -> list[Clause]:
    kept: list[Clause] = []
    for clause in clauses:
        if not any(_implies(clause, other) for other in kept):
            kept = [other for other in kept if not _implies(other, clause)] + [clause]
    return kept


def _keys(clauses: tuple[Clause, ...]) -> frozenset[frozenset[tuple[str, frozenset[str]]]]:
    return frozenset(frozenset(clause.items()) for clause in clauses)


def _clause_sql(clause: Clause, columns: Columns) -> sa.ColumnElement[bool]:
    return sa.and_(sa.true(), *(_condition(name, values, columns) for name, values in sorted(clause.items())))


def _condition(name: str, values: frozenset[str], columns: Columns) -> sa.ColumnElement[bool]:
    column = {
        "owner": columns.owner_id, "department": columns.department_id, "type": columns.type_code,
        "level": columns.level, "filed": columns.filed,
    }[name]  # fmt: skip
    if column is None:
        return sa.false()
    if name == "filed":
        return sa.or_(*((column if value == YES else sa.not_(column)) for value in sorted(values)))
    wanted: list[Any] = sorted(int(value) for value in values) if name == "level" else sorted(values)
    # A value that is not there is in no scope, and the condition stays two-valued for whoever negates it.
    return sa.and_(column.is_not(None), column.in_(wanted))
