"""Which process serves its measurements on which port: the web on the first, housekeeping on the next, then workers."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a process of the archive does."""

    WEB = "web"
    KEEPER = "keeper"
    WORKER = "worker"


def metrics_port(first: int, role: Role, number: int = 0) -> int:
    """Return the port of a process, 0 where measurements are off; `number` counts workers from 1."""
    return first + {Role.WEB: 0, Role.KEEPER: 1, Role.WORKER: 1 + number}[role] if first else 0
