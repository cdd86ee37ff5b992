"""A deed of the log as a person reads it: codes of types, fields, roles, levels and states as words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from dms.audit.sentences import SENTENCES, UNKNOWN, sentence, text_of
from dms.http import current_archive
from dms.http.texts import (
    action_text,
    copy_text,
    field_label,
    legal_form_text,
    level_text,
    money,
    purpose_text,
    relation_text,
    role_text,
    role_texts,
    type_text,
)
from dms.kernel.doctypes import types_of

ARROW = " → "  # between what was before and what is now


def deed_sentence(action: str, target: str, details: Mapping[str, Any], reason: str) -> str:
    """Return a deed as a sentence in the language of the page."""
    return sentence(_(SENTENCES.get(action, UNKNOWN)), action, target, worded(details), reason)


def worded(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details with codes as words; what was changed, as `changes` under the labels of the form."""
    labels = _party_labels()
    pairs = {name: value for name, value in details.items() if name in labels and _is_pair(value)}
    said = {name: _word(name, value) for name, value in details.items() if name not in pairs}
    if pairs:
        said["changes"] = {labels[name]: _party_change(name, pair) for name, pair in pairs.items()}
    elif isinstance(details.get("changes"), dict):
        said["changes"] = _changes(str(details.get("type", "")), details["changes"])
    return said


def _is_pair(value: Any) -> bool:
    """Tell whether this is [before, after]."""
    return isinstance(value, list) and len(value) == 2


def _party_labels() -> dict[str, str]:
    return {
        "name": _("名称"), "uscc": _("统一社会信用代码"), "relation": _("关系"), "legal_form": _("法律形式"),
        "region": _("地区代码"), "note": _("备注"),
    }  # fmt: skip


def _party_change(name: str, pair: list[Any]) -> str:
    words = {"relation": relation_text, "legal_form": legal_form_text}
    sides = [words[name](side) if name in words and isinstance(side, str) else side for side in pair]
    return ARROW.join(map(text_of, sides))


def _word(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_word(name, each) for each in value]
    if name in ("roles", "before", "after") and isinstance(value, str) and value in role_texts():
        return role_text(value)
    if name == "level" and isinstance(value, int):
        return level_text(value)
    words = {"actions": action_text, "purpose": purpose_text, "type": type_text, "copy_kind": copy_text}
    return words[name](value) if name in words and isinstance(value, str) else value


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
