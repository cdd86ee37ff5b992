"""The details of deeds done to documents, in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from dms.audit.wording import ARROW, usual
from dms.http import current_archive
from dms.http.texts import copy_text, field_label, level_text, money, type_text
from dms.kernel.doctypes import types_of


def worded(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a deed; what was changed under the labels of the form."""
    said = usual(details)
    if isinstance(details.get("changes"), dict):
        said["changes"] = _changes(str(details.get("type", "")), details["changes"])
    return said


def _changes(type_code: str, changes: Mapping[str, str]) -> dict[str, str]:
    """Return the changes of a document as {label: before → after}; its state is what the sentence itself says."""
    facts = {
        "type": _("文种"), "type_code": _("文种"),
        "title": _("题名"), "level": _("密级"), "copy_kind": _("稿本"), "dossier": _("案卷"),
    }  # fmt: skip
    said = {}
    for name, change in changes.items():
        bare = name.removeprefix("value.")
        sides = [_side(type_code, bare, side) for side in change.split(ARROW, 1)]
        if name in facts or name != bare:
            said[facts.get(name) or field_label(type_code, bare)] = ARROW.join(sides)
    return said


def _side(type_code: str, name: str, value: str) -> str:
    words = {
        "type": type_text,
        "type_code": type_text,
        "level": lambda level: level_text(int(level)),
        "copy_kind": copy_text,
    }
    if value == "—" or (name == "level" and not value.isdecimal()):
        return value
    if name in words:
        return words[name](value)
    declared = types_of(current_archive()).get(type_code)
    kind = declared.kinds().get(name) if declared else None
    return money(value) if kind == "amount" and value.isdecimal() else value
