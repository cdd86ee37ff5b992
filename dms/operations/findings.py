"""What the doctor says of a part of the machine or of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How serious a finding is; FAILED makes the command exit non-zero."""

    GOOD = "good"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one part, with what to do where something is to be done."""

    part: str
    state: State
    text: str
