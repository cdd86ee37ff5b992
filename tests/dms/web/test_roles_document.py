"""docs/roles.md is what the table says, and the texts know every role and action."""

from __future__ import annotations

from pathlib import Path

from dms.bootstrap import TOPICS
from dms.http.texts import role_texts
from dms.policy import Role
from dms.web import roles_document as document

DOCS = Path(__file__).parents[3] / "docs"


def test_page_is_up_to_date() -> None:
    assert (DOCS / "roles.md").read_text(encoding="utf-8") == document.page(), (
        "run python -m dms.web.roles_document docs/roles.md"
    )


def test_every_role_and_action_has_a_name() -> None:
    assert set(role_texts()) == set(Role)
    assert all(action.text for action in TOPICS.actions.values())
