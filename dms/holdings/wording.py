"""Who keeps a paper and where it is, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _

from dms.holdings.whereabouts import Whereabouts


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
