"""What views and APIs of every topic need of a request: the archive, the asker, forms, CSRF, toasts, language."""

from __future__ import annotations

from dms.http.csrf import csrf_token
from dms.http.forms import form, query, raw_body, shows_again
from dms.http.request import (
    SESSION_COOKIE,
    bearer_token,
    current_archive,
    current_identity,
    forget_session,
    identity_or_none,
    keep_session,
    local_path,
    public,
    session_token,
    wants_json,
)
from dms.http.toasts import toast

__all__ = [
    "SESSION_COOKIE",
    "FormError",
    "bearer_token",
    "csrf_token",
    "current_archive",
    "current_identity",
    "forget_session",
    "form",
    "identity_or_none",
    "keep_session",
    "local_path",
    "public",
    "query",
    "raw_body",
    "session_token",
    "shows_again",
    "toast",
    "wants_json",
]
