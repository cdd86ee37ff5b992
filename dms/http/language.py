"""Which language an answer is in: the person's own setting, then the browser's choice here, then what it prefers."""

from __future__ import annotations

from flask import request

from dms.http.request import identity_or_none

COOKIE = "guidang_language"
DEFAULT = "zh"
LANGUAGES = {"zh": "中文", "en": "English"}
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}  # en_GB: day before month, weeks from Monday, as the archive's papers do


def choose_language() -> str:
    """Return "zh" or "en" for this request."""
    identity = identity_or_none()
    for wish in (getattr(identity, "language", None), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    # Not best_match(): it prefers an exact "en" of low quality to the "zh" of a "zh-TW" asked for first.
    accepted = (tag.split("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in accepted if tag in LANGUAGES), DEFAULT)


def choose_locale() -> str:
    """Return the locale identifier for Babel."""
    return LOCALES[choose_language()]
