"""Pure rules of documents: states, which values need an eye, what a document's fields say of it as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dms.kernel.errors import ConflictError
from ingest.doctypes import DocumentType
from ingest.model import CheckState, FieldValue

SURE = 0.85  # confidence below which a person should look at a value
TITLE_LENGTH = 60
LARGEST = 1 << 62  # an amount in 分 beyond this is a misreading, and no database column takes it


class State(StrEnum):
    """State of a document (requirements §7)."""

    NEEDS_REVIEW = "NEEDS_REVIEW"
    VALIDATED = "VALIDATED"
    FILED = "FILED"
    REJECTED = "REJECTED"
    SUPERSEDED = "SUPERSEDED"
    DESTROYED = "DESTROYED"


EDGES: Mapping[str, tuple[State, State]] = {  # one row a deed: from, to
    "confirm": (State.NEEDS_REVIEW, State.VALIDATED),
    "reopen": (State.VALIDATED, State.NEEDS_REVIEW),
    "file": (State.VALIDATED, State.FILED),
    "reject": (State.NEEDS_REVIEW, State.REJECTED),
    "reject_validated": (State.VALIDATED, State.REJECTED),
    "resume": (State.REJECTED, State.NEEDS_REVIEW),
    "supersede": (State.FILED, State.SUPERSEDED),
    "destroy": (State.FILED, State.DESTROYED),
}
OPEN = (State.NEEDS_REVIEW, State.VALIDATED, State.REJECTED)
"""States before filing: pages and values may still change, and the document may go to the trash."""


def may(before: str, after: State) -> bool:
    """Tell whether a document may go from one state to the other."""
    return any(edge == (before, after) for edge in EDGES.values())


def require_edge(before: str, after: State) -> None:
    """Raise `ConflictError` unless the state machine has this edge."""
    if not may(before, after):
        raise ConflictError(
            "这件文件现在的状态不允许这样做，没有任何改动。请刷新后查看它的状态。", code="document_state"
        )


def require_open(state: str) -> None:
    """Raise `ConflictError` for a document that has been filed: it changes only by the rules for filed records."""
    if state not in OPEN:
        raise ConflictError("这件文件已经归档，内容不再改动。需要更正时请走更正流程。", code="document_filed")


def is_doubtful(value: FieldValue) -> bool:
    """Tell whether a machine's value needs a person's eye."""
    failed = any(check.state is not CheckState.PASSED for check in value.checks)
    return value.confidence < SURE or failed or (value.value is None and value.kind != "text")


@dataclass(frozen=True, slots=True)
class Description:
    """What a document's values say of it as a whole; `amount` in 分, `code` is the paper's own number."""

    document_date: date | None = None
    amount: int | None = None
    code: str = ""


def description_of(declared: DocumentType | None, values: Mapping[str, str | None]) -> Description:
    """Return the facts of a document of a type whose normalised values are given by field name."""
    if declared is None:
        return Description()
    fields = sorted(declared.expanded_fields(), key=lambda field: not field.required)  # stable: required ones first
    dates = (_date(values.get(field.name)) for field in fields if field.kind == "date")
    codes = (values.get(field.name) for field in fields if field.kind in ("code", "uscc"))
    return Description(
        next((day for day in dates if day), None),
        _amount(values, [field.name for field in fields if field.kind == "amount"]),
        next((code for code in codes if code), "")[:200],
    )


def _amount(values: Mapping[str, str | None], names: Sequence[str]) -> int | None:
    for name in sorted(names, key=lambda name: name != "total"):
        text = values.get(name) or ""
        if text.lstrip("-").isdecimal() and abs(int(text)) < LARGEST:
            return int(text)
    return None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # a term such as 长期
        return None


def title_of(type_name: str, counterparty: str, code: str, fallback: str) -> str:
    """Return a title (题名): whose paper, which kind, under which number; for an unknown kind its first words."""
    if not type_name:
        return fallback[:TITLE_LENGTH]
    whose = counterparty[: TITLE_LENGTH // 2]
    number = f"（{code}）" if code and len(code) <= 30 else ""
    return f"{whose}{type_name}{number}"[:TITLE_LENGTH]


def missing_required(declared: DocumentType | None, have: Iterable[str]) -> list[str]:
    """Return the names of required fields for which there is no value at all."""
    known = set(have)
    return [f.name for f in declared.expanded_fields() if f.required and f.name not in known] if declared else []
