"""What a deed, a task, a freeze or a code is about (对象): a kind and an id, whichever topic owns it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing of the archive; `kind` is a name that a topic declares, such as document, party or place."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Label:
    """How a thing is called where others speak of it: a text for people, and the path of its screen ("" for none)."""

    text: str
    path: str
