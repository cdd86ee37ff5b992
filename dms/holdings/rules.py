"""Pure rules of papers: when one should have come back."""

from __future__ import annotations

from datetime import date


def is_overdue(due_on: date | None, today: date) -> bool:
    """Say whether a paper that is out should have come back before today."""
    return due_on is not None and due_on < today
