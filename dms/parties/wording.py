"""Parties in the words of the page: what they are to us, their legal form, the details of deeds done to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from dms.audit.sentences import text_of
from dms.audit.wording import ARROW, word


def relation_text(relation: str) -> str:
    """Return what a party is to us (客户关系); an unknown code itself."""
    texts: dict[str, str] = {
        "potential": _("潜在客户"), "trading": _("交易中"), "traded": _("已交易"), "supplier": _("供应商"),
        "own": _("本公司"), "other": _("其他"),
    }  # fmt: skip
    return texts.get(relation, relation)


def legal_form_text(form_: str) -> str:
    """Return a legal form (法律形式); an unknown code itself."""
    texts: dict[str, str] = {
        "enterprise": _("企业法人"), "other_organisation": _("其他经济组织"), "sole_trader": _("个体工商户"),
        "unknown": _("未说明"),
    }  # fmt: skip
    return texts.get(form_, form_)


def worded(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a deed; what was changed, [before, after], as `changes` under the labels of the form."""
    labels = _labels()
    pairs = {name: value for name, value in details.items() if name in labels and _is_pair(value)}
    said = {name: word(name, value) for name, value in details.items() if name not in pairs}
    if pairs:
        said["changes"] = {labels[name]: _change(name, pair) for name, pair in pairs.items()}
    return said


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _labels() -> dict[str, str]:
    return {
        "name": _("名称"), "uscc": _("统一社会信用代码"), "relation": _("关系"), "legal_form": _("法律形式"),
        "region": _("地区代码"), "note": _("备注"),
    }  # fmt: skip


def _change(name: str, pair: list[Any]) -> str:
    words = {"relation": relation_text, "legal_form": legal_form_text}
    sides = [words[name](side) if name in words and isinstance(side, str) else side for side in pair]
    return ARROW.join(map(text_of, sides))
