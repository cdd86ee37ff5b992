"""Canonical bytes of leaves and checkpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FORMAT = "guidang-leaf-1"


def canonical(value: Mapping[str, Any]) -> str:
    """Return canonical JSON: sorted keys, no blanks, UTF-8 text; lone surrogates of file names as JSON escapes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def moment(at: datetime) -> str:
    """Return a moment as leaves and checkpoints write it: UTC with microseconds and a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
