"""What a person typed as a value, and how values are written for a person: pure, by kind."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.checks import Context, run_checks
from ingest.doctypes import DocumentType
from ingest.fields.kinds import find_values
from ingest.model import FieldValue
from ingest.money import to_figures

STRICT = {  # kinds of which a value that cannot be understood is refused, and what to type instead
    "date": "请填日期，例如 2026-06-12，或“长期”。",
    "amount": "请填金额，例如 12,000.00。",
    "number": "请填数字。",
}
LONGEST = 2000


class TypedError(ValueError):
    """What was typed is no value of this kind; the text is a Chinese sentence (msgid)."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A person's value: as typed, and normalised."""

    raw: str
    value: str | None


def understood(kind: str, text: str) -> Typed:
    """Return what was typed as a value of a kind; empty text is the statement that there is none.

    Raises `TypedError`.
    """
    raw = text.strip()[:LONGEST]
    if not raw:
        return Typed("", None)
    found = list(find_values("figures" if kind == "amount" and raw[-1:].isdigit() else kind, raw))
    whole = next((each for each in found if each.value is not None and each.end - each.start >= len(raw) // 2), None)
    if kind in STRICT:
        if whole is None or whole.value is None:
            raise TypedError(STRICT[kind])
        return Typed(raw, whole.value)
    return Typed(raw, whole.value if whole is not None and kind in ("uscc", "account", "code") else raw)


def shown(kind: str, value: str | None, raw: str) -> str:
    """Return a value as a person writes it: amounts in 元 with thousands, everything else as normalised."""
    if value is None:
        return raw
    if kind == "amount" and value.lstrip("-").isdecimal():
        return to_figures(int(value))
    return value


def checked(declared: DocumentType | None, values: list[FieldValue], context: Context) -> dict[str, FieldValue]:
    """Return values by name with the checks of their type run anew."""
    bare = [FieldValue(v.name, v.label, v.kind, v.raw, v.value, v.page, v.box, v.confidence) for v in values]
    return {value.name: value for value in (run_checks(declared, bare, context) if declared else bare)}
