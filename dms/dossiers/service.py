"""Use cases of dossiers (案卷): open one under a number that never changes, look at it, list them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.archive import Archive
from dms.audit.service import record
from dms.dossiers.models import Dossier, NumberCounter
from dms.dossiers.numbering import CTYPES, DossierNumber, give_dossier_number
from dms.errors import ConflictError, InvalidError, NotFoundError
from dms.parties.models import Party
from dms.parties.rules import match_key, number_initials
from dms.policy import Action, Identity
from ingest.identifiers import mod37_36_check_character

TRIGGERS = ("INTENT", "FIRST_DEAL", "ADVANCE")  # 初步合作意向 首次交易 重要潜在客户提前建档


@dataclass(frozen=True, slots=True)
class NumberProposal:
    """The number that a dossier would get, each segment explained."""

    number: DossierNumber
    legal_form: str
    region_from: str  # "uscc", "given"
    barcode: str


@dataclass(frozen=True, slots=True)
class DossierPage:
    """One page of the list of dossiers; `cursor` leads to the next."""

    dossiers: list[Dossier]
    cursor: str | None


def barcode(number: DossierNumber) -> str:
    """Return the hand-keyable form with its ISO 7064 MOD 37,36 check character, for example E3301HXMY001/C."""
    return f"{number.compact}/{mod37_36_check_character(number.compact)}"


def propose_number(archive: Archive, identity: Identity, party_id: str, region: str = "") -> NumberProposal:
    """Return the number that a new dossier of this party would get, without taking it."""
    archive.policy.require(identity, Action.DOSSIER_OPEN)
    with archive.db.read() as session:
        party = _party(session, party_id)
        legal_form, place, source = _segments(party, region)
        draft = DossierNumber(CTYPES[legal_form], place, number_initials(party.name), 1)
        last = session.get(NumberCounter, f"dossier:{draft.prefix}")
        number = DossierNumber(draft.ctype, place, draft.initials, (last.last if last else 0) + 1)
        return NumberProposal(number, legal_form, source, barcode(number))


def open_dossier(
    archive: Archive, identity: Identity, party_id: str, *, region: str = "", trigger: str = "INTENT",
    owner_id: str | None = None, level: int = 1,
) -> str:  # fmt: skip
    """Open the dossier of a party; return its id. Raises `ConflictError` if the party has one (一客一卷)."""
    archive.policy.require(identity, Action.DOSSIER_OPEN)
    if trigger not in TRIGGERS:
        raise InvalidError("请选择建档的原因。", code="trigger")
    with archive.db.write() as session:
        party = _party(session, party_id)
        existing = session.scalars(sa.select(Dossier).where(Dossier.party_id == party_id)).first()
        if existing is not None:
            raise ConflictError(
                "“%(name)s”已有案卷 %(number)s，一个客户只建一卷。", code="dossier_exists",
                name=party.name, number=existing.number,
            )  # fmt: skip
        legal_form, place, _ = _segments(party, region)
        number = give_dossier_number(session, legal_form, place, number_initials(party.name))
        dossier = Dossier(
            number=str(number), party_id=party_id, trigger=trigger, level=level, opened_on=archive.clock.today(),
            owner_id=owner_id or identity.account_id, department_id=identity.department_id,
            created_at=archive.clock.now(), created_by=identity.account_id,
        )  # fmt: skip
        session.add(dossier)
        session.flush()
        record(
            session, archive.clock, identity, action="dossier.open", target=("dossier", dossier.id),
            details={"number": dossier.number, "party": party.name, "trigger": trigger},
        )  # fmt: skip
        return dossier.id


def _party(session: Session, party_id: str) -> Party:
    party = session.get(Party, party_id)
    if party is None:
        raise NotFoundError("没有这个客户。", code="party_unknown")
    return party


def _segments(party: Party, region: str) -> tuple[str, str, str]:
    legal_form = party.legal_form if party.legal_form in CTYPES else _form_from_code(party.uscc)
    given = (region or party.region).upper()[: 4 if not (region or party.region).startswith("00") else 6]
    if given:
        return legal_form, given, "given"
    if party.uscc:  # characters 3–8 of the credit code are the registering region (GB/T 2260)
        return legal_form, party.uscc[2:6], "uscc"
    raise InvalidError(
        "还不知道“%(name)s”在哪里登记，无法编档案编号。请填地区代码前四位（境外填 00 加两位国别）。",
        code="region_unknown", name=party.name,
    )  # fmt: skip


def _form_from_code(uscc: str | None) -> str:
    return {"91": "enterprise", "92": "sole_trader"}.get((uscc or "91")[:2], "other_organisation")


def get(archive: Archive, identity: Identity, dossier_id: str) -> Dossier:
    """Return a dossier with its party. Raises `NotFoundError`."""
    archive.policy.require(identity, Action.DOSSIER_VIEW)
    with archive.db.read() as session:
        dossier = session.get(Dossier, dossier_id, options=[joinedload(Dossier.party).selectinload(Party.names)])
        if dossier is None:
            raise NotFoundError("没有这个案卷。", code="dossier_unknown")
        return dossier


def of_party(archive: Archive, identity: Identity, party_id: str) -> Dossier | None:
    """Return the dossier of a party, None while there is none."""
    archive.policy.require(identity, Action.DOSSIER_VIEW)
    with archive.db.read() as session:
        return session.scalars(sa.select(Dossier).where(Dossier.party_id == party_id)).first()


def listing(
    archive: Archive, identity: Identity, text: str = "", cursor: str | None = None, limit: int = 50
) -> DossierPage:  # fmt: skip
    """Return dossiers by number, those whose number, name or pinyin initials hold `text`."""
    archive.policy.require(identity, Action.DOSSIER_VIEW)
    with archive.db.read() as session:
        query = (
            sa.select(Dossier).join(Party).options(joinedload(Dossier.party)).order_by(Dossier.number).limit(limit + 1)
        )
        if text.strip():
            query = query.where(_holds(text.strip()))
        if cursor:
            query = query.where(Dossier.number > cursor)
        found = list(session.scalars(query))
        return DossierPage(found[:limit], found[limit - 1].number if len(found) > limit else None)


def _holds(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Dossier.number.contains(text.upper(), autoescape=True),
        Party.match_key.contains(match_key(text), autoescape=True),
        Party.initials.contains(text.upper(), autoescape=True),
        Party.uscc.startswith(text.upper(), autoescape=True),
    )
