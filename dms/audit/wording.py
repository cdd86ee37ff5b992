"""A deed of the log as a person reads it: its topic's sentence, codes in the details as words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from dms.audit.sentences import UNKNOWN, sentence
from dms.http import current_archive
from dms.http.texts import action_text, copy_text, level_text, role_text, role_texts, type_text
from dms.kernel.topic import load

ARROW = " → "  # between what was before and what is now


def deed_sentence(action: str, target: str, details: Mapping[str, Any], reason: str) -> str:
    """Return a deed as a sentence in the language of the page."""
    template = current_archive().topics.deeds.get(action, UNKNOWN)
    return sentence(_(template), action, target, worded(action, details), reason)


def worded(action: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a deed with codes as words, as its topic puts them."""
    own = current_archive().topics.wording.get(action)
    said: dict[str, Any] = load(own)(details) if own else usual(details)
    return said


def usual(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details with the codes that all topics share as words."""
    return {name: word(name, value) for name, value in details.items()}


def word(name: str, value: Any) -> Any:
    """Return a value of the details as a word, where its name tells what code it is."""
    if isinstance(value, list):
        return [word(name, each) for each in value]
    if name in ("roles", "before", "after") and isinstance(value, str) and value in role_texts():
        return role_text(value)
    if name == "level" and isinstance(value, int):
        return level_text(value)
    words = {"actions": action_text, "type": type_text, "copy_kind": copy_text}
    return words[name](value) if name in words and isinstance(value, str) else value
