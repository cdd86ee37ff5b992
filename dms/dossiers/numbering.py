"""Numbers that are given once: serials from a locked counter, and the dossier number (档案编号) built on them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dms.dossiers.models import NumberCounter

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


def next_serial(session: Session, prefix: str) -> int:
    """Take the next serial within `prefix`, from 1, unique and gap-free; undone with the caller's transaction."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    taken = (
        insert(NumberCounter)
        .values(prefix=prefix, last=1)
        .on_conflict_do_update(index_elements=[NumberCounter.prefix], set_={"last": NumberCounter.last + 1})
        .returning(NumberCounter.last)
    )
    return session.execute(taken).scalar_one()


def give_dossier_number(session: Session, legal_form: str, region: str, initials: str) -> DossierNumber:
    """Give the next dossier number of these segments. Raises `ValueError` for segments that make no number."""
    draft = DossierNumber(CTYPES[legal_form], region, initials, 1)
    parse_dossier_number(str(draft))
    return DossierNumber(draft.ctype, region, initials, next_serial(session, f"dossier:{draft.prefix}"))
