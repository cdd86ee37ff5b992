"""Use cases of parties (客户、供应商、本公司): create, change, recognise on papers, list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.database import take_turns
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.kernel.paging import EXPORT_STEP, Page, every, page_of
from dms.parties.actions import PARTY_EDIT, PARTY_VIEW
from dms.parties.events import PartyRenamed
from dms.parties.models import LEGAL_FORMS, RELATIONS, Party, PartyName
from dms.parties.rules import initials, match_key
from dms.policy import SYSTEM, Identity
from dms.policy.content import DOCUMENT_EXPORT
from ingest.identifiers import is_uscc

Printed = tuple[tuple[str, ...], tuple[str, ...]]  # names and credit codes on a paper
Known = dict[str, list[Party]]
EDITABLE = ("name", "uscc", "relation", "legal_form", "region", "note")


def create(archive: Archive, identity: Identity, values: Mapping[str, Any]) -> str:
    """Create a party; return its id. Raises `ConflictError` naming the one that has this code already."""
    archive.policy.require(identity, PARTY_EDIT)
    with archive.db.write() as session:
        return add(session, archive, identity, values).id


def add(session: Session, archive: Archive, identity: Identity, values: Mapping[str, Any]) -> Party:
    """Create a party inside the caller's transaction, which has asked the policy."""
    name = str(values.get("name", "")).strip()
    if not name:
        raise InvalidError("请填写名称。", code="party_name")
    party = Party(name=name, match_key=match_key(name), created_at=archive.clock.now(), created_by=identity.account_id)
    _assign(session, party, values)
    session.add(party)
    _flush(session, party)
    record(
        session, archive.clock, identity, action="party.create", target=("party", party.id),
        details={"name": name, "uscc": party.uscc},
    )  # fmt: skip
    return party


def change(archive: Archive, identity: Identity, party_id: str, values: Mapping[str, Any], revision: int) -> None:
    """Change a party. Raises `ConflictError` if somebody changed it since `revision` was read."""
    archive.policy.require(identity, PARTY_EDIT)
    with archive.db.write() as session:
        party = session.get(Party, party_id, with_for_update=True)
        if party is None:
            raise NotFoundError("没有这个客户。", code="party_unknown")
        if party.revision != revision:
            raise ConflictError(
                "别人刚刚改过这个客户，您的修改没有保存。请刷新，核对后再改。", code="changed_meanwhile"
            )
        before = {name: getattr(party, name) for name in EDITABLE}
        _assign(session, party, values)
        party.revision += 1
        _flush(session, party)
        if party.name != before["name"]:
            archive.consequences.after(session, archive, PartyRenamed(party))
        after = {name: getattr(party, name) for name in EDITABLE}
        changed = {name: [before[name], after[name]] for name in EDITABLE if before[name] != after[name]}
        record(
            session, archive.clock, identity, action="party.change", target=("party", party.id),
            details={"title": party.name, **changed},
        )  # fmt: skip


def _assign(session: Session, party: Party, values: Mapping[str, Any]) -> None:
    _check(values)
    new_name = str(values.get("name", party.name)).strip()
    if not new_name:
        raise InvalidError("请填写名称。", code="party_name")
    if party.id and new_name != party.name:  # a former name stays searchable
        party.names.append(PartyName(name=party.name, match_key=party.match_key, kind="former"))
    party.name, party.match_key, party.initials = new_name, match_key(new_name), initials(new_name, 32)
    code = _code(values.get("uscc", party.uscc))
    if code:
        _refuse_double(session, party, code)
    party.uscc = code
    for name in ("relation", "legal_form", "region", "note"):
        if name in values:
            setattr(party, name, values[name])


def _code(typed: Any) -> str | None:
    return "".join(str(typed or "").upper().split()) or None


def _flush(session: Session, party: Party) -> None:
    code = party.uscc
    try:
        session.flush()
    except IntegrityError as error:  # somebody created the same one at the same moment
        raise ConflictError(
            "信用代码 %(uscc)s 刚刚被另一个客户用了，没有保存。请刷新后打开那一个。", code="party_exists", uscc=code
        ) from error


def _check(values: Mapping[str, Any]) -> None:
    code = _code(values.get("uscc"))
    if code and not is_uscc(code):
        raise InvalidError(
            "统一社会信用代码 %(uscc)s 的校验位不对，请对照证照核对每一位。", code="uscc_check", uscc=code
        )
    if values.get("relation", "other") not in RELATIONS or values.get("legal_form", "unknown") not in LEGAL_FORMS:
        raise InvalidError("客户关系或法律形式不在可选范围内，请重新选择。", code="party_kind")


def _refuse_double(session: Session, party: Party, code: str) -> None:
    other = session.scalars(sa.select(Party).where(Party.uscc == code)).first()
    if other is not None and other.id != party.id:
        raise ConflictError(
            "信用代码 %(uscc)s 已属于“%(name)s”。同一主体只建一个客户，请打开那一个。",
            code="party_exists", uscc=code, name=other.name,
        )  # fmt: skip


def recognise(session: Session, names: Iterable[str], codes: Iterable[str]) -> Party | None:
    """Return the party that these printed codes or names mean: by credit code first, else by an exact name."""
    return recognise_each(session, [(tuple(names), tuple(codes))])[0]


def recognise_each(session: Session, papers: Sequence[Printed]) -> list[Party | None]:
    """Return the party that the names and codes printed on each paper mean, for all papers in one query."""
    wanted = [
        ({match_key(name) for name in names if name}, {code for code in codes if code}) for names, codes in papers
    ]
    keys = {key for names, _ in wanted for key in names}
    codes = {code for _, of_paper in wanted for code in of_paper}
    by_key, by_code = _known(session, keys, codes) if keys or codes else ({}, {})
    return [_meant(_among(by_key, names), _among(by_code, of_paper)) for names, of_paper in wanted]


def _meant(named: Sequence[Party], coded: Sequence[Party]) -> Party | None:
    if coded:
        return coded[0]
    return named[0] if len(named) == 1 else None  # two of one name: a person decides


def _among(known: Mapping[str, Sequence[Party]], printed: Iterable[str]) -> list[Party]:
    return sorted({party for each in printed for party in known.get(each, ())}, key=lambda party: party.id)


def _known(session: Session, keys: Iterable[str], codes: Iterable[str]) -> tuple[Known, Known]:
    """Return the parties by name and by code. Each way has its own index, which one condition with OR would not use."""
    way = sa.union(
        sa.select(Party.id, sa.literal_column("0").label("coded"), Party.match_key.label("printed"))
        .where(Party.match_key.in_(keys)),
        sa.select(PartyName.party_id, sa.literal_column("0"), PartyName.match_key).where(PartyName.match_key.in_(keys)),
        sa.select(Party.id, sa.literal_column("1"), Party.uscc).where(Party.uscc.in_(codes)),
    ).subquery()  # fmt: skip
    known: tuple[Known, Known] = ({}, {})
    query = sa.select(way.c.coded, way.c.printed, Party).join(Party, Party.id == way.c.id)
    for coded, printed, party in session.execute(query):
        known[coded].setdefault(printed, []).append(party)
    return known


def own_parties(session: Session) -> list[Party]:
    """Return our own companies, with their former names."""
    return list(session.scalars(sa.select(Party).where(Party.is_own).options(joinedload(Party.names))).unique())


def sync_own(archive: Archive) -> None:
    """Make our own companies in the catalog what the settings say; called at every start."""
    with archive.db.write() as session:
        take_turns(session, "own companies")
        known = {party.match_key: party for party in own_parties(session)}
        for company in archive.settings.own_companies:
            party = known.get(match_key(company.name)) or recognise(session, [company.name], [company.uscc])
            if party is None:
                party = add(session, archive, SYSTEM, {"name": company.name, "uscc": company.uscc, "relation": "own"})
            party.is_own, party.relation, party.fonds = True, "own", company.fonds
            have = {name.match_key for name in party.names}
            missing = [name for name in company.former_names if match_key(name) not in have]
            party.names += [PartyName(name=name, match_key=match_key(name), kind="former") for name in missing]
            if missing:
                archive.consequences.after(session, archive, PartyRenamed(party))


def get(archive: Archive, identity: Identity, party_id: str) -> Party:
    """Return a party with its names."""
    archive.policy.require(identity, PARTY_VIEW)
    with archive.db.read() as session:
        party = session.get(Party, party_id, options=[selectinload(Party.names)])
        if party is None:
            raise NotFoundError("没有这个客户。", code="party_unknown")
        return party


def listing(
    archive: Archive, identity: Identity, text: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Party]:
    """Return parties, newest first, whose name, former name, credit code or pinyin initials hold `text`."""
    archive.policy.require(identity, PARTY_VIEW)
    with archive.db.read() as session:
        query = sa.select(Party)
        if text.strip():
            query = query.where(_holds(text.strip()))
        return page_of(session, query, Party.id, cursor, limit, newest_first=True)


def export(archive: Archive, identity: Identity, text: str = "") -> Iterator[Party]:
    """Return every party of a list, at most `MOST_EXPORTED`; the export is logged with what was looked for."""
    archive.policy.require(identity, DOCUMENT_EXPORT)
    archive.policy.require(identity, PARTY_VIEW)
    with archive.db.write() as session:
        record(session, archive.clock, identity, action="party.export", target=("party", None), details={"query": text})
    return every(lambda cursor: listing(archive, identity, text, cursor, EXPORT_STEP))


def _holds(text: str) -> sa.ColumnElement[bool]:
    key = match_key(text)
    former = sa.select(PartyName.party_id).where(PartyName.match_key.contains(key, autoescape=True))
    return sa.or_(
        Party.match_key.contains(key, autoescape=True),
        Party.id.in_(former),
        Party.uscc.startswith(text.upper(), autoescape=True),
        Party.initials.contains(text.upper(), autoescape=True),
    )
