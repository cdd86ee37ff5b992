"""Errors that reach a person, grouped by who can act; the web maps them to HTTP, the command line to exit codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DmsError(Exception):
    """Base of all errors shown to a person.

    `code` is stable and documented in docs/errors.md; `message` is a Chinese sentence (a gettext msgid with named
    %(placeholders)s filled from `values`) that says what happened, what is safe and what to do next.
    """

    code = "internal"
    exit_code = 1

    def __init__(self, message: str, *, code: str | None = None, **values: Any) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values
        if code:
            self.code = code


class InvalidError(DmsError):
    """What was sent cannot be used as it is (422)."""

    code = "invalid"
    exit_code = 2


class FormError(InvalidError):
    """Some fields of a form cannot be used.

    `problems` maps a field's name to a sentence (msgid) and its values; `typed` is what was sent.
    """

    code = "form"

    def __init__(self, problems: Mapping[str, tuple[str, Mapping[str, Any]]], typed: Mapping[str, Any]) -> None:
        super().__init__("有几项还不能用，请改正标出的地方；已填的内容都还在。")
        self.problems = dict(problems)
        self.typed = dict(typed)


class NotFoundError(DmsError):
    """There is nothing of that name, or the asker may not know of it (404)."""

    code = "not_found"
    exit_code = 3


class ForbiddenError(DmsError):
    """The asker may not do this (403)."""

    code = "forbidden"
    exit_code = 4


class SignInNeededError(DmsError):
    """The asker is not signed in, or no longer (401)."""

    code = "sign_in_needed"
    exit_code = 4


class ConflictError(DmsError):
    """The state of the archive does not allow this now (409)."""

    code = "conflict"
    exit_code = 5


class TooLargeError(DmsError):
    """What was sent is larger than the archive takes (413)."""

    code = "too_large"
    exit_code = 2


class UnavailableError(DmsError):
    """A part that is needed does not answer or has no room; the same call may succeed later (503)."""

    code = "unavailable"
    exit_code = 6


class ConfigurationError(DmsError):
    """The settings or the machine must be mended by an administrator before anything can go on (500)."""

    code = "configuration"
    exit_code = 7
