"""Proof that a form was served by us to this very browser: a token bound to the secret in its cookie.

The secret is the session's, or a visitor's own random cookie before signing in; the token is its HMAC, so that
nothing has to be kept on the server. Requests with a bearer token need none: browsers do not add that by themselves.
"""

from __future__ import annotations

import hmac
import secrets

from flask import Response, g, request

from dms.http.request import bearer_token, session_token, wants_json
from dms.kernel.errors import ForbiddenError

UNPROVEN = (
    "这个请求没有带 X-CSRF-Token，没有任何改动。程序请用访问令牌（Authorization: Bearer …）；在浏览器里请刷新页面再做。"
)
FIELD = "csrf"
HEADER = "X-CSRF-Token"
VISIT_COOKIE = "guidang_visit"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def visit_cookie_name() -> str:
    """Return the name of the visitor's cookie; over HTTPS one that no neighbouring host can set."""
    return f"__Host-{VISIT_COOKIE}" if request.is_secure else VISIT_COOKIE


def csrf_token() -> str:
    """Return the token for forms of this answer."""
    return _token_of(session_token() or _visit_secret())


def check_csrf() -> None:
    """Refuse a changing request that does not prove that it comes from our own page.

    Raises:
        ForbiddenError: the page is too old, or another site sent the request.
    """
    if request.method in SAFE_METHODS or bearer_token():
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForbiddenError("这个请求来自别的网站，已被拒绝；没有任何改动。", code="csrf")
    secret = session_token() or request.cookies.get(visit_cookie_name())
    sent = request.headers.get(HEADER) or _sent_in_form()
    if not sent and wants_json():
        raise ForbiddenError(UNPROVEN, code="csrf")
    if not secret or not sent or not hmac.compare_digest(_token_of(secret).encode(), sent.encode()):
        raise ForbiddenError("页面已过期，没有任何改动；请刷新页面后再做一次。", code="csrf")


def keep_visit(response: Response) -> None:
    """Give a new visitor the cookie that the tokens of this answer are bound to."""
    if "visit_secret" in g and request.cookies.get(visit_cookie_name()) != g.visit_secret:
        response.set_cookie(
            visit_cookie_name(), g.visit_secret, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
        )


def _sent_in_form() -> str | None:
    # Reading the form would swallow a raw body that a view wants to stream.
    return request.form.get(FIELD) if request.mimetype == "application/x-www-form-urlencoded" else None


def _visit_secret() -> str:
    if "visit_secret" not in g:
        g.visit_secret = request.cookies.get(visit_cookie_name()) or secrets.token_urlsafe(32)
    return str(g.visit_secret)


def _token_of(secret: str) -> str:
    return hmac.new(secret.encode(), b"guidang form 1", "sha256").hexdigest()
