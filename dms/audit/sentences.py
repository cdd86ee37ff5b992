"""How the sentence of a deed is filled from the leaf's details; the topics declare the sentences.

%(target)s is the id of what was dealt with, %(reason)s the reason; %(changes)s what was changed, from what to what;
every other placeholder is a name of the leaf's details, "—" where the leaf has none of that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

UNKNOWN = "%(action)s"


class _Values(Mapping[str, str]):
    """The placeholders of a sentence: details as text, a dash for what is not there."""

    def __init__(self, details: Mapping[str, Any], **further: str) -> None:
        self._values = {**details, **further}

    def __getitem__(self, name: str) -> str:
        return text_of(self._values.get(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def text_of(value: Any) -> str:
    """Return a value of the details as a person reads it."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, list):
        return "、".join(text_of(each) for each in value)
    if isinstance(value, dict):
        return "，".join(f"{name} {text_of(each)}" for name, each in value.items())
    return str(value)


def sentence(template: str, action: str, target: str, details: Mapping[str, Any], reason: str) -> str:
    """Fill a (translated) sentence of a deed."""
    further = {"action": action, "target": target, "reason": reason, "changes": changes_of(details)}
    return template % _Values(details, **further)


def changes_of(details: Mapping[str, Any]) -> str:
    """Return what was changed, {label: before → after}, as text."""
    changes = details.get("changes")
    return "；".join(f"{label} {change}" for label, change in changes.items()) if isinstance(changes, Mapping) else ""
