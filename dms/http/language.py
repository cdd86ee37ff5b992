"""Which language an answer is in: the person's setting, the choice in this browser, what it prefers, the archive's."""

from __future__ import annotations

from flask import request

from dms.http.request import current_archive, identity_or_none

COOKIE = "guidang_language"
LANGUAGES = {"zh": "中文", "en": "English"}
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}  # en_GB: day before month, weeks from Monday, as the archive's papers do


def choose_language() -> str:
    """Return "zh" or "en" for this request."""
    identity = identity_or_none()
    default = current_archive().settings.language
    for wish in (getattr(identity, "language", None), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    # Not best_match(): it prefers an exact "en" of low quality to the "zh" of a "zh-TW" asked for first.
    accepted = (tag.split("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in accepted if tag in LANGUAGES), default)


def choose_locale() -> str:
    """Return the locale identifier for Babel."""
    return LOCALES[choose_language()]
