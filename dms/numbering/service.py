"""Numbers that are given once: serials from a locked counter, and the dossier number (档案编号) built on them."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dms.numbering.models import NumberCounter
from dms.numbering.rules import CTYPES, DossierNumber, parse_dossier_number


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
