"""Checks of read values (校验): named in a type's declaration, run after extraction, never changing a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ingest.checks.sides import mark_sides
from ingest.checks.tables import TABLE_CHECKS
from ingest.checks.values import VALUE_CHECKS
from ingest.doctypes import DocumentType, DocumentTypeError
from ingest.model import Check, FieldValue


@dataclass(frozen=True, slots=True)
class Context:
    """What a reading may know of its archive: our own companies (本公司), and the day it is done on."""

    own_names: tuple[str, ...] = ()
    own_codes: tuple[str, ...] = ()
    today: date | None = None


def run_checks(declared: DocumentType, values: Sequence[FieldValue], context: Context) -> tuple[FieldValue, ...]:
    """Return `values` with the checks that `declared` names and the marks of the sides.

    Raises DocumentTypeError for an unknown check.
    """
    by_name = {v.name: v for v in values}
    found: dict[str, list[Check]] = {}
    for field in declared.expanded_fields():
        value = by_name.get(field.name)
        for name in field.checks if value else ():
            check = _run(name, value, by_name, context) if value else None
            if check:
                found.setdefault(field.name, []).append(check)
    for name in declared.table.checks if declared.table else ():
        _run_on_table(declared, name, by_name, found)
    for name, mark in mark_sides(declared, values, context.own_names, context.own_codes).items():
        found.setdefault(name, []).append(mark)
    return tuple(replace(v, checks=(*v.checks, *found.get(v.name, ()))) for v in values)


def _run(name: str, value: FieldValue, by_name: Mapping[str, FieldValue], context: Context) -> Check | None:
    kind, _, argument = name.partition(":")
    if kind not in VALUE_CHECKS:
        raise DocumentTypeError(f"There is no check {kind!r}; choose one of {', '.join(sorted(VALUE_CHECKS))}.")
    return VALUE_CHECKS[kind](value, argument, by_name, context.today)


def _run_on_table(
    declared: DocumentType, name: str, by_name: Mapping[str, FieldValue], found: dict[str, list[Check]]
) -> None:
    kind, _, argument = name.partition(":")
    if kind not in TABLE_CHECKS:
        raise DocumentTypeError(f"There is no check {kind!r}; choose one of {', '.join(sorted(TABLE_CHECKS))}.")
    assert declared.table is not None
    for field, check in TABLE_CHECKS[kind](declared.table.name, argument, by_name):
        found.setdefault(field, []).append(check)


def known_checks() -> frozenset[str]:
    """Return the names that declarations may use, without their arguments."""
    return frozenset(VALUE_CHECKS) | frozenset(TABLE_CHECKS)
