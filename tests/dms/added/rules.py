"""The numbers of notes: BT- and a serial."""

from __future__ import annotations

import re

NUMBER = re.compile(r"BT-\d{6,}")


def number_of(serial: int) -> str:
    """Return the number of a serial."""
    return f"BT-{serial:06}"


def is_number(text: str) -> bool:
    """Tell whether a text is written as the number of a note."""
    return NUMBER.fullmatch(text) is not None
