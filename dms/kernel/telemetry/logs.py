"""The running log: one line a record, text or JSON, saying what was being worked on and never a password."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from config.redaction import without_secrets

NOISY = {  # they log each step of ours once more, and each try of ours that failed with its whole trace
    "alembic": logging.WARNING, "pikepdf": logging.WARNING, "urllib3": logging.WARNING,
    "elastic_transport": logging.ERROR, "kombu": logging.ERROR,
}  # fmt: skip
_NOTHING: Mapping[str, str] = {}
_SUBJECT: ContextVar[Mapping[str, str]] = ContextVar("log_subject", default=_NOTHING)


def configure(role: str, level: str, form: str) -> None:
    """Log to standard error from `level` on, as `form` says: text or json. `role` names the process."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(role) if form == "json" else TextLines(role))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name, least in NOISY.items():
        logging.getLogger(name).setLevel(least)


def speak_of(**subject: str) -> None:
    """Name what this thread works on from now on, in every line it logs; nothing given ends it."""
    _SUBJECT.set(subject)


def also_of(**subject: str) -> None:
    """Name more of what this thread works on."""
    _SUBJECT.set({**_SUBJECT.get(), **subject})


@contextmanager
def speaking_of(**subject: str) -> Iterator[None]:
    """Name what is worked on inside a block."""
    token = _SUBJECT.set({**_SUBJECT.get(), **subject})
    try:
        yield
    finally:
        _SUBJECT.reset(token)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, role, message, what is worked on, a record's `fields`, exception."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "role": self._role, "process": record.process,
            "message": without_secrets(record.getMessage()), **_SUBJECT.get(), **getattr(record, "fields", {}),
        }  # fmt: skip
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """For people: time, role, level, logger, message, and in brackets what is worked on."""

    def __init__(self, role: str) -> None:
        super().__init__(f"%(asctime)s {role} %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's own name
        """Return the one line without the exception that may follow."""
        subject = " ".join(f"{name}={value}" for name, value in _SUBJECT.get().items())
        said = " ".join(line.strip() for line in super().formatMessage(record).splitlines())
        return said + (f" [{subject}]" if subject else "")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with the exception."""
        return without_secrets(super().format(record))
