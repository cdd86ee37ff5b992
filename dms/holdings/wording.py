"""Who keeps a paper and where it is, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from dms.holdings.whereabouts import Whereabouts
from dms.http import current_archive
from dms.http.language import choose_language
from dms.places.rules import levels


def holder_texts() -> list[tuple[str, str]]:
    """Return the kinds of keepers with their names."""
    return [
        ("archive", _("档案室")), ("finance", _("财务")), ("legal", _("法务")), ("customer", _("客户")),
        ("bank", _("银行")), ("other", _("其他")),
    ]  # fmt: skip


def place_text(where: Whereabouts) -> str:
    """Return the path of a paper's place, else who keeps it, else that it stands nowhere yet."""
    if where.path or where.holder:
        return where.path or where.holder
    return str(_("未上架") if where.holder_kind == "archive" else dict(holder_texts())[where.holder_kind])


def place_texts(papers: Iterable[Whereabouts]) -> dict[str, str]:
    """Return {holding id: where it is in words}, as where.html needs it."""
    return {paper.holding_id: place_text(paper) for paper in papers}


def place_kind_text(kind: str) -> str:
    """Return the name of a kind of place; the code itself of one that is no longer known."""
    declared = current_archive().rulebook.place_kinds.get(kind)
    return declared.name(english=choose_language() == "en") if declared else kind


def place_levels() -> str:
    """Return the levels of place codes, each with an example."""
    english = choose_language() == "en"
    kinds = current_archive().rulebook.place_kinds
    return " · ".join(f"{kind.example} {kind.name(english=english)}" for kind in levels(kinds))
