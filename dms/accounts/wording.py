"""People and their rights in the words of the page: what a link is for, the details of deeds done to accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from dms.audit.wording import usual


def purpose_text(purpose: str) -> str:
    """Return what a one-time link is for."""
    known: dict[str, str] = {
        "first": _("第一位管理员"), "invite": _("邀请"), "reset": _("重设密码"), "recover": _("命令行恢复"),
    }  # fmt: skip
    return known.get(purpose, purpose)


def worded(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a deed, what a link is for in words."""
    said = usual(details)
    return said | {"purpose": purpose_text(said["purpose"])} if isinstance(said.get("purpose"), str) else said
