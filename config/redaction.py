"""Takes secrets out of text that may reach a log, an error or a screen."""

from __future__ import annotations

import re

HIDDEN = "***"
# Greedy up to the last @ without blanks between: a password that holds @ or / unescaped is hidden whole.
_CREDENTIALS = re.compile(r"(?P<before>\b[A-Za-z][\w+.-]*://[^\s:/@]*):\S+@")
_PARAMETER = re.compile(r"(?P<before>[?&][\w.-]*(?:password|passwd|secret|token|key)=)[^&#\s]+", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return a text with the passwords of all its URLs starred: `scheme://user:***@host/path?…password=***`."""
    return _PARAMETER.sub(rf"\g<before>{HIDDEN}", _CREDENTIALS.sub(rf"\g<before>:{HIDDEN}@", text))
