"""Reviewing a document: correct, accept, confirm, set aside, send back; a machine's value never beats a person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from dms.documents import values
from dms.documents.draft import Draft
from dms.documents.models import Document, FieldRow, ReviewRemark
from dms.documents.rules import State, is_doubtful, require_edge, require_open
from dms.documents.service import rereading
from dms.documents.service.changing import changing, declared_of, drafting, log_deed
from dms.documents.service.rereading import Reread
from dms.documents.typed import Typed, TypedError, checked, shown, understood
from dms.dossiers.models import Dossier
from dms.kernel.archive import Archive
from dms.kernel.database import new_id
from dms.kernel.doctypes import types_of
from dms.kernel.errors import ConflictError, FormError, InvalidError
from dms.policy import Identity
from dms.policy.content import DOCUMENT_LEVEL, SEAL_CONFIRM
from ingest.doctypes import DocumentType
from ingest.model import Box, FieldValue

LATER = timedelta(hours=8)
Where = tuple[int, Box]  # page position, box


@dataclass(frozen=True)
class Review:
    """What a person says of a document. None leaves as it is; `values` are texts as typed, by field name."""

    type_code: str | None = None
    title: str | None = None
    level: int | None = None
    copy_kind: str | None = None
    dossier_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    boxes: Mapping[str, Where] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    seals: frozenset[str] = frozenset()


def save(
    archive: Archive, identity: Identity, document_id: str, said: Review, revision: int | None = None,
    confirm: bool = False,
) -> None:  # fmt: skip
    """Write down what a person says of a document, and with `confirm` confirm the whole of it.

    Raises `FormError` naming the values that cannot be understood (nothing is saved then), `ConflictError` when
    somebody else was faster or the document is filed.
    """
    reread: Reread | None = None
    while True:
        try:
            return _save(archive, identity, document_id, said, revision, confirm, reread)
        except _UnreadError:  # only a change of type is worth reading the pages again, and not under the lock
            reread = rereading.prepared(archive, identity, document_id, said.type_code or "")


class _UnreadError(Exception):
    """The document is to be of a type as which its pages were not read yet."""


def _save(
    archive: Archive, identity: Identity, document_id: str, said: Review, revision: int | None, confirm: bool,
    reread: Reread | None,
) -> None:  # fmt: skip
    with drafting(archive, identity, document_id, revision) as (draft, document):
        require_open(document.state)
        before = _snapshot(draft, document)
        if reread is not None:
            draft.context = reread.context
            rereading.apply(draft, {document.id: reread})
        elif said.type_code not in (None, document.type_code):
            raise _UnreadError
        _set_description(draft.session, archive, identity, document, said)
        declared = declared_of(archive, document.type_code)
        _set_values(draft, identity, document, declared, said)
        _confirm_seals(draft, identity, document, said.seals)
        values.refresh(draft, document, declared)
        if confirm:
            _confirm(draft, identity, document)
        changed = _changes(before, _snapshot(draft, document))
        action = "document.confirm" if confirm else "document.correct"
        log_deed(
            draft.session, archive, identity, document, action, type=document.type_code, changes=_in_words(changed)
        )


def _snapshot(draft: Draft, document: Document) -> dict[str, Any]:
    facts = {name: getattr(document, name) for name in ("type_code", "title", "level", "copy_kind", "state")}
    dossier = draft.session.get(Dossier, document.dossier_id) if document.dossier_id else None
    facts["dossier"] = dossier.number if dossier else None
    rows = draft.values[document.id]
    return facts | {
        f"value.{name}": [row.value if row.value is not None else row.raw, row.source] for name, row in rows.items()
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted({*before, *after})
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


def _in_words(changed: Mapping[str, list[Any]]) -> dict[str, str]:
    """Return what was changed, from what to what, as the log keeps it."""
    return {name: f"{_plain(before)} → {_plain(after)}" for name, (before, after) in changed.items()}


def _plain(side: Any) -> str:
    value = side[0] if isinstance(side, list) else side
    return "—" if value in (None, "") else str(value)


def _set_description(session: Session, archive: Archive, identity: Identity, document: Document, said: Review) -> None:
    if said.title is not None and said.title.strip() and said.title.strip() != document.title:
        document.title, document.titled_by_person = said.title.strip()[:200], True
    if said.copy_kind not in (None, document.copy_kind):  # one that the rulebook no longer has stays until changed
        if said.copy_kind not in archive.rulebook.copy_kinds:
            raise InvalidError("这份是原件还是复印件？请从给出的几项中选一项。", code="copy_kind")
        document.copy_kind = said.copy_kind
    if said.level is not None and said.level != document.level:
        archive.policy.require(identity, DOCUMENT_LEVEL, document)
        document.level = min(max(said.level, 0), 3)
    if said.dossier_id is not None:
        _set_dossier(session, document, said.dossier_id)


def _set_dossier(session: Session, document: Document, dossier_id: str) -> None:
    dossier = session.get(Dossier, dossier_id) if dossier_id else None
    if dossier_id and dossier is None:
        raise InvalidError("没有这个案卷，请重新选择。", code="dossier_unknown")
    document.dossier, document.dossier_id = dossier, dossier.id if dossier else None
    if dossier is not None:
        document.party_id = dossier.party_id
        document.department_id = document.department_id or dossier.department_id


def _set_values(
    draft: Draft, identity: Identity, document: Document, declared: DocumentType | None, said: Review
) -> None:
    held = draft.values[document.id]
    known: dict[str, tuple[str, str]] = {name: (row.label, row.kind) for name, row in held.items()}
    for each in declared.expanded_fields() if declared else ():
        known[each.name] = (each.label, each.kind)
    texts = {name: text for name, text in said.values.items() if name in known}
    typed, problems = _understood(texts, known, held, said)
    if problems:
        raise FormError(problems, {f"value.{name}": text for name, text in said.values.items()})
    for name, value in typed.items():
        draft.put(_persons(draft, identity, document, (name, *known[name]), value, said.boxes.get(name)))
    now = draft.archive.clock.now()
    for name in said.accepted & held.keys() - typed.keys():
        held[name].confirmed_at, held[name].confirmed_by, held[name].doubtful = now, identity.account_id, False
    _check_anew(draft, document, declared)


def _understood(
    texts: Mapping[str, str], known: Mapping[str, tuple[str, str]], held: Mapping[str, FieldRow], said: Review
) -> tuple[dict[str, Typed], dict[str, tuple[str, Mapping[str, Any]]]]:
    """Return the values that differ from what is held, and what is wrong with those that cannot be understood."""
    typed: dict[str, Typed] = {}
    problems: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, text in texts.items():
        row = held.get(name)
        if text.strip() == (shown(row.kind, row.value, row.raw) if row else "").strip() and name not in said.boxes:
            continue
        try:
            typed[name] = understood(known[name][1], text)
        except TypedError as error:
            problems[f"value.{name}"] = (str(error), {})
    return typed, problems


def _persons(
    draft: Draft, identity: Identity, document: Document, declared: tuple[str, str, str], value: Typed,
    where: Where | None,
) -> FieldRow:  # fmt: skip
    """Return a person's value; without a place of its own it stands where the one stood whose place it takes."""
    now, (name, label, kind) = draft.archive.clock.now(), declared
    row = draft.values[document.id].get(name)
    position, box = (where[0], where[1].sides) if where else (row.position, row.box) if row else (None, None)
    return FieldRow(
        id=new_id(), document=document, document_id=document.id, name=name, label=label, kind=kind, raw=value.raw,
        value=value.value, position=position, box=list(box) if box else None, confidence=1.0, checks=[],
        doubtful=False, source="person", created_at=now, created_by=identity.account_id, confirmed_at=now,
        confirmed_by=identity.account_id,
    )  # fmt: skip


def _check_anew(draft: Draft, document: Document, declared: DocumentType | None) -> None:
    """Run the checks again: one corrected value may put another right. Marks of persons stay."""
    rows = draft.values[document.id]
    bare = [_field_value(row) for row in rows.values()]
    for name, value in checked(declared, bare, draft.context).items():
        rows[name].checks = [asdict(check) for check in value.checks]
        rows[name].doubtful = not values.is_persons(rows[name]) and is_doubtful(value)


def _field_value(row: FieldRow) -> FieldValue:
    box = Box(*row.box) if row.box else None
    return FieldValue(row.name, row.label, row.kind, row.raw, row.value, row.position or 1, box, row.confidence)


def _confirm_seals(draft: Draft, identity: Identity, document: Document, seal_ids: frozenset[str]) -> None:
    if not seal_ids:
        return
    draft.archive.policy.require(identity, SEAL_CONFIRM, document)
    for seal in draft.seals[document.id]:
        if seal.id in seal_ids and seal.confirmed_at is None:
            seal.confirmed_at, seal.confirmed_by = draft.archive.clock.now(), identity.account_id


def _confirm(draft: Draft, identity: Identity, document: Document) -> None:
    if document.type_code not in types_of(draft.archive):
        raise FormError({"type": ("先选定文种，再确认。", {})}, {})
    if document.state == State.REJECTED:
        document.state = State.NEEDS_REVIEW
    if document.state != State.VALIDATED:
        require_edge(document.state, State.VALIDATED)
    now = draft.archive.clock.now()
    for row in draft.values[document.id].values():
        if row.confirmed_at is None:
            row.confirmed_at, row.confirmed_by = now, identity.account_id
        row.doubtful = False
    document.state, document.doubts, document.later_until = State.VALIDATED, 0, None
    document.confirmed_at, document.confirmed_by = now, identity.account_id


def confirm_unread(archive: Archive, identity: Identity, document_id: str) -> None:
    """Confirm a document of which no value needs an eye, without its page having been opened.

    Raises `ConflictError` when there is something to look at first.
    """
    with drafting(archive, identity, document_id) as (draft, document):
        if document.doubts or document.type_code not in types_of(archive):
            raise ConflictError("还有存疑的内容或文种未定，请打开核对页确认。", code="document_doubts")
        _confirm(draft, identity, document)
        log_deed(draft.session, archive, identity, document, "document.confirm", bulk=True)


def later(
    archive: Archive, identity: Identity, document_id: str, revision: int | None = None, reason: str = ""
) -> None:
    """Set a document aside: it goes to the end of the queue and comes back in some hours."""
    with changing(archive, identity, document_id, revision) as (session, document):
        require_open(document.state)
        document.later_until = archive.clock.now() + LATER
        _remark(session, archive, identity, document, "later", reason)


def reject(archive: Archive, identity: Identity, document_id: str, reason: str, revision: int | None = None) -> None:
    """Send a document back (退回) with a reason that its bringer sees; its pages stay as they are."""
    if not reason.strip():
        raise FormError({"reason": ("请写明退回的理由。", {})}, {"reason": reason})
    with changing(archive, identity, document_id, revision) as (session, document):
        require_edge(document.state, State.REJECTED)
        document.state = State.REJECTED
        document.confirmed_at = document.confirmed_by = None
        _remark(session, archive, identity, document, "rejected", reason.strip()[:1000])


def resume(archive: Archive, identity: Identity, document_id: str, revision: int | None = None) -> None:
    """Take a document that was sent back into the inbox again."""
    with changing(archive, identity, document_id, revision) as (session, document):
        require_edge(document.state, State.NEEDS_REVIEW)
        document.state = State.NEEDS_REVIEW
        document.confirmed_at = document.confirmed_by = None
        log_deed(session, archive, identity, document, "document.resume")


def _remark(session: Session, archive: Archive, identity: Identity, document: Document, kind: str, reason: str) -> None:
    session.add(
        ReviewRemark(
            document_id=document.id, kind=kind, reason=reason, made_at=archive.clock.now(), made_by=identity.account_id
        )
    )
    log_deed(session, archive, identity, document, f"document.{kind}", reason)
