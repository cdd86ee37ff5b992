"""A short word about what was just done, with a way to undo it, shown by the next page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypedDict

from flask import Response, g, request

from dms.http.request import local_path

COOKIE = "guidang_toast"
SECONDS = 60


class Toast(TypedDict):
    """What to show: `tone` is done or warn; `undo` the path to POST to, or empty; `link` the path of the result."""

    text: str
    tone: str
    undo: str
    link: str


def toast(text: str, undo: str = "", link: str = "", tone: str = "done") -> None:
    """Say on the next page what was done; `undo` is a path of ours that takes it back by POST."""
    g.toast = Toast(text=text[:300], tone=tone, undo=local_path(undo, ""), link=local_path(link, ""))


def take_toast() -> Toast | None:
    """Return the word to show on this page, once."""
    fresh: Toast | None = g.pop("toast", None)
    if fresh is not None:
        return fresh
    kept = _decode(request.cookies.get(COOKIE, ""))
    g.toast_shown = kept is not None
    return kept


def keep_toast(response: Response) -> None:
    """Carry a word that no page has shown yet in a short-lived cookie; take back one that was shown."""
    if "toast" in g:
        body = urlsafe_b64encode(json.dumps(g.toast).encode()).decode()
        response.set_cookie(COOKIE, body, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)
    elif g.get("toast_shown"):
        response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)


def _decode(body: str) -> Toast | None:
    try:
        kept = json.loads(urlsafe_b64decode(body.encode()))
        return Toast(
            text=str(kept["text"])[:300],
            tone="warn" if kept.get("tone") == "warn" else "done",
            undo=local_path(str(kept.get("undo", "")), ""),
            link=local_path(str(kept.get("link", "")), ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
