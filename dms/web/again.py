"""What was typed into a form that could not be taken just then (sign-in expired, disk full), ready to be sent again."""

from __future__ import annotations

from flask import request

from dms.kernel import outages

PASSING = outages.PASSING | {"sign_in_needed", "csrf", "disk_full", "store_unavailable", "index_unavailable"}
SECRETS = frozenset({"password", "old", "again"})


def kept_form(code: str) -> list[tuple[str, str]] | None:
    """Return the fields of the form that was refused with `code`, None where they must not be offered again.

    Only what a page of ours sent is kept, as the browser says itself: nothing that another site made somebody send is
    ever made ready to be sent. Passwords are not put into a page.
    """
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not ours or request.method != "POST" or code not in PASSING or not request.form:
        return None
    if SECRETS & request.form.keys():
        return None
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf"]
