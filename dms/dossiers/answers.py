"""What dossiers answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.dossiers.actions import DOSSIER_VIEW
from dms.dossiers.models import Dossier
from dms.dossiers.service import COLUMNS
from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers, lets_go
from dms.numbering.rules import parse_dossier_number
from dms.parties.models import Party
from dms.policy import Identity


def _held(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Sequence[Subject]]:
    if kind != "party":
        return {}
    rows = session.execute(sa.select(Dossier.party_id, Dossier.id).where(Dossier.party_id.in_(ids)))
    return {row.party_id: [Subject("dossier", row.id)] for row in rows}


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    if kind != "dossier":
        return set()
    mine = archive.policy.scope(identity, DOSSIER_VIEW).sql(COLUMNS)
    return set(session.scalars(sa.select(Dossier.id).where(Dossier.id.in_(ids), mine)))


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind != "dossier":
        return {}
    query = sa.select(Dossier.id, Dossier.number, Party.name).join(Party).where(Dossier.id.in_(ids))
    return {row.id: Label(f"{row.number} {row.name}", f"/dossiers/{row.id}") for row in session.execute(query)}


def _resolve(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    """Return the dossier of a number (档案编号), written with its dashes or in one piece."""
    try:
        wanted = str(parse_dossier_number(number.upper()))
    except ValueError:
        return ()
    return [Subject("dossier", each) for each in session.scalars(sa.select(Dossier.id).where(Dossier.number == wanted))]


ANSWERS = Answers(_held, lets_go, _visible, _label, _resolve)
