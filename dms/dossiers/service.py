"""Use cases of dossiers (案卷): open one under a number that never changes, look at it, list them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.audit.service import record
from dms.codes.rules import code_of
from dms.dossiers.actions import DOSSIER_OPEN, DOSSIER_VIEW
from dms.dossiers.models import Dossier
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.kernel.paging import EXPORT_STEP, Page, every, page_of
from dms.numbering.models import NumberCounter
from dms.numbering.rules import CTYPES, DossierNumber
from dms.numbering.service import give_dossier_number
from dms.parties.models import Party
from dms.parties.rules import match_key, number_initials
from dms.policy import Attributes, Columns, Identity
from dms.policy.content import DOCUMENT_EXPORT
from dms.policy.identity import HIGHEST_LEVEL

COLUMNS = Columns(owner_id=Dossier.owner_id, department_id=Dossier.department_id, level=Dossier.level)
REGION = re.compile(r"\d{4}|00[A-Z]{2}")
TRIGGERS = ("INTENT", "FIRST_DEAL", "ADVANCE")  # 初步合作意向 首次交易 重要潜在客户提前建档


@dataclass(frozen=True, slots=True)
class NumberProposal:
    """The number that a dossier would get, each segment explained."""

    number: DossierNumber
    legal_form: str
    region_from: str  # "uscc", "given"
    barcode: str


def barcode(number: DossierNumber) -> str:
    """Return the hand-keyable form with its ISO 7064 MOD 37,36 check character, for example E3301HXMY001/C."""
    return code_of(number.compact)


def propose_number(archive: Archive, identity: Identity, party_id: str, region: str = "") -> NumberProposal:
    """Return the number that a new dossier of this party would get, without taking it."""
    archive.policy.require(identity, DOSSIER_OPEN)
    with archive.db.read() as session:
        party = _party(session, party_id)
        legal_form, place, source = _segments(party, region)
        letters = number_initials(party.name, archive.rulebook.regions)
        draft = DossierNumber(CTYPES[legal_form], place, letters, 1)
        last = session.get(NumberCounter, f"dossier:{draft.prefix}")
        number = DossierNumber(draft.ctype, place, draft.initials, (last.last if last else 0) + 1)
        return NumberProposal(number, legal_form, source, barcode(number))


def open_dossier(
    archive: Archive, identity: Identity, party_id: str, *, region: str = "", trigger: str = "INTENT",
    owner_id: str | None = None, level: int = 1,
) -> str:  # fmt: skip
    """Open the dossier of a party; return its id. Raises `ConflictError` if the party has one (一客一卷)."""
    facts = Attributes(owner_id=owner_id or identity.account_id, department_id=identity.department_id, level=level)
    archive.policy.require(identity, DOSSIER_OPEN, facts)
    if trigger not in TRIGGERS:
        raise InvalidError("请选择建档的原因。", code="trigger")
    if not 0 <= level <= HIGHEST_LEVEL:
        raise InvalidError("请选择密级：公开、内部、秘密或机密。", code="level")
    with archive.db.write() as session:
        party = _party(session, party_id, for_update=True)  # of two who open it at once, the second finds the first
        _refuse_second(session, archive, identity, party)
        legal_form, place, _ = _segments(party, region)
        letters = number_initials(party.name, archive.rulebook.regions)
        number = give_dossier_number(session, legal_form, place, letters)
        dossier = Dossier(
            number=str(number), party_id=party_id, trigger=trigger, level=level, opened_on=archive.clock.today(),
            owner_id=facts.owner_id, department_id=facts.department_id,
            created_at=archive.clock.now(), created_by=identity.account_id,
        )  # fmt: skip
        session.add(dossier)
        session.flush()
        record(
            session, archive.clock, identity, action="dossier.open", target=("dossier", dossier.id),
            details={"number": dossier.number, "party": party.name, "trigger": trigger},
        )  # fmt: skip
        return dossier.id


def _refuse_second(session: Session, archive: Archive, identity: Identity, party: Party) -> None:
    if party.is_own:
        raise InvalidError("“%(name)s”是本公司，没有客户案卷。", code="own_company", name=party.name)
    existing = session.scalars(sa.select(Dossier).where(Dossier.party_id == party.id)).first()
    if existing is None:
        return
    facts = Attributes(owner_id=existing.owner_id, department_id=existing.department_id, level=existing.level)
    if not archive.policy.may(identity, DOSSIER_VIEW, facts):
        raise ConflictError(
            "“%(name)s”已有案卷，一个客户只建一卷；您无权查看它，请找档案员。", code="dossier_exists", name=party.name
        )
    raise ConflictError(
        "“%(name)s”已有案卷 %(number)s，一个客户只建一卷。", code="dossier_exists",
        name=party.name, number=existing.number,
    )  # fmt: skip


def _party(session: Session, party_id: str, *, for_update: bool = False) -> Party:
    party = session.get(Party, party_id, with_for_update=True if for_update else None)
    if party is None:
        raise NotFoundError("没有这个客户。", code="party_unknown")
    return party


def _segments(party: Party, region: str) -> tuple[str, str, str]:
    legal_form = party.legal_form if party.legal_form in CTYPES else _form_from_code(party.uscc)
    given = (region or party.region).strip().upper()[:4]
    if given:
        if not REGION.fullmatch(given):
            raise InvalidError(
                "地区代码 %(region)s 不能用。请填地区代码前四位，例如 3301（境外填 00 加两位国别，例如 00US）。",
                code="region_invalid", region=given,
            )  # fmt: skip
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
    archive.policy.require(identity, DOSSIER_VIEW)
    with archive.db.read() as session:
        query = sa.select(Dossier).where(Dossier.id == dossier_id, _visible(archive, identity))
        dossier = session.scalars(query.options(joinedload(Dossier.party).selectinload(Party.names))).first()
        if dossier is None:
            raise NotFoundError("没有这个案卷，或您无权查看。", code="dossier_unknown")
        return dossier


def _visible(archive: Archive, identity: Identity) -> sa.ColumnElement[bool]:
    return archive.policy.scope(identity, DOSSIER_VIEW).sql(COLUMNS)


def of_party(archive: Archive, identity: Identity, party_id: str) -> Dossier | None:
    """Return the dossier of a party, None while there is none that the asker may see."""
    with archive.db.read() as session:
        mine = sa.and_(Dossier.party_id == party_id, _visible(archive, identity))
        return session.scalars(sa.select(Dossier).where(mine)).first()


def listing(
    archive: Archive, identity: Identity, text: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Dossier]:  # fmt: skip
    """Return dossiers by number, those whose number, name or pinyin initials hold `text`."""
    archive.policy.require(identity, DOSSIER_VIEW)
    with archive.db.read() as session:
        query = sa.select(Dossier).join(Party).options(joinedload(Dossier.party)).where(_visible(archive, identity))
        if text.strip():
            query = query.where(_holds(text.strip()))
        return page_of(session, query, Dossier.number, cursor, limit)


def export(archive: Archive, identity: Identity, text: str = "") -> Iterator[Dossier]:
    """Return every dossier of a list, at most `MOST_EXPORTED`; the export is logged with what was looked for."""
    archive.policy.require(identity, DOCUMENT_EXPORT)
    archive.policy.require(identity, DOSSIER_VIEW)
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="dossier.export", target=("dossier", None),
            details={"query": text},
        )  # fmt: skip
    return every(lambda cursor: listing(archive, identity, text, cursor, EXPORT_STEP))


def _holds(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Dossier.number.contains(text.upper(), autoescape=True),
        Party.match_key.contains(match_key(text), autoescape=True),
        Party.initials.contains(text.upper(), autoescape=True),
        Party.uscc.startswith(text.upper(), autoescape=True),
    )
