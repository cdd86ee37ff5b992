"""Grammars of numbers (编号规则): the dossier number in its segments, and the 档号 built on it; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

CTYPES = {"enterprise": "E", "other_organisation": "O", "sole_trader": "I"}
DOSSIER_NUMBER = re.compile(
    r"(?P<ctype>[EOI])-(?P<region>\d{4}|00[A-Z]{2})-(?P<initials>[A-Z0-9]{1,5}[A-Z])-(?P<serial>\d{3,5})"
)
COMPACT = re.compile(r"(?P<ctype>[EOI])(?P<region>\d{4}|00[A-Z]{2})(?P<initials>[A-Z0-9]{1,5}[A-Z])(?P<serial>\d{3,5})")


@dataclass(frozen=True, slots=True)
class DossierNumber:
    """A dossier number in its four segments: legal form, region, initials of the name, serial within the three."""

    ctype: str
    region: str
    initials: str
    serial: int

    def __str__(self) -> str:
        return f"{self.ctype}-{self.region}-{self.initials}-{self.serial:03}"

    @property
    def prefix(self) -> str:
        """Return what the serial counts within."""
        return f"{self.ctype}-{self.region}-{self.initials}"

    @property
    def compact(self) -> str:
        """Return the form used inside 档号 and barcodes, which parses one way only."""
        return f"{self.ctype}{self.region}{self.initials}{self.serial:03}"


def parse_dossier_number(text: str) -> DossierNumber:
    """Read either form of a dossier number. Raises `ValueError`."""
    match = DOSSIER_NUMBER.fullmatch(text) or COMPACT.fullmatch(text)
    if not match:
        raise ValueError(f"not a dossier number: {text!r}")
    return DossierNumber(match["ctype"], match["region"], match["initials"], int(match["serial"]))


def document_number(fonds: str, volume: str, group: str, item: int) -> str:
    """Return a 档号: 全宗 - 客户档案 - 案卷 - 类目 - 件, for example Q001-KH-E3301HXMY001-03-0007."""
    return f"{fonds}-KH-{volume}-{group}-{item:04}"
