"""Codes as words in the language of the page: types, fields, states, roles, actions, secrecy levels, relations."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from dms.http.language import choose_language
from dms.http.request import current_archive
from dms.kernel.doctypes import types_of
from dms.policy import Role
from ingest.money import to_figures

STATES = {  # msgids; the extraction script reads these tables
    "NEEDS_REVIEW": "待核对", "VALIDATED": "已确认", "FILED": "已归档", "REJECTED": "已退回", "SUPERSEDED": "已替代",
    "DESTROYED": "已销毁",
}  # fmt: skip


def type_text(code: str) -> str:
    """Return the name of a document type (文种); the code itself for one that is no longer known."""
    declared = types_of(current_archive()).get(code)
    if declared is None:
        return code
    return declared.name_en if choose_language() == "en" else declared.name


def field_label(type_code: str, name: str, otherwise: str = "") -> str:
    """Return the label of a field of a document type, with its row for a cell of a table (items.1.amount).

    A field that the type does not know has the label `otherwise`, else its name.
    """
    declared = types_of(current_archive()).get(type_code)
    table, row, column = (*name.split("."), "", "")[:3]
    labels = declared.labels(english=choose_language() == "en") if declared else {}
    label = labels.get(f"{table}.{column}" if column else name) or otherwise or name
    return str(_("第 %(row)s 行 · %(label)s", row=row, label=label)) if column else label


def state_text(state: str) -> str:
    """Return a document's state in words."""
    return str(_(STATES.get(state, state)))


def copy_text(kind: str) -> str:
    """Return in words whether something is an original or a copy; the code itself of a kind that is no longer known."""
    declared = current_archive().rulebook.copy_kinds.get(kind)
    return declared.name(english=choose_language() == "en") if declared else kind


def copy_choices(present: str = "", *, paper: bool = False) -> list[tuple[str, str]]:
    """Return the kinds of copies to choose from, those that a paper can be; and what is chosen now, known or not."""
    kinds = current_archive().rulebook.copy_kinds
    codes = [code for code, kind in kinds.items() if kind.paper or not paper]
    return [(code, copy_text(code)) for code in (*codes, *([present] if present and present not in codes else ()))]


def money(fen: int | str | None) -> str:
    """Format 分 as 元 with thousands: ¥1,234.50."""
    if fen is None or fen == "":
        return ""
    amount = int(fen)
    return f"{'-' if amount < 0 else ''}¥{to_figures(abs(amount))}"


def role_texts() -> dict[str, str]:
    """Return the nine roles with their names, in the order of the table."""
    return {
        Role.ARC: _("档案员"), Role.SAL: _("业务员"), Role.MGR: _("主管"), Role.GM: _("总经理"), Role.FIN: _("财务"),
        Role.AUD: _("审计"), Role.SYS: _("系统管理员"), Role.SEC: _("安全管理员"), Role.LOG: _("审计管理员"),
    }  # fmt: skip


def role_text(role: str) -> str:
    """Return the name of a role; a code that is none stays as it is."""
    return role_texts().get(role, role)


def level_texts() -> list[tuple[int, str]]:
    """Return the secrecy levels (密级) of the rulebook with their names."""
    english = choose_language() == "en"
    return [(level.level, level.en if english else level.zh) for level in current_archive().rulebook.levels]


def level_text(number: int) -> str:
    """Return the name of a secrecy level."""
    return dict(level_texts()).get(number, str(number))


def action_text(action: str) -> str:
    """Return an action in words; a name that no topic knows any more itself."""
    known = current_archive().topics.actions.get(action)
    return str(_(known.text)) if known else action


def scope_text(expression: str) -> str:
    """Return a scope of the roles table in words, such as "本人的并且未归档，或者密级不高于秘密的"."""
    words: dict[str, str] = {
        "all": _("全部"), "own": _("本人的"), "department": _("本部门的"), "filed": _("已归档的"),
        "unfiled": _("未归档的"), "cleared": _("密级不高于本人涉密等级的"),
    }  # fmt: skip

    def term(text: str) -> str:
        if text.startswith("level<="):
            return str(_("密级不高于%(level)s的", level=level_text(int(text[7:]))))
        return words.get(text, text)

    clauses = (str(_("，并且")).join(term(each.strip()) for each in part.split("&")) for part in expression.split("|"))
    return str(_("；或者")).join(clauses)


def listed(texts: Iterable[object]) -> str:
    """Join what stands in a row as the language of the page does."""
    return str(_("、")).join(str(text) for text in texts)
