"""Tasks in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from dms.audit.sentences import sentence
from dms.http import current_archive
from dms.tasks.models import Task


def task_text(task: Task) -> str:
    """Return what is to be done as a sentence in the language of the page."""
    return _filled(task.kind, task.facts)


def worded(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a deed done to a task, with `text`: what was to be done."""
    return {**details, "text": _filled(str(details.get("kind", "")), details.get("facts"))}


def _filled(kind: str, facts: Any) -> str:
    """Fill the sentence of a kind; one that no topic knows any more is shown by its name."""
    known = current_archive().topics.tasks.get(kind)
    return sentence(_(known.sentence), kind, "", facts if isinstance(facts, dict) else {}, "") if known else kind
