"""What templates can call besides macros: texts, forms, formats of dates, amounts and codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Flask, g, request
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from markupsafe import Markup

from dms.http import csrf_token, current_archive, identity_or_none
from dms.http.forms import problem_of, typed
from dms.http.texts import copy_choices, copy_text, level_text, level_texts, listed, money, type_text
from dms.http.toasts import take_toast
from dms.kernel.errors import DmsError
from dms.web.again import kept_form
from dms.web.checks import check_text
from dms.web.frame import frame

CODE_GROUPS = {18: (2, 6, 9, 1), 15: (5, 5, 5), 16: (4, 4, 4, 4), 19: (4, 4, 4, 4, 3), 20: (5, 5, 5, 5)}


def prepare(app: Flask) -> None:
    """Give templates our functions and filters."""
    texts = (copy_choices, csrf_token, csrf_input, typed, problem_text, page_problem, take_toast, page_url, percent)
    for function in (frame, may, check_text, kept_form, copy_text, level_text, level_texts, type_text, *texts):
        app.add_template_global(function)
    app.add_template_global(lambda attributes: _without(attributes, "id"), "without_id")
    app.add_template_global(lambda attributes: _without(attributes, "class"), "without_class")
    for format_ in (money, day, moment, code, size, listed):
        app.add_template_filter(format_)


def _without(attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in attributes.items() if key != name}


def may(action: str) -> bool:
    """Tell whether the asker may do something at all (an action's name of the roles table), so as not to offer it."""
    identity = identity_or_none()
    return identity is not None and current_archive().policy.may(identity, current_archive().policy.named(action))


def csrf_input() -> Markup:
    """Return the hidden input that every POST form carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(csrf_token())


def problem_text(name: str) -> str:
    """Return what is wrong with an input of the form shown again, in the language of the page; "" when nothing."""
    problem = problem_of(name)
    return str(_(problem[0], **problem[1])) if problem else ""


def page_problem() -> str:
    """Return why the form is shown again; "" when it is not."""
    problem: DmsError | None = g.get("problem")
    return str(_(problem.message, **problem.values)) if problem else ""


def page_url(**changes: Any) -> str:
    """Return this page's path with some query arguments changed; None removes one."""
    from urllib.parse import urlencode

    arguments = request.args.to_dict(flat=False) | {
        name: value if isinstance(value, list | tuple) else [value] for name, value in changes.items()
    }
    pairs = [(name, value) for name, values in arguments.items() for value in values if value not in (None, "")]
    return request.path + ("?" + urlencode(pairs) if pairs else "")


def day(value: date | datetime | None) -> str:
    """Format a day: 2026-06-12, the same in both languages, so that columns align."""
    if value is None:
        return ""
    return str(format_date(value, "yyyy-MM-dd"))


def moment(value: datetime | None) -> str:
    """Format a moment in the archive's time zone, to the minute."""
    return "" if value is None else str(format_datetime(value, "yyyy-MM-dd HH:mm"))


def code(value: str | None) -> Markup:
    """Group a code for the eye; what is copied is the code itself."""
    text = value or ""
    return Markup('<span class="code">{}</span>').format(Markup("").join(_groups(text)))


def _groups(text: str) -> Sequence[Markup]:
    if not text.isalnum() or not text.isascii():
        return [Markup("{}").format(text)]
    parts, at = [], 0
    for width in CODE_GROUPS.get(len(text), (len(text),)):
        parts.append(Markup('<span class="code-group">{}</span>').format(text[at : at + width]))
        at += width
    return parts


def size(count: int | None) -> str:
    """Format a number of bytes: 3.4 MB."""
    amount = float(count or 0)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def percent(value: float | None) -> str:
    """Format a fraction as a whole percentage, never rounding up to 100."""
    return f"{min(99, round((value or 0) * 100)) if (value or 0) < 1 else 100}%"
